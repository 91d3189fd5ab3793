//! The handle of a served tenant: the same things that its control endpoint does, for who runs in the same process.

use super::config::TenantConfig;
use super::door::{Door, Peer};
use super::fault::{FaultPlan, Faults};
use super::handle::handle;
use super::permission::Permissions;
use super::rate::Limits;
use super::shared::{Shared, locked};
use super::witness::Witness;
use crate::fleet::Fleet;
use axum::Router;
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A simulated tenant. Cheap to clone; all clones are the same tenant.
#[derive(Clone)]
pub struct Tenant {
    shared: Arc<Shared>,
}

impl Tenant {
    /// Makes the fleet, and its prepared pages where these are asked for; that takes as long as it takes, so not on an async thread.
    pub fn new(config: TenantConfig) -> Self {
        Self { shared: Arc::new(Shared::new(config)) }
    }

    /// Answers requests until `shutdown`, then finishes what was asked.
    ///
    /// Fails only where the listener's runtime does.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = Router::new().fallback(handle).with_state(self.shared);
        let service = router.into_make_service_with_connect_info::<Peer>();
        axum::serve(Door::new(listener), service).with_graceful_shutdown(shutdown).await
    }

    /// Lets other things go wrong from now on; counting begins anew.
    pub fn set_faults(&self, faults: Faults) {
        *locked(&self.shared.faults) = FaultPlan::of(faults);
    }

    /// Grants other permissions from now on.
    pub fn set_permissions(&self, permissions: Permissions) {
        self.shared.set_permissions(permissions);
    }

    /// Sets other limits from now on; nothing of them is used yet.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.set_limits(limits);
    }

    /// So many devices are deleted, the first of the list: every endpoint forgets them, until a night passes.
    pub fn lose(&self, devices: u32) {
        for _ in 0..devices {
            self.shared.vanish();
        }
    }

    /// Lets nights pass and answers which one it is now. The fleet is made anew; requests that are being answered keep the old one.
    pub fn advance(&self, nights: u32) -> u32 {
        self.shared.advance(nights)
    }

    /// The fleet that is served at the moment.
    pub fn fleet(&self) -> Arc<Fleet> {
        Arc::clone(&self.shared.world().fleet)
    }

    /// What the tenant saw since it was made or since [`Tenant::reset_witness`].
    pub fn witness(&self) -> Witness {
        locked(&self.shared.watch).witness()
    }

    /// Forgets what was seen so far, and every `Retry-After` that was told.
    pub fn reset_witness(&self) {
        locked(&self.shared.watch).reset();
    }
}
