//! What is known of an integration's runs and devices, and a person's word for a plan. Apart from runs themselves: looking
//! takes no lock, and waits for nobody.

use flow::Clock;
use integration::Name;
use ledger::{Approval, History, Ledger, RunRecord};
use load::Patience;
use pipeline::{ApplyOptions, Destination, Events, ExplainOptions, Explanation, Pipeline, RunReport, SavedPlan};

use crate::connected::Connected;
use crate::desk::Desk;
use crate::error::Error;

impl Desk {
    /// One run, and its report where it has one.
    ///
    /// # Errors
    /// There is no such run, or the ledger cannot be read.
    pub fn run(&self, name: &Name, run: i64) -> Result<(RunRecord, Option<RunReport>), Error> {
        let (record, report) = History::open(&self.folder_of(name))?.run(run)?;
        // A report of another version is not read, and its record is told alone.
        Ok((record, serde_json::from_str(&report).ok()))
    }

    /// Runs before this one, the newest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn runs_before(&self, name: &Name, run: i64, runs_max: usize) -> Result<Vec<RunRecord>, Error> {
        Ok(History::open(&self.folder_of(name))?.before(run, runs_max)?)
    }

    /// The number that the next run will have.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn next_run(&self, name: &Name) -> Result<i64, Error> {
        Ok(History::open(&self.folder_of(name))?.last()?.map_or(1, |run| run + 1))
    }

    /// The plan of a run.
    ///
    /// # Errors
    /// It is not kept, or damaged.
    pub fn plan(&self, name: &Name, run: i64) -> Result<SavedPlan, Error> {
        Ok(SavedPlan::read(&pipeline::plan_folder(&self.folder_of(name), &run.to_string()))?)
    }

    /// The word that was given for a plan.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn approval(&self, name: &Name, plan: &SavedPlan) -> Result<Option<Approval>, Error> {
        Ok(History::open(&self.folder_of(name))?.approval(&plan.plan)?)
    }

    /// Lets a plan through once.
    ///
    /// # Errors
    /// A run is at work, nobody or no reason is named, or the plan is not kept or another integration's.
    pub fn approve(&self, name: &Name, run: i64, by: &str, reason: &str) -> Result<Approval, Error> {
        let plan = self.plan(name, run)?;
        if by.trim().is_empty() || reason.trim().is_empty() {
            return Err(Error::Asked("an approval needs a name and a reason".to_owned()));
        }
        if plan.integration != name.as_str() {
            return Err(Error::Asked(format!("the plan is of the integration `{}`", plan.integration)));
        }
        Ok(Ledger::open(&self.folder_of(name))?.approve(&plan.plan, by.trim(), reason.trim())?)
    }

    /// Sends the plan of a run exactly as it was made.
    ///
    /// # Errors
    /// It is not connected, being deleted, or the plan does not hold any more.
    pub async fn apply(&self, name: &Name, run: i64, patience: Patience, events: Events) -> Result<RunReport, Error> {
        let _work = self.work(name)?;
        let connected = self.connected(name)?;
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
        Ok(Box::pin(pipeline::apply(options, self.destination(&connected, patience)?)).await?)
    }

    /// Explains a device, or an application on it. The instance is asked where it can be.
    ///
    /// # Errors
    /// It is not connected, or what is remembered cannot be read.
    pub async fn explain(&self, name: &Name, wanted: &str, app: Option<&str>) -> Result<Explanation, Error> {
        let connected = self.connected(name)?;
        let (folder, snapshots) = (self.folder_of(name), self.snapshots(name)?);
        let pipelines = self.carried(&connected)?;
        let asked = |pipelines: Vec<Pipeline>, destination| {
            let (folder, snapshots) = (folder.clone(), snapshots.clone());
            async move {
                let options = ExplainOptions {
                    integration: name.as_str(),
                    folder: &folder,
                    pipelines: &pipelines,
                    snapshots: &snapshots,
                    wanted,
                    app,
                    clock: Clock::default(),
                };
                pipeline::explain(options, destination).await
            }
        };
        let (destination, note) = match self.destination(&connected, Patience::default()) {
            Ok(destination) => (Some(destination), None),
            Err(error) => (None, Some(error.told())),
        };
        let mut explanation = match Box::pin(asked(pipelines.clone(), destination)).await {
            Ok(explanation) => explanation,
            // What is remembered is told all the same.
            Err(error) if note.is_none() => {
                let mut explanation = Box::pin(asked(pipelines, None)).await?;
                explanation.notes.push(format!("the instance was not asked: {}", Error::from(error).told()));
                explanation
            }
            Err(error) => return Err(error.into()),
        };
        explanation.notes.extend(note);
        Ok(explanation)
    }

    /// The instance of a connected integration.
    pub(crate) fn destination(&self, connected: &Connected, patience: Patience) -> Result<Destination, Error> {
        let login = connected.login(&self.vault()?.open(&connected.name)?)?;
        Ok(Destination { base_url: connected.settings.instance_url().to_owned(), login, patience })
    }
}
