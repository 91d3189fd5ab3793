//! What the standard variables say, as far as we have to know it ourselves: the address, because our client is made for
//! one, and the time, because it is our client that keeps it. Headers, names and the queue the exporter reads itself.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.

use std::time::Duration;

use url::Url;

use super::Error;
use crate::limits;

const SIGNAL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];

/// Where to and how long.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The whole address.
    pub(super) endpoint: Url,
    /// What named it.
    pub(super) variable: &'static str,
    /// For one export with its repetitions.
    pub(super) timeout: Duration,
}

impl Settings {
    /// A flag goes before the variable for traces, and that before the one for everything. An empty variable counts as
    /// none, as the specification has it.
    pub(super) fn found(flag: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Error> {
        let set = |name| variable(name).filter(|value| !value.trim().is_empty());
        if set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || set("OTEL_TRACES_EXPORTER").is_some_and(|value| value.eq_ignore_ascii_case("none"))
        {
            return Ok(None);
        }
        let (address, variable, is_base) = if let Some(flag) = flag {
            (flag.to_owned(), "--otlp", true)
        } else if let Some(address) = set(SIGNAL_ENDPOINT) {
            (address, SIGNAL_ENDPOINT, false)
        } else if let Some(address) = set(ENDPOINT) {
            (address, ENDPOINT, true)
        } else {
            return Ok(None);
        };
        let timeout = TIMEOUTS.into_iter().find_map(|name| set(name)?.trim().parse().ok());
        let timeout = timeout.map_or(limits::EXPORT_TIMEOUT, Duration::from_millis).min(limits::EXPORT_TIMEOUT_MAX);
        let endpoint = endpoint(&address, is_base).map_err(|reason| Error::Endpoint { variable, reason })?;
        Ok(Some(Self { endpoint, variable, timeout }))
    }
}

/// What is named for everything has the path for traces added; what is named for traces is used as it is.
fn endpoint(address: &str, is_base: bool) -> Result<Url, String> {
    let mut url =
        Url::parse(address.trim()).map_err(|error| format!("it is no URL, as `http://localhost:4318`: {error}"))?;
    if is_base {
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(flag: Option<&str>, variables: &[(&str, &str)]) -> Option<(String, Duration)> {
        let variable =
            |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        let settings = Settings::found(flag, variable).expect("addresses that can be used");
        settings.map(|settings| (settings.endpoint.into(), settings.timeout))
    }

    fn address(flag: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        found(flag, variables).map(|(address, _)| address)
    }

    #[test]
    fn the_address_is_found_as_the_specification_has_it() {
        let everything = (ENDPOINT, "https://collector.example:4318/base/");
        let traces = (SIGNAL_ENDPOINT, "https://collector.example/own");
        assert_eq!(address(None, &[]), None);
        assert_eq!(address(None, &[(ENDPOINT, " ")]), None);
        assert_eq!(address(None, &[everything]).as_deref(), Some("https://collector.example:4318/base/v1/traces"));
        assert_eq!(address(None, &[everything, traces]).as_deref(), Some("https://collector.example/own"));
        assert_eq!(
            address(Some("http://localhost:4318"), &[everything, traces]).as_deref(),
            Some("http://localhost:4318/v1/traces")
        );
    }

    #[test]
    fn export_can_be_turned_off() {
        let everything = (ENDPOINT, "https://collector.example");
        assert_eq!(address(None, &[everything, ("OTEL_SDK_DISABLED", "TRUE")]), None);
        assert_eq!(address(None, &[everything, ("OTEL_TRACES_EXPORTER", "none")]), None);
        assert!(address(None, &[everything, ("OTEL_SDK_DISABLED", "false")]).is_some());
    }

    #[test]
    fn the_time_for_an_export_is_set_in_milliseconds_and_bounded() {
        let timeout =
            |variables: &[(&str, &str)]| found(Some("http://localhost"), variables).map(|(_, timeout)| timeout);
        assert_eq!(timeout(&[]), Some(limits::EXPORT_TIMEOUT));
        assert_eq!(timeout(&[(TIMEOUTS[1], "2500")]), Some(Duration::from_millis(2_500)));
        assert_eq!(timeout(&[(TIMEOUTS[1], "2500"), (TIMEOUTS[0], "500")]), Some(Duration::from_millis(500)));
        assert_eq!(timeout(&[(TIMEOUTS[1], "soon")]), Some(limits::EXPORT_TIMEOUT));
        assert_eq!(timeout(&[(TIMEOUTS[1], "999999999999")]), Some(limits::EXPORT_TIMEOUT_MAX));
    }

    #[test]
    fn what_is_no_address_is_named_by_its_variable() {
        let error = Settings::found(None, |name| (name == ENDPOINT).then(|| "://".to_owned()));
        let said = error.expect_err("no address").to_string();
        assert!(
            said.starts_with("the collector's address in OTEL_EXPORTER_OTLP_ENDPOINT is refused: it is no URL"),
            "{said}"
        );
    }
}
