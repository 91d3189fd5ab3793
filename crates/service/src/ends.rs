//! Both ends of an integration while they are looked at, with credentials that may not be kept yet.

use integration::checks::{self, Check, CheckResult, Expected};
use integration::{Credentials, Name, Settings};
use load::Login;
use rest::ClientConfig;
use serde::Serialize;

use crate::connected::login_of;
use crate::desk::Desk;
use crate::error::{Error, Kind};
use crate::limits::ATTEMPTS_MAX;
use crate::reader::Reader;

/// Checks that fail for who asks, beside those of data sets and of roles.
const OF_CREDENTIALS: [&str; 4] = ["token accepted", "token granted", "API takes the token", "scope restriction"];

/// Both ends.
pub struct Ends {
    /// The tenant.
    pub tenant: extract::Tenant,
    /// The instance's address.
    pub instance_url: String,
    /// How it is logged in to.
    pub login: Login,
    /// Keeps what is spent of the tenant's hour.
    _reader: Option<Reader>,
}

impl Ends {
    /// Of an integration, connected or about to be.
    ///
    /// # Errors
    /// An address or a credential cannot be used.
    pub fn of(desk: &Desk, name: &Name, settings: &Settings, credentials: &Credentials) -> Result<Self, Error> {
        let login = login_of(name, settings, credentials)?;
        let config = ClientConfig { attempts_max: ATTEMPTS_MAX, ..ClientConfig::new(settings.tenant_url()) };
        let reader = Reader::at(desk.state(), config, credentials.iru_token.clone(), false)?;
        let instance_url = settings.instance_url().to_owned();
        Ok(Self { tenant: reader.tenant.clone(), instance_url, login, _reader: Some(reader) })
    }

    /// Of a tenant and an instance that somebody else stands up.
    pub fn at(tenant: extract::Tenant, instance_url: String, login: Login) -> Self {
        Self { tenant, instance_url, login, _reader: None }
    }

    /// Looks at both and says each check as it is made.
    pub async fn look(&self, expected: &Expected, each: &mut (dyn FnMut(&Check) + Send)) -> Looked {
        let mut all = checks::tenant(&self.tenant, expected, each).await;
        all.extend(checks::instance(&self.instance_url, self.login.clone(), expected, each).await);
        Looked::of(self.tenant.host().to_owned(), self.instance_url.clone(), all)
    }
}

/// What was found at both ends, as it is printed.
#[derive(Clone, Debug, Serialize)]
pub struct Looked {
    /// The tenant's host.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// Checks that are as they should be.
    pub passed: usize,
    /// Checks behind which something is left out.
    pub warnings: usize,
    /// Checks that a run would stop at.
    pub failed: usize,
    /// Checks that were not made because of others.
    pub skipped: usize,
    /// All of them, in order.
    pub checks: Vec<Check>,
}

impl Looked {
    fn of(tenant: String, instance: String, checks: Vec<Check>) -> Self {
        let count = |result| checks.iter().filter(|check| check.result == result).count();
        let (passed, warnings) = (count(CheckResult::Passed), count(CheckResult::Warning));
        let (failed, skipped) = (count(CheckResult::Failed), count(CheckResult::Skipped));
        Self { tenant, instance, passed, warnings, failed, skipped, checks }
    }

    /// Why it is not accepted: credentials before anything else, as they are what a person looks at first. None where
    /// nothing failed.
    pub fn refused(&self) -> Option<Kind> {
        let failed = || self.checks.iter().filter(|check| check.result == CheckResult::Failed);
        match failed().any(is_of_credentials) {
            true => Some(Kind::Credentials),
            false if self.failed > 0 => Some(Kind::Failed),
            false => None,
        }
    }
}

fn is_of_credentials(check: &Check) -> bool {
    let name = check.name;
    OF_CREDENTIALS.contains(&name) || name.starts_with("read ") || name.starts_with("role ")
}
