//! An integration that was connected: how it logs in, and which pipelines and data sets are its own.

use std::collections::BTreeSet;

use extract::DataSet;
use integration::{Credentials, Grant, Name, Settings};
use load::Login;
use pipeline::{Pipeline, PipelineSet};

use crate::error::Error;

/// An integration that was connected.
#[derive(Clone, Debug)]
pub struct Connected {
    /// What it is called.
    pub name: Name,
    /// What is remembered of it.
    pub settings: Settings,
}

impl Connected {
    /// How it logs in to its instance.
    ///
    /// # Errors
    /// It logs in with a password, and there is none among its credentials.
    pub fn login(&self, credentials: &Credentials) -> Result<Login, Error> {
        login_of(&self.name, &self.settings, credentials)
    }
}

/// How an integration with these settings logs in to its instance.
///
/// # Errors
/// It logs in with a password, and there is none among the credentials.
pub fn login_of(name: &Name, settings: &Settings, credentials: &Credentials) -> Result<Login, Error> {
    let grant = match (settings.grant(), settings.service_account()) {
        (Grant::Password, Some(account)) => {
            let password = credentials.service_password.clone();
            load::Grant::Password {
                service_account: account.to_owned(),
                service_password: password.ok_or_else(|| integration::Error::NoCredentials { name: name.clone() })?,
            }
        }
        _ => load::Grant::ClientCredentials,
    };
    let client_secret = credentials.client_secret.clone();
    Ok(Login { client_id: settings.client_id().to_owned(), client_secret, grant })
}

/// The pipelines of a night: all of them, or those of devices alone.
pub fn carried(set: &PipelineSet, sends_apps: bool) -> Vec<Pipeline> {
    let mut pipelines = set.nightly();
    // By what their rows are made of: a pipeline of one's own may have any name.
    pipelines.retain(|pipeline| sends_apps || pipeline.mapping().driver != DataSet::Apps.name());
    pipelines
}

/// The data sets that these pipelines name, and those of them that are hints: the audit log, where no pipeline carries it.
///
/// # Errors
/// A pipeline names a data set that there is not.
pub fn wanted(set: &PipelineSet, pipelines: &[Pipeline]) -> Result<(BTreeSet<DataSet>, BTreeSet<DataSet>), Error> {
    let mut wanted = pipeline::data_sets_of(pipelines)?;
    let beside: BTreeSet<DataSet> = set.read_beside().iter().copied().collect();
    let hints: BTreeSet<DataSet> =
        beside.iter().copied().filter(|data_set| *data_set == DataSet::AuditEvents).collect();
    let hints = &hints - &wanted;
    wanted.extend(beside);
    Ok((wanted, hints))
}
