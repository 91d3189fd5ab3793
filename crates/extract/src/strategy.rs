//! Which way is taken to details and to applications. Each way has a price in requests; the budget that is left, what the
//! token may ask and what the way cannot see decide. Apart, and pure, because it is shown to a person before it is done.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::read::{Listed, Position, ReadOptions};
use crate::{DataSet, limits};

/// A way to what is known of a device beyond the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailsStrategy {
    /// `GET /devices/{id}/details`: everything, at a request a device.
    Device,
    /// `GET /prism/device_information`: some columns, 300 devices a request.
    Pages,
    /// The same by Prism's export.
    Export,
}

/// A way to applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppsStrategy {
    /// `GET /devices/{id}/apps`, at a request a device; without developer names and times of collection.
    Device,
    /// `GET /prism/apps`, 300 rows a request.
    Pages,
    /// The same by Prism's export: a dozen requests whatever the size.
    Export,
}

impl DetailsStrategy {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Device, Self::Pages, Self::Export];

    /// The way of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == name)
    }

    /// As the command line writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Pages => "pages",
            Self::Export => "export",
        }
    }
}

impl AppsStrategy {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Device, Self::Pages, Self::Export];

    /// The way of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == name)
    }

    /// As the command line writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Pages => "pages",
            Self::Export => "export",
        }
    }
}

/// What has to be known before a way is chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) devices: u64,
    /// Devices whose details are wanted: new, too old, or spoken of by the audit log.
    pub(crate) details_wanted: Vec<String>,
    /// Devices that are asked for their applications.
    pub(crate) app_devices: u64,
    /// Rows of Prism's applications, where the tenant counts them.
    pub(crate) app_rows: Option<u64>,
    /// Why Prism is closed to the token.
    pub(crate) prism_refused: Option<String>,
    /// Requests left in the budget; `None` where there is none.
    pub(crate) budget_left: Option<u64>,
}

impl Facts {
    pub(crate) fn of(options: &ReadOptions, listed: &[Listed], touched: &HashSet<String>) -> Self {
        let is_wanted = |device: &&Listed| {
            let Some(known) = options.known.devices.get(&device.device_id) else { return true };
            touched.contains(&device.device_id) || is_old(&device.device_id, known.details_at, options)
        };
        Self {
            devices: listed.len() as u64,
            details_wanted: listed.iter().filter(is_wanted).map(|device| device.device_id.clone()).collect(),
            app_devices: listed.iter().filter(|device| has_apps(device, options.mobile_apps)).count() as u64,
            ..Self::default()
        }
    }

    /// From when on a data set of Prism is asked for; `None` for all of it.
    pub(crate) fn window(&self, data_set: DataSet, options: &ReadOptions) -> Option<Timestamp> {
        let window = options.known.windows.get(&data_set)?;
        let since_whole = options.now.duration_since(window.whole_at);
        let is_due = since_whole >= SignedDuration::try_from(options.whole_every).unwrap_or(SignedDuration::MAX);
        (!is_due).then(|| window.since.saturating_sub(limits::WINDOW_OVERLAP).unwrap_or(window.since))
    }

    fn is_window(&self, data_set: DataSet, options: &ReadOptions) -> bool {
        self.window(data_set, options).is_some()
    }
}

/// True where details are so old that they are read again. The age differs from device to device by up to a half, so that
/// a fleet which was read in one night is not due in one night again.
fn is_old(device_id: &str, read_at: Timestamp, options: &ReadOptions) -> bool {
    let due = due_after(device_id, options.details_age_max);
    let age = options.now.duration_since(read_at);
    age >= SignedDuration::try_from(due).unwrap_or(SignedDuration::MAX)
}

/// True where a device is asked for its applications.
pub(crate) fn has_apps(device: &Listed, mobile: bool) -> bool {
    match device.platform.as_str() {
        "Mac" => true,
        "iPhone" | "iPad" => mobile,
        _ => false,
    }
}

/// What one way would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The way, as the command line writes it.
    pub strategy: &'static str,
    /// Requests; `None` where the way is closed, or its price is not known.
    pub requests: Option<u64>,
}

/// A choice and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice<S> {
    /// The way that is taken.
    pub strategy: S,
    /// Why.
    pub reason: String,
    /// Every way and its price.
    pub prices: Vec<Price>,
}

/// Everything that was decided, and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Devices that are listed and wanted.
    pub devices: u64,
    /// Devices whose details are wanted.
    pub details_wanted: u64,
    /// Rows of Prism's applications, where the tenant counts them.
    pub app_rows: Option<u64>,
    /// Requests left in the budget; `None` where there is none.
    pub budget_left: Option<u64>,
    /// The way to details.
    pub details: Choice<DetailsStrategy>,
    /// The way to applications.
    pub apps: Choice<AppsStrategy>,
}

impl Explanation {
    pub(crate) fn of(facts: &Facts, options: &ReadOptions) -> Self {
        Self {
            devices: facts.devices,
            details_wanted: facts.details_wanted.len() as u64,
            app_rows: facts.app_rows,
            budget_left: facts.budget_left,
            details: details(facts, options),
            apps: apps(facts, options),
        }
    }

    /// As sentences for a person.
    pub fn lines(&self) -> Vec<String> {
        let budget =
            self.budget_left.map_or_else(|| "no request budget".to_owned(), |left| format!("{left} requests left"));
        let prices = |prices: &[Price]| {
            let one = |price: &Price| {
                let requests = price.requests.map_or_else(|| "closed".to_owned(), |count| format!("{count} requests"));
                format!("{} {requests}", price.strategy)
            };
            prices.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let line = |what: &str, strategy: &str, reason: &str, list: &[Price]| {
            format!("{what}: by {strategy}, {reason} ({}; {budget}).", prices(list))
        };
        vec![
            line("Details", self.details.strategy.as_str(), &self.details.reason, &self.details.prices),
            line("Applications", self.apps.strategy.as_str(), &self.apps.reason, &self.apps.prices),
        ]
    }
}

/// The reason of a way that is gone on with: another one would have to begin again.
const BEGUN: &str = "as it was begun";

/// The way in which an earlier reading began a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    Device,
    Pages,
    Export,
}

/// How a data set was begun that is gone on with.
pub(crate) fn begun(options: &ReadOptions, data_set: DataSet) -> Option<Begun> {
    // A position that cannot be read is told where it is used.
    match Position::parse(options.positions.get(&data_set)?).ok()?? {
        Position::Device(_) => Some(Begun::Device),
        Position::Export { .. } => Some(Begun::Export),
        Position::Offset(_) | Position::Cursor { .. } | Position::Page(_) => Some(Begun::Pages),
    }
}

fn pages(rows: u64) -> u64 {
    rows.div_ceil(limits::PAGE_ROWS).max(1)
}

fn details(facts: &Facts, options: &ReadOptions) -> Choice<DetailsStrategy> {
    let wanted = facts.details_wanted.len() as u64;
    let open = |requests| facts.prism_refused.is_none().then_some(requests);
    let prices = vec![
        Price { strategy: "device", requests: Some(wanted) },
        Price { strategy: "pages", requests: open(pages(facts.devices)) },
        Price { strategy: "export", requests: open(limits::EXPORT_REQUESTS) },
    ];
    let choose = |strategy, reason: &str| Choice { strategy, reason: reason.to_owned(), prices: prices.clone() };
    if let Some(Begun::Device) = begun(options, DataSet::DeviceDetails) {
        return choose(DetailsStrategy::Device, BEGUN);
    }
    if let Some(forced) = options.details {
        return choose(forced, "as you said");
    }
    if let Some(refused) = &facts.prism_refused {
        return choose(DetailsStrategy::Device, &format!("because Prism is closed: {refused}"));
    }
    if facts.budget_left.is_some_and(|left| wanted as f64 > left as f64 * limits::DETAILS_BUDGET_SHARE) {
        return choose(
            DetailsStrategy::Pages,
            "because a device at a time would take more than half of the budget that is left",
        );
    }
    choose(DetailsStrategy::Device, "because only details have processor, memory and addresses")
}

fn apps(facts: &Facts, options: &ReadOptions) -> Choice<AppsStrategy> {
    let open = |requests: Option<u64>| requests.filter(|_| facts.prism_refused.is_none());
    let page_count = facts.app_rows.map(pages);
    let prices = vec![
        Price { strategy: "device", requests: Some(facts.app_devices) },
        Price { strategy: "pages", requests: open(page_count) },
        Price { strategy: "export", requests: open(Some(limits::EXPORT_REQUESTS)) },
    ];
    let choose = |strategy, reason: &str| Choice { strategy, reason: reason.to_owned(), prices: prices.clone() };
    if let Some(begun) = begun(options, DataSet::Apps) {
        let strategy = match begun {
            Begun::Device => AppsStrategy::Device,
            Begun::Pages => AppsStrategy::Pages,
            Begun::Export => AppsStrategy::Export,
        };
        return choose(strategy, BEGUN);
    }
    if let Some(forced) = options.apps {
        return choose(forced, "as you said");
    }
    if let Some(refused) = &facts.prism_refused {
        return choose(AppsStrategy::Device, &format!("because Prism is closed: {refused}"));
    }
    if facts.is_window(DataSet::Apps, options) {
        return choose(AppsStrategy::Pages, "because only what changed since the last reading is asked for");
    }
    let Some(page_count) = page_count else {
        return choose(AppsStrategy::Pages, "because the tenant does not count its rows");
    };
    // A few devices of a scope: Prism would tell of the whole fleet.
    if !options.scope.is_everything() && facts.app_devices < page_count.min(limits::EXPORT_REQUESTS) {
        return choose(AppsStrategy::Device, "because the scope has few devices");
    }
    let is_dear = facts.budget_left.is_some_and(|left| page_count as f64 > left as f64 * limits::DETAILS_BUDGET_SHARE);
    if is_dear || page_count > limits::EXPORT_FROM_PAGES {
        return choose(AppsStrategy::Export, "because there are so many pages that an export costs less");
    }
    choose(AppsStrategy::Pages, "because a page has 300 rows, and there is nothing to wait for")
}

/// How long the details of a device are good.
fn due_after(device_id: &str, most: Duration) -> Duration {
    let share = (xxh3_64(device_id.as_bytes()) >> 32) as f64 / f64::from(u32::MAX);
    most.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn facts() -> Facts {
        Facts {
            devices: 1_000,
            details_wanted: (0..1_000).map(|number| number.to_string()).collect(),
            app_devices: 700,
            app_rows: Some(120_000),
            prism_refused: None,
            budget_left: Some(8_000),
        }
    }

    fn options() -> ReadOptions {
        ReadOptions::whole(BTreeSet::from([DataSet::Devices, DataSet::DeviceDetails, DataSet::Apps]))
    }

    fn chosen(facts: &Facts, options: &ReadOptions) -> (&'static str, &'static str) {
        let explanation = Explanation::of(facts, options);
        (explanation.details.strategy.as_str(), explanation.apps.strategy.as_str())
    }

    #[test]
    fn the_budget_the_permission_and_the_size_decide() {
        assert_eq!(chosen(&facts(), &options()), ("device", "pages"));
        assert_eq!(chosen(&Facts { budget_left: Some(700), ..facts() }, &options()), ("pages", "export"));
        assert_eq!(chosen(&Facts { budget_left: None, ..facts() }, &options()), ("device", "pages"));
        assert_eq!(chosen(&Facts { app_rows: Some(9_000_000), ..facts() }, &options()), ("device", "export"));
        let closed = Facts { prism_refused: Some("no permission".to_owned()), ..facts() };
        assert_eq!(chosen(&closed, &options()), ("device", "device"));
        let forced =
            ReadOptions { details: Some(DetailsStrategy::Export), apps: Some(AppsStrategy::Device), ..options() };
        assert_eq!(chosen(&facts(), &forced), ("export", "device"));
        let few = crate::Scope { devices_max: Some(3), ..crate::Scope::default() };
        let scoped = ReadOptions { scope: few, ..options() };
        assert_eq!(chosen(&Facts { devices: 3, app_devices: 2, ..facts() }, &scoped), ("device", "device"));
    }

    #[test]
    fn a_person_reads_prices_and_reasons() {
        let said = Explanation::of(&facts(), &options()).lines().join("\n");
        assert!(said.contains("Details: by device") && said.contains("pages 4 requests"), "{said}");
        assert!(said.contains("Applications: by pages") && said.contains("pages 400 requests"), "{said}");
        assert!(said.contains("8000 requests left"), "{said}");
    }

    #[test]
    fn details_grow_old_on_different_days() {
        let week = Duration::from_secs(7 * 24 * 3600);
        let days: BTreeSet<u64> =
            (0..200).map(|number| due_after(&number.to_string(), week).as_secs() / (24 * 3600)).collect();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }
}
