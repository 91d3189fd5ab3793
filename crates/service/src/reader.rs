//! A tenant that is read, within what is left of its hour. Apart from the reading itself, because what was spent is kept
//! also where it was only looked at.

use std::path::Path;

use extract::Scope;
use integration::Credentials;
use rest::{BudgetConfig, ClientConfig, Secret};
use snapshot::Source;
use tokio::task::JoinHandle;

use crate::connected::Connected;
use crate::desk::Desk;
use crate::error::Error;
use crate::spent::Spent;

/// A tenant that can be read.
pub struct Reader {
    /// The tenant.
    pub tenant: extract::Tenant,
    /// What a snapshot says of where it came from.
    pub source: Source,
    /// The devices that a connected integration is for; none where the command line says it.
    pub scope: Option<Scope>,
    spent: Spent,
    keeping: JoinHandle<()>,
}

impl Reader {
    /// A tenant by its address, within what is left of its hour.
    ///
    /// # Errors
    /// The address is none.
    pub fn at(state: &Path, config: ClientConfig, token: Secret, wait: bool) -> Result<Self, Error> {
        let spent = Spent::of(state, &config.base_url);
        let budget = BudgetConfig { wait, spent: spent.read(), ..BudgetConfig::default() };
        let config = ClientConfig { budget: Some(budget), ..config };
        let tenant = extract::Tenant::new(config, token).map_err(pipeline::Error::from_tenant)?;
        let source = Source { kind: "tenant".to_owned(), identity: tenant.host().to_owned() };
        let keeping = tokio::spawn(spent.clone().keep(tenant.clone()));
        Ok(Self { tenant, source, scope: None, spent, keeping })
    }

    /// The tenant of a connected integration.
    ///
    /// # Errors
    /// Its address is none.
    pub fn of(desk: &Desk, connected: &Connected, credentials: &Credentials, wait: bool) -> Result<Self, Error> {
        let config = ClientConfig::new(connected.settings.tenant_url());
        let mut reader = Self::at(desk.state(), config, credentials.iru_token.clone(), wait)?;
        reader.scope = Some(connected.settings.scope());
        Ok(reader)
    }
}

/// However a reading ends, also where its future is dropped in the middle, what was spent is kept.
impl Drop for Reader {
    fn drop(&mut self) {
        self.keeping.abort();
        self.spent.write(&self.tenant.spent());
    }
}
