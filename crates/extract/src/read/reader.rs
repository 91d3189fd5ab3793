//! The order of a reading: the list of devices first, then whatever needs it, side by side. What is refused is told and
//! passed over; where another way is open, it is taken.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};

use crate::endpoint::{Endpoint, is_exportable};
use crate::error::Error;
use crate::read::by_device::{self, Asking};
use crate::read::chain::{self, Chain, sentence};
use crate::read::options::{Listed, ReadOptions};
use crate::read::pager::Position;
use crate::read::piece::{Account, Piece, PieceSender};
use crate::read::{devices, export};
use crate::strategy::{Explanation, Facts, Strategy, begun, has_apps};
use crate::tenant::Tenant;
use crate::{DataSet, Decoded, limits};

/// Reads what the options say and hands it on piece by piece. A data set that is refused or short ends with an account
/// that says so; an error ends the reading, and what was handed on is good for going on. Nothing is read behind a short list
/// of devices: the budget would go for devices of which some are missing, and all of it would be asked for again.
///
/// # Errors
/// The list of devices cannot be read, the budget is spent, the tenant is in trouble, nobody takes the pieces.
pub async fn read(tenant: &Tenant, options: &ReadOptions, out: PieceSender) -> Result<(), Error> {
    let reading = Reading { tenant, options, out, numbers: Arc::new(AtomicU32::new(options.next_page)) };
    let Some(listed) = reading.devices().await? else { return Ok(()) };
    if listed.is_empty() && !options.settings.scope.is_everything() {
        return Err(Error::NothingInScope);
    }
    let touched = reading.audit(&listed).await?;
    let facts = facts(tenant, options, &listed, &touched).await?;
    let explanation = Explanation::of(&facts, options);
    for line in explanation.lines() {
        reading.out.send(Piece::Noted { text: line }).await?;
    }
    let plan = Plan { listed: &listed, facts: &facts, ids: listed.iter().map(|one| one.device_id.as_str()).collect() };
    reading.rest(&plan, &explanation).await
}

/// Looks at what a reading would do, with as few questions as that takes, and reads nothing.
///
/// # Errors
/// As [`read`].
pub async fn explain(tenant: &Tenant, options: &ReadOptions) -> Result<Explanation, Error> {
    let (sender, mut pieces) = PieceSender::channel();
    let reading = Reading { tenant, options, out: sender, numbers: Arc::new(AtomicU32::new(1)) };
    // The list is read as it would be, because what details cost depends on which devices are known; its pages go nowhere.
    let listing = async {
        let listed = devices::read(&reading).await.map(|devices| devices.listed);
        drop(reading);
        listed
    };
    let drained = async { while pieces.recv().await.is_some() {} };
    let (listed, ()) = tokio::join!(listing, drained);
    let facts = facts(tenant, options, &listed?, &HashSet::new()).await?;
    Ok(Explanation::of(&facts, options))
}

/// One reading: what all its parts share.
pub(crate) struct Reading<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) options: &'a ReadOptions,
    pub(crate) out: PieceSender,
    numbers: Arc<AtomicU32>,
}

/// What the data sets behind the list need of it.
struct Plan<'a> {
    listed: &'a [Listed],
    facts: &'a Facts,
    ids: HashSet<&'a str>,
}

impl<'a> Reading<'a> {
    /// A number for the page that is next.
    pub(crate) fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Where further numbers are drawn from, for a thread of its own.
    pub(crate) fn numbers(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.numbers)
    }

    /// Where an earlier reading of this data set stopped.
    pub(crate) fn position(&self, data_set: DataSet) -> Result<Option<Position>, Error> {
        self.options.positions.get(&data_set).map_or(Ok(None), |text| Position::parse(text))
    }

    pub(crate) async fn began(&self, data_set: DataSet, rows: Option<u64>, carries_over: bool) -> Result<(), Error> {
        self.out.send(Piece::Began { data_set, rows, carries_over }).await
    }

    /// How many rows the tenant counts; `None` where it does not say.
    pub(crate) async fn count(&self, tenant: &Tenant, chain: &Chain<'_>) -> Result<Option<u64>, Error> {
        let is_whole = !chain.carries_over && chain.fixed.is_empty();
        if !is_whole || chain.data_set.prism_category().is_none() {
            return Ok(None);
        }
        prism_count(tenant, chain.data_set).await
    }

    /// How many devices the licence counts; `None` where the token may not ask.
    pub(crate) async fn licensed_devices(&self, tenant: &Tenant) -> Result<Option<u64>, Error> {
        let got = match tenant.get(Endpoint::Licensing, "", &Vec::new()).await {
            Err(error) if error.is_refusal() => return Ok(None),
            got => got?,
        };
        let counts: Option<serde_json::Value> = serde_json::from_slice(&got.body).ok();
        Ok(counts.and_then(|value| value["counts"]["computers_count"].as_u64()))
    }

    /// The devices that are wanted; `None` where their list came short.
    async fn devices(&self) -> Result<Option<Vec<Listed>>, Error> {
        if self.options.ended.contains(&DataSet::Devices) {
            return Ok(Some(self.options.listed.clone()));
        }
        let devices = devices::read(self).await?;
        let is_complete = devices.account.complete;
        self.out.send(Piece::Ended { data_set: DataSet::Devices, account: devices.account }).await?;
        Ok(is_complete.then_some(devices.listed))
    }

    /// Reads the audit log where it is wanted, and returns devices that it says something happened to. As a hint it is read
    /// only from the earlier snapshot on: without one there is nothing that it could be a hint about.
    async fn audit(&self, listed: &[Listed]) -> Result<HashSet<String>, Error> {
        let data_set = DataSet::AuditEvents;
        let is_hint = self.options.settings.hints.contains(&data_set);
        if !self.options.wants(data_set) || (is_hint && self.options.known.since.is_none()) {
            return Ok(self.options.touched.clone());
        }
        let touched = Mutex::new(self.options.touched.clone());
        let keep = |decoded: Decoded| {
            let devices = spoken_of(&decoded.batch);
            touched.lock().unwrap_or_else(PoisonError::into_inner).extend(devices);
            decoded
        };
        let mut fixed = vec![("sort_by", "occurred_at".to_owned())];
        if let Some(since) = self.options.known.since {
            fixed.push(("start_date", since.to_string()));
        }
        let chain = Chain {
            data_set,
            endpoint: Endpoint::AuditEvents,
            fixed,
            keep: &keep,
            carries_over: false,
            expected: None,
            anew: false,
        };
        let account = match chain::read(self, chain).await {
            Err(error) if is_hint && error.is_of_answers() => Ok(unread("pages", &error)),
            account => account,
        };
        let touched = touched.into_inner().unwrap_or_else(PoisonError::into_inner);
        let account = account.map(|mut account| {
            account.notes.extend(gone(&self.options.known.listed, listed, &touched));
            account
        });
        self.end(data_set, account).await?;
        Ok(touched)
    }

    /// Everything behind the list, a few data sets at a time.
    async fn rest(&self, plan: &Plan<'_>, explanation: &Explanation) -> Result<(), Error> {
        let mut waiting: Vec<BoxFuture<'_, Result<(), Error>>> = Vec::new();
        let before = [DataSet::Devices, DataSet::AuditEvents];
        for data_set in
            DataSet::ALL.into_iter().filter(|&data_set| self.options.wants(data_set) && !before.contains(&data_set))
        {
            waiting.push(Box::pin(self.one(data_set, plan, explanation)));
        }
        waiting.reverse();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < limits::DATA_SETS_AT_ONCE
                && let Some(next) = waiting.pop()
            {
                running.push(next);
            }
            match running.next().await {
                Some(ended) => ended?,
                None => return Ok(()),
            }
        }
    }

    async fn one(&self, data_set: DataSet, plan: &Plan<'_>, explanation: &Explanation) -> Result<(), Error> {
        match data_set {
            DataSet::DeviceDetails => self.details(plan, explanation).await,
            // Where details are wanted as well, they are one question, and this is a part of its answer.
            DataSet::DeviceInformation if self.options.wants(DataSet::DeviceDetails) => Ok(()),
            DataSet::DeviceInformation => {
                let strategy = match explanation.details.strategy {
                    Strategy::Device => Strategy::Pages,
                    prism => prism,
                };
                self.end(data_set, self.information(strategy, plan).await).await
            }
            DataSet::Apps => self.end(data_set, self.apps(plan, explanation).await).await,
            _ => self.end(data_set, self.pages(data_set, plan).await).await,
        }
    }

    /// Another way is taken: what was read by the first one is void.
    async fn restarted(&self, data_set: DataSet) -> Result<(), Error> {
        self.out.send(Piece::Restarted { data_set }).await
    }

    async fn end(&self, data_set: DataSet, account: Result<Account, Error>) -> Result<(), Error> {
        let account = match account {
            Err(error) if error.is_refusal() => unread("refused", &error),
            account => account?,
        };
        self.out.send(Piece::Ended { data_set, account }).await
    }

    /// Details and Prism's device information: two answers to one question. Where the way that was chosen turns out to be
    /// closed, the other is taken.
    async fn details(&self, plan: &Plan<'_>, explanation: &Explanation) -> Result<(), Error> {
        let (details, information) = (DataSet::DeviceDetails, DataSet::DeviceInformation);
        let mut strategy = explanation.details.strategy;
        if strategy == Strategy::Device {
            let account = self.details_by_device(plan).await;
            if account.as_ref().is_err_and(Error::is_refusal) && self.options.settings.details.is_none() {
                strategy = Strategy::Pages;
            }
            self.end(details, account).await?;
        } else {
            self.began(details, Some(0), true).await?;
            self.end(details, Ok(not_asked(strategy.as_str()))).await?;
        }
        if !self.options.wants(information) {
            return Ok(());
        }
        // A device whose details nobody tells is completed by Prism, at one request for 300 devices.
        let account = if plan.facts.prism_refused.is_some() {
            self.began(information, Some(0), true).await?;
            Ok(not_asked(strategy.as_str()))
        } else {
            self.information(strategy, plan).await
        };
        self.end(information, account).await
    }

    async fn details_by_device(&self, plan: &Plan<'_>) -> Result<Account, Error> {
        let asked = plan.facts.details_asked(self.options);
        let wanted: HashSet<&str> = asked.iter().map(String::as_str).collect();
        let devices: Vec<&Listed> = plan.listed.iter().filter(|one| wanted.contains(one.device_id.as_str())).collect();
        let carries_over = devices.len() < plan.listed.len();
        let asking = Asking {
            data_set: DataSet::DeviceDetails,
            endpoint: Endpoint::DeviceDetails,
            listed: plan.listed,
            expected: Some(devices.len() as u64),
            devices,
            carries_over,
            anew: false,
        };
        let account = by_device::read(self, asking).await;
        let waiting = plan.facts.details_wanted.len() - asked.len();
        account.map(|mut account| {
            if waiting > 0 {
                account.notes.push(format!("{waiting} devices wait for another night's budget."));
            }
            account
        })
    }

    async fn information(&self, strategy: Strategy, plan: &Plan<'_>) -> Result<Account, Error> {
        let data_set = DataSet::DeviceInformation;
        let is_export = match begun(self.options, data_set) {
            Some(begun) => begun == Strategy::Export,
            None => strategy == Strategy::Export,
        };
        if is_export {
            return self.export_or_pages(data_set, plan, self.options.settings.details.is_some()).await;
        }
        self.pages(data_set, plan).await
    }

    async fn apps(&self, plan: &Plan<'_>, explanation: &Explanation) -> Result<Account, Error> {
        let is_forced = self.options.settings.apps.is_some();
        let account = match explanation.apps.strategy {
            Strategy::Pages => self.pages(DataSet::Apps, plan).await,
            Strategy::Export => self.export_or_pages(DataSet::Apps, plan, is_forced).await,
            Strategy::Device => return self.apps_by_device(plan, false).await,
        };
        match account {
            Err(error) if error.is_refusal() && !is_forced => {
                self.restarted(DataSet::Apps).await?;
                let mut account = self.apps_by_device(plan, true).await?;
                account.notes.push(format!("Each device was asked, because: {}", sentence(&error)));
                Ok(account)
            }
            account => account,
        }
    }

    async fn apps_by_device(&self, plan: &Plan<'_>, anew: bool) -> Result<Account, Error> {
        let wanted = |device: &&Listed| has_apps(device, self.options.settings.mobile_apps);
        let asking = Asking {
            data_set: DataSet::Apps,
            endpoint: Endpoint::DeviceApps,
            listed: plan.listed,
            devices: plan.listed.iter().filter(wanted).collect(),
            expected: plan.facts.app_rows.filter(|_| self.options.settings.scope.is_everything()),
            carries_over: false,
            anew,
        };
        by_device::read(self, asking).await
    }

    /// An export; where it fails and nobody insists, pages.
    async fn export_or_pages(&self, data_set: DataSet, plan: &Plan<'_>, is_forced: bool) -> Result<Account, Error> {
        debug_assert!(is_exportable(data_set), "the strategies name no other");
        let keep = |decoded| self.in_scope(decoded, plan);
        match export::read(self, data_set, &keep).await {
            Err(error) if !is_forced && error.closes_export() => {
                self.restarted(data_set).await?;
                let mut account = self.pages_from(data_set, plan, true).await?;
                account.notes.push(format!("Pages were read, because: {}", sentence(&error)));
                Ok(account)
            }
            account => account,
        }
    }

    async fn pages(&self, data_set: DataSet, plan: &Plan<'_>) -> Result<Account, Error> {
        self.pages_from(data_set, plan, false).await
    }

    /// A data set by its pages; one of Prism by a window where that is enough.
    async fn pages_from(&self, data_set: DataSet, plan: &Plan<'_>, anew: bool) -> Result<Account, Error> {
        let mut fixed = Vec::new();
        let mut carries_over = false;
        if data_set.prism_category().is_some() {
            let mut filter = self.options.settings.scope.prism_filter(plan.listed).unwrap_or_default();
            if let Some(since) = plan.facts.window(data_set, self.options) {
                filter["updated_at"] = serde_json::json!({ "gte": since.to_string() });
                carries_over = true;
            }
            if !filter.is_null() {
                fixed.push(("filter", filter.to_string()));
            }
        }
        let keep = |decoded| self.in_scope(decoded, plan);
        let endpoint = match data_set {
            DataSet::Users => Endpoint::Users,
            DataSet::Blueprints => Endpoint::Blueprints,
            DataSet::Tags => Endpoint::Tags,
            DataSet::AdeDevices => Endpoint::AdeDevices,
            prism => Endpoint::Prism(prism),
        };
        let expected = match data_set {
            DataSet::Apps if fixed.is_empty() => plan.facts.app_rows,
            DataSet::DeviceInformation if fixed.is_empty() => Some(plan.facts.devices),
            _ => None,
        };
        chain::read(self, Chain { data_set, endpoint, fixed, keep: &keep, carries_over, expected, anew }).await
    }

    /// Rows of Prism that belong to devices outside the scope are taken away; without a scope every row stays, also
    /// those of devices that are not listed, which the report names.
    fn in_scope(&self, mut decoded: Decoded, plan: &Plan<'_>) -> Decoded {
        if self.options.settings.scope.is_everything() {
            return decoded;
        }
        if let Some(ids) = decoded.batch.column_by_name("device_id") {
            let ids = arrow::array::AsArray::as_string::<i32>(ids);
            let kept = ids.iter().map(|id| id.is_some_and(|id| plan.ids.contains(id))).collect();
            decoded.batch = devices::filtered(&decoded.batch, kept);
        }
        decoded
    }
}

/// What has to be known before a way is chosen.
async fn facts(
    tenant: &Tenant,
    options: &ReadOptions,
    listed: &[Listed],
    touched: &HashSet<String>,
) -> Result<Facts, Error> {
    let tenant = tenant.counted();
    let mut facts = Facts::of(options, listed, touched);
    if options.wants(DataSet::Apps) || options.wants(DataSet::DeviceInformation) {
        match prism_count(&tenant, DataSet::Apps).await {
            Ok(rows) => facts.app_rows = rows,
            Err(error) if error.is_refusal() => facts.prism_refused = Some(sentence(&error)),
            Err(error) => return Err(error),
        }
    }
    facts.budget_left = tenant.budget().map(|budget| budget.remaining);
    Ok(facts)
}

pub(crate) async fn prism_count(tenant: &Tenant, data_set: DataSet) -> Result<Option<u64>, Error> {
    let query = [("category", data_set.name().to_owned())];
    let got = tenant.get(Endpoint::PrismCount, "", &query).await?;
    let counted: Option<serde_json::Value> = serde_json::from_slice(&got.body).ok();
    Ok(counted.filter(|value| value["approximate"] != true).and_then(|value| value["count"].as_u64()))
}

/// The account of a data set that an error ended.
fn unread(strategy: &'static str, error: &Error) -> Account {
    Account {
        strategy,
        requests: 1,
        took: std::time::Duration::ZERO,
        complete: false,
        carries_over: false,
        notes: vec![sentence(error)],
    }
}

fn not_asked(way: &str) -> Account {
    Account {
        strategy: "carried over",
        requests: 0,
        took: std::time::Duration::ZERO,
        complete: true,
        carries_over: true,
        notes: vec![format!("Not asked for, because the way to details is `{way}`; what is known stays.")],
    }
}

/// What the audit log says of devices that were listed before and are not now: the list alone does not tell a device that
/// was deleted from one that it forgot.
fn gone(before: &HashSet<String>, listed: &[Listed], touched: &HashSet<String>) -> Option<String> {
    let now: HashSet<&str> = listed.iter().map(|device| device.device_id.as_str()).collect();
    let gone: Vec<&String> = before.iter().filter(|id| !now.contains(id.as_str())).collect();
    let told = gone.iter().filter(|id| touched.contains(**id)).count();
    let count = gone.len();
    (count > 0).then(|| format!("{count} devices are not listed any more; the audit log speaks of {told} of them."))
}

/// Devices that audit events speak of. What an event of a device looks like was never published, so any event whose target
/// is called a device counts: it is a hint, and costs one question a device.
pub fn spoken_of(events: &RecordBatch) -> Vec<String> {
    let column = |name: &str| events.column_by_name(name).map(arrow::array::AsArray::as_string::<i32>);
    let (Some(targets), Some(kinds)) = (column("target_id"), column("target_type")) else { return Vec::new() };
    let pairs = targets.iter().zip(kinds.iter());
    let devices =
        pairs.filter(|(_, kind)| kind.is_some_and(|kind| kind.contains("device") || kind.contains("computer")));
    devices.filter_map(|(target, _)| target.map(str::to_owned)).collect()
}
