//! Which way is taken to details and to applications. Each way has a price in requests; the budget that is left, what the
//! token may ask and what the way cannot see decide. Apart, and pure, because it is shown to a person before it is done.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::read::{Listed, Position, ReadOptions};
use crate::{DataSet, limits};

/// A way to what is known of devices beyond their list: details, or applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A device at a time: `/devices/{id}/details`, which has everything; `/devices/{id}/apps`, which has neither
    /// developers' names nor times of collection.
    Device,
    /// Pages of Prism, 300 rows a request: `device_information`, which has some of what details have; `apps`.
    Pages,
    /// The same by Prism's export: a dozen requests whatever the size.
    Export,
}

impl Strategy {
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
    /// Devices that are listed, were not when the earlier snapshot was read, and did not enrol since: of them a window
    /// shows nothing, and there is nothing to carry over.
    pub(crate) returned: u64,
    /// Devices whose details are wanted, the most urgent first: unknown ones, those that the audit log speaks of, then by
    /// age.
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
        let urgency = |device: &Listed| {
            let Some(known) = options.known.devices.get(&device.device_id) else { return Some(Timestamp::MIN) };
            if touched.contains(&device.device_id) {
                return Some(Timestamp::UNIX_EPOCH);
            }
            is_old(&device.device_id, known.details_at, options).then_some(known.details_at)
        };
        let wanted = listed.iter().filter_map(|device| Some((urgency(device)?, device.device_id.clone())));
        let mut wanted: Vec<(Timestamp, String)> = wanted.collect();
        // Stable: of equal ones the first of the list comes first.
        wanted.sort_by_key(|(urgency, _)| *urgency);
        Self {
            devices: listed.len() as u64,
            returned: listed.iter().filter(|device| has_returned(device, options)).count() as u64,
            details_wanted: wanted.into_iter().map(|(_, device_id)| device_id).collect(),
            app_devices: listed.iter().filter(|device| has_apps(device, options.settings.mobile_apps)).count() as u64,
            ..Self::default()
        }
    }

    /// From when on a data set of Prism is asked for; `None` for all of it.
    pub(crate) fn window(&self, data_set: DataSet, options: &ReadOptions) -> Option<Timestamp> {
        let window = options.known.windows.get(&data_set).filter(|_| self.returned == 0)?;
        let since_whole = options.now.duration_since(window.whole_at);
        let is_due =
            since_whole >= SignedDuration::try_from(options.settings.whole_every).unwrap_or(SignedDuration::MAX);
        (!is_due).then(|| window.since.saturating_sub(limits::WINDOW_OVERLAP).unwrap_or(window.since))
    }

    /// The devices that are asked for their details: those that are wanted, and no more than the details' share of the
    /// budget allows unless somebody insists.
    pub(crate) fn details_asked(&self, options: &ReadOptions) -> &[String] {
        let share = self.budget_left.filter(|_| options.settings.details.is_none());
        let most = share.map_or(usize::MAX, |left| (left as f64 * limits::DETAILS_BUDGET_SHARE) as usize);
        &self.details_wanted[..self.details_wanted.len().min(most)]
    }

    fn is_window(&self, data_set: DataSet, options: &ReadOptions) -> bool {
        self.window(data_set, options).is_some()
    }
}

/// True where details are so old that they are read again. The age differs from device to device by up to a half, so that
/// a fleet which was read in one night is not due in one night again.
fn is_old(device_id: &str, read_at: Timestamp, options: &ReadOptions) -> bool {
    let due = due_after(device_id, options.settings.details_age_max);
    let age = options.now.duration_since(read_at);
    age >= SignedDuration::try_from(due).unwrap_or(SignedDuration::MAX)
}

/// True for a device that was away when the earlier snapshot was read. One that enrolled since is new to Prism as well,
/// and a window shows all of it.
fn has_returned(device: &Listed, options: &ReadOptions) -> bool {
    let Some(since) = options.known.since else { return false };
    let is_new = device.last_enrollment.is_some_and(|enrolled| enrolled >= since);
    !is_new && !options.known.listed.contains(&device.device_id)
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
pub struct Choice {
    /// The way that is taken.
    pub strategy: Strategy,
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
    /// Devices that were away when the earlier snapshot was read: Prism is read as a whole because of them.
    pub returned: u64,
    /// Devices whose details are wanted.
    pub details_wanted: u64,
    /// Rows of Prism's applications, where the tenant counts them.
    pub app_rows: Option<u64>,
    /// Requests left in the budget; `None` where there is none.
    pub budget_left: Option<u64>,
    /// The way to details.
    pub details: Choice,
    /// The way to applications.
    pub apps: Choice,
}

impl Explanation {
    pub(crate) fn of(facts: &Facts, options: &ReadOptions) -> Self {
        Self {
            devices: facts.devices,
            returned: facts.returned,
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
        let mut lines = vec![
            line("Details", self.details.strategy.as_str(), &self.details.reason, &self.details.prices),
            line("Applications", self.apps.strategy.as_str(), &self.apps.reason, &self.apps.prices),
        ];
        if self.returned > 0 {
            lines.push(format!(
                "Prism is read as a whole, because {} devices are listed again that were not when it was read last.",
                self.returned
            ));
        }
        lines
    }
}

/// The reason of a way that is gone on with: another one would have to begin again.
const BEGUN: &str = "as it was begun";

/// How a data set was begun that is gone on with.
pub(crate) fn begun(options: &ReadOptions, data_set: DataSet) -> Option<Strategy> {
    // A position that cannot be read is told where it is used.
    match Position::parse(options.positions.get(&data_set)?).ok()?? {
        Position::Device(_) => Some(Strategy::Device),
        Position::Export { .. } => Some(Strategy::Export),
        Position::Offset { .. } | Position::Cursor { .. } | Position::Page { .. } | Position::End { .. } => {
            Some(Strategy::Pages)
        }
    }
}

fn pages(rows: u64) -> u64 {
    rows.div_ceil(limits::PAGE_ROWS).max(1)
}

fn details(facts: &Facts, options: &ReadOptions) -> Choice {
    let (wanted, asked) = (facts.details_wanted.len(), facts.details_asked(options).len());
    let open = |requests| facts.prism_refused.is_none().then_some(requests);
    let prices = vec![
        Price { strategy: "device", requests: Some(asked as u64) },
        Price { strategy: "pages", requests: open(pages(facts.devices)) },
        Price { strategy: "export", requests: open(limits::EXPORT_REQUESTS) },
    ];
    let choose = |strategy, reason: &str| Choice { strategy, reason: reason.to_owned(), prices: prices.clone() };
    if let Some(Strategy::Device) = begun(options, DataSet::DeviceDetails) {
        return choose(Strategy::Device, BEGUN);
    }
    if let Some(forced) = options.settings.details {
        return choose(forced, "as you said");
    }
    if let Some(refused) = &facts.prism_refused {
        return choose(Strategy::Device, &format!("because Prism is closed: {refused}"));
    }
    if asked < wanted {
        let reason =
            format!("the {asked} most urgent of {wanted} devices, as that takes half of the budget that is left");
        return choose(if asked > 0 { Strategy::Device } else { Strategy::Pages }, &reason);
    }
    choose(Strategy::Device, "because only details have processor, memory and addresses")
}

fn apps(facts: &Facts, options: &ReadOptions) -> Choice {
    let open = |requests: Option<u64>| requests.filter(|_| facts.prism_refused.is_none());
    let page_count = facts.app_rows.map(pages);
    let prices = vec![
        Price { strategy: "device", requests: Some(facts.app_devices) },
        Price { strategy: "pages", requests: open(page_count) },
        Price { strategy: "export", requests: open(Some(limits::EXPORT_REQUESTS)) },
    ];
    let choose = |strategy, reason: &str| Choice { strategy, reason: reason.to_owned(), prices: prices.clone() };
    if let Some(begun) = begun(options, DataSet::Apps) {
        return choose(begun, BEGUN);
    }
    if let Some(forced) = options.settings.apps {
        return choose(forced, "as you said");
    }
    if let Some(refused) = &facts.prism_refused {
        return choose(Strategy::Device, &format!("because Prism is closed: {refused}"));
    }
    if facts.is_window(DataSet::Apps, options) {
        return choose(Strategy::Pages, "because only what changed since the last reading is asked for");
    }
    let Some(page_count) = page_count else {
        return choose(Strategy::Pages, "because the tenant does not count its rows");
    };
    // A few devices of a scope: Prism would tell of the whole fleet.
    if !options.settings.scope.is_everything() && facts.app_devices < page_count.min(limits::EXPORT_REQUESTS) {
        return choose(Strategy::Device, "because the scope has few devices");
    }
    let is_dear = facts.budget_left.is_some_and(|left| page_count as f64 > left as f64 * limits::DETAILS_BUDGET_SHARE);
    if is_dear || page_count > limits::EXPORT_FROM_PAGES {
        return choose(Strategy::Export, "because there are so many pages that an export costs less");
    }
    choose(Strategy::Pages, "because a page has 300 rows, and there is nothing to wait for")
}

/// How long the details of a device are good.
fn due_after(device_id: &str, most: Duration) -> Duration {
    let share = (xxh3_64(device_id.as_bytes()) >> 32) as f64 / f64::from(u32::MAX);
    most.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests;
