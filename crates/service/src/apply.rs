//! A person's word for a plan that a brake stops, and sending that plan exactly as it was made.

use std::path::Path;

use flow::Clock;
use integration::{Credentials, Name};
use jiff::{SignedDuration, Timestamp};
use ledger::{Approval, Ledger};
use load::Patience;
use pipeline::{ApplyOptions, Destination, Events, RunReport, SavedPlan};

use crate::connected::Connected;
use crate::desk::Desk;
use crate::error::Error;
use crate::night::refuse_paused;

/// Until when a plan may be approved: as long after it was made as an approval is good for.
pub fn approvable_until(plan: &SavedPlan) -> Timestamp {
    let made_at = plan.made_at.parse::<Timestamp>().unwrap_or(Timestamp::MIN);
    let until = made_at.saturating_add(SignedDuration::from_hours(ledger::limits::APPROVAL_HOURS));
    until.unwrap_or(Timestamp::MAX)
}

/// Lets a plan of the integration in a folder through once.
///
/// # Errors
/// A run is at work, nobody or no reason is named, or the plan is too old or another integration's.
pub fn approve(folder: &Path, plan: &SavedPlan, integration: &str, by: &str, reason: &str) -> Result<Approval, Error> {
    let (by, reason) = (by.trim(), reason.trim());
    if by.is_empty() || reason.is_empty() {
        return Err(Error::Asked(
            "an approval needs a name and a reason: who lets the plan through, and why".to_owned(),
        ));
    }
    if plan.integration != integration {
        return Err(Error::Asked(format!(
            "the plan is of the integration `{}`, and not of `{integration}`: name that one",
            plan.integration
        )));
    }
    if approvable_until(plan) < Timestamp::now() {
        return Err(Error::Asked("the plan is too old to be approved: let a new run make one".to_owned()));
    }
    Ok(Ledger::open(folder)?.approve(&plan.plan, by, reason)?)
}

impl Desk {
    /// Lets a plan through once, as [`approve`] does; not while it is paused, as nothing would send the plan.
    ///
    /// # Errors
    /// It is paused, or what [`approve`] says.
    pub fn approve(&self, name: &Name, run: i64, by: &str, reason: &str) -> Result<Approval, Error> {
        let plan = self.plan(name, run)?;
        refuse_paused(&self.connected(name)?)?;
        approve(&self.folder_of(name), &plan, name.as_str(), by, reason)
    }

    /// Sends the plan of a run exactly as it was made.
    ///
    /// # Errors
    /// It is not connected, paused or being deleted, or the plan does not hold any more.
    pub async fn apply(&self, name: &Name, run: i64, patience: Patience, events: Events) -> Result<RunReport, Error> {
        let _work = self.work(name)?;
        let connected = self.connected(name)?;
        refuse_paused(&connected)?;
        let credentials = self.vault()?.open(name)?;
        let (folder, pipelines) = (self.folder_of(name), self.carried(&connected)?);
        let plan = pipeline::plan_folder(&folder, &run.to_string());
        let options = ApplyOptions {
            integration: name.as_str(),
            folder: &folder,
            command: "apply",
            pipelines: &pipelines,
            plan: &plan,
            clock: Clock::default(),
            events,
        };
        let destination = self.destination(&connected, &credentials, patience)?;
        let ended = Box::pin(pipeline::apply(options, destination)).await.map_err(Error::from);
        self.note(&connected, &ended).await;
        ended
    }

    /// The instance of a connected integration.
    pub(crate) fn destination(
        &self,
        connected: &Connected,
        credentials: &Credentials,
        patience: Patience,
    ) -> Result<Destination, Error> {
        let login = connected.login(credentials)?;
        Ok(Destination { base_url: connected.settings.instance_url().to_owned(), login, patience })
    }
}
