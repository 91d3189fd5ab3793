//! What all requests share: settings, the world, and what is counted. Locks are held for a moment and never while rows are made.

use super::clock::Clock;
use super::config::{ExportSettings, TenantConfig};
use super::endpoint::Exports;
use super::error_shape::ErrorShape;
use super::fault::FaultPlan;
use super::permission::Permissions;
use super::rate::{Gauge, Limits};
use super::witness::Watch;
use super::world::World;
use crate::config::FleetConfig;
use crate::fleet::Fleet;
use crate::moment::Moment;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) token: String,
    pub(crate) token_error: ErrorShape,
    pub(crate) export: ExportSettings,
    pub(crate) has_cursors: bool,
    pub(crate) compresses: bool,
    pub(crate) clock: Clock,
    /// When this was made, by that clock.
    since: i64,
    /// The folder of finished exports, made up once.
    pub(crate) export_folder: String,
    pub(crate) exports: Mutex<Exports>,
    pub(crate) watch: Mutex<Watch>,
    pub(crate) gauge: Mutex<Gauge>,
    pub(crate) faults: Mutex<FaultPlan>,
    permissions: Mutex<Permissions>,
    limits: Mutex<Limits>,
    world: RwLock<Arc<World>>,
    /// Held while the world changes, so that two changes follow each other. Counts the newcomers of the present night.
    changing: Mutex<u32>,
    prepares: bool,
}

/// A lock, whether or not somebody panicked while holding it: every value behind one is whole between two statements.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(config: TenantConfig) -> Self {
        let world = made(config.fleet, config.prepared, config.gzip);
        Self {
            token: config.token,
            token_error: config.token_error,
            export: config.export,
            has_cursors: config.cursors,
            compresses: config.gzip,
            since: config.clock.milliseconds(),
            clock: config.clock,
            export_folder: uuid::Uuid::new_v4().to_string(),
            exports: Mutex::default(),
            watch: Mutex::default(),
            gauge: Mutex::default(),
            faults: Mutex::new(FaultPlan::of(config.faults)),
            permissions: Mutex::new(config.permissions),
            limits: Mutex::new(config.limits),
            world: RwLock::new(Arc::new(world)),
            changing: Mutex::default(),
            prepares: config.prepared,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.milliseconds()
    }

    /// What a moment of the clock is in the fleet's own time, which stands at the fleet's moment when the tenant is made. It
    /// is the time of every date that the tenant tells, those of HTTP among them.
    pub(crate) fn date(&self, milliseconds: i64) -> Moment {
        let fleet = Arc::clone(&self.world().fleet);
        fleet.moment_of(fleet.night()).after_microseconds((milliseconds - self.since) * 1_000)
    }

    pub(crate) fn permissions(&self) -> Permissions {
        locked(&self.permissions).clone()
    }

    pub(crate) fn set_permissions(&self, permissions: Permissions) {
        *locked(&self.permissions) = permissions;
    }

    pub(crate) fn limits(&self) -> Limits {
        *locked(&self.limits)
    }

    /// Other limits, of which nothing is used yet.
    pub(crate) fn set_limits(&self, limits: Limits) {
        *locked(&self.limits) = limits;
        *locked(&self.gauge) = Gauge::default();
        locked(&self.watch).forget_deadlines();
    }

    /// The world as it is now. Whoever holds it keeps one consistent view while it changes.
    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets nights pass and answers which one it is. What happened within the night is forgotten: the next morning is the
    /// configuration's.
    pub(crate) fn advance(&self, nights: u32) -> u32 {
        let mut newcomers = locked(&self.changing);
        let before = self.world().fleet.config().clone();
        let fleet = FleetConfig { night: before.night.saturating_add(nights), ..before };
        let night = u32::from(fleet.last_night());
        self.enter(made(fleet, self.prepares, self.compresses));
        *newcomers = 0;
        night
    }

    /// The first device of the list vanishes.
    pub(crate) fn vanish(&self) {
        let _changing = locked(&self.changing);
        if let Some(fleet) = self.world().fleet.without_first() {
            self.enter(World::new(fleet));
        }
    }

    /// One more device heads the list.
    pub(crate) fn enrol(&self) {
        let mut newcomers = locked(&self.changing);
        self.enter(World::new(self.world().fleet.with_newcomer(*newcomers)));
        *newcomers += 1;
    }

    fn enter(&self, world: World) {
        *self.world.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(world);
    }
}

fn made(fleet: FleetConfig, prepares: bool, compresses: bool) -> World {
    let mut world = World::new(Fleet::new(fleet));
    if prepares {
        world.prepare(compresses);
    }
    world
}
