//! What is known of an integration's runs, plans and devices. Apart from runs themselves: looking takes no lock, and waits for
//! nobody.

use flow::Clock;
use integration::Name;
use jiff::Timestamp;
use ledger::{Approval, History, RunRecord};
use load::Patience;
use pipeline::{ExplainOptions, Explanation, Pipeline, RunReport, SavedPlan};

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

    /// When a run ended last that did all that it should.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn last_success(&self, name: &Name) -> Result<Option<Timestamp>, Error> {
        let last = History::open(&self.folder_of(name))?.last_success()?;
        Ok(last.and_then(|last| last.parse().ok()))
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
        let opened = self.vault().and_then(|vault| Ok(vault.open(name)?));
        let asked_at = opened.and_then(|credentials| self.destination(&connected, &credentials, Patience::default()));
        let (destination, note) = match asked_at {
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
}
