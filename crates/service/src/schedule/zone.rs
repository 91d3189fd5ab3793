//! A time zone by its name. Apart because it has to be found on machines that have no list of time zones: a container
//! as a rule has none, so the program carries one.

use jiff::tz::{TimeZone, TimeZoneDatabase, db};

use super::Error;

/// The machine's own rules where it has them, because they are updated without us, else the ones built in. A machine
/// may also have some zones and not this one.
pub(super) fn named(name: &str) -> Result<TimeZone, Error> {
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    found(db(), name).or_else(|| built_in(name)).ok_or_else(|| Error::Zone { zone: name.to_owned() })
}

fn built_in(name: &str) -> Option<TimeZone> {
    found(&TimeZoneDatabase::bundled(), name)
}

fn found(database: &TimeZoneDatabase, name: &str) -> Option<TimeZone> {
    // The library has a name for a zone that is not known, which is none that a person means.
    database.get(name).ok().filter(|zone| !zone.is_unknown())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_zones_knows_them_all_the_same() {
        let nothing = TimeZoneDatabase::none();
        assert_eq!(found(&nothing, "Europe/Berlin"), None);
        let berlin = built_in("Europe/Berlin").expect("the zones that are built in");
        assert_eq!(berlin.iana_name(), Some("Europe/Berlin"));
    }

    #[test]
    fn an_unknown_zone_is_named_with_what_to_write() {
        for name in ["Europe/Atlantis", "Etc/Unknown", "", "../../etc/passwd", "CET-1CEST"] {
            let said = named(name).expect_err(name).to_string();
            assert_eq!(
                said,
                format!("the time zone `{name}` is not known: write one by its place, as `Europe/Berlin`, or `UTC`")
            );
        }
    }
}
