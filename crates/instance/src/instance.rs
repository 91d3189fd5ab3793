//! An instance: its database, its dictionary, who may log in, and the transformer's thread.
//!
//! [`Instance`] is a handle; the last one to go stops the transformer, which finishes the import set that it is at.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::ServiceExt;
use axum::extract::Request;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::account::{Account, Books};
use crate::config::Config;
use crate::dictionary::{self, Dictionary};
use crate::error::Error;
use crate::http::{self, Tokens, Traffic};
use crate::import;
use crate::misbehaviour::{Fault, Misbehaviour, UnknownFault};
use crate::records::{self, Memory, Records};
use crate::shipped;
use crate::store::{Database, Folder, synchronise};
use crate::transform::{Bell, Transformer};
use crate::update_set::{self, Installed};

/// An embedded ServiceNow-compatible instance. Cheap to clone; all clones are the same instance.
#[derive(Clone)]
pub struct Instance {
    running: Arc<Running>,
}

/// The shared part and its thread, ended together.
struct Running {
    shared: Arc<Shared>,
    transformer: Mutex<Option<Transformer>>,
}

/// What requests and the transformer share.
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) config: Config,
    identity: Mutex<String>,
    pub(crate) tokens: Tokens,
    pub(crate) bell: Bell,
    pub(crate) books: Books,
    pub(crate) misbehaviour: Misbehaviour,
    pub(crate) traffic: Traffic,
    dictionary: RwLock<Arc<Dictionary>>,
    /// Held while an update set is installed, so that two do not start from the same dictionary.
    installing: Mutex<()>,
}

impl Shared {
    /// The dictionary as it is now. Whoever holds it keeps one consistent view while an update set is installed.
    pub(crate) fn dictionary(&self) -> Arc<Dictionary> {
        Arc::clone(&self.dictionary.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// These faults and no others from now on.
    pub(crate) fn misbehave(&self, faults: Vec<Fault>) -> Result<(), UnknownFault> {
        self.misbehaviour.set(faults)?;
        // A transformer that waits looks again.
        self.bell.ring();
        Ok(())
    }
}

impl Instance {
    /// Opens the database of `config`, making it when there is none, and starts the transformer, which takes up
    /// import sets that were not finished. The credentials of `config` are the ones that count.
    ///
    /// Fails where the folder or the database cannot be used.
    pub fn open(config: Config) -> Result<Self, Error> {
        let database = Database::open(Folder::open(config.data.as_deref())?)?;
        let (dictionary, identity) = database.write(|transaction| {
            dictionary::store_shipped(transaction)?;
            let dictionary = dictionary::load(transaction)?;
            synchronise(transaction, &dictionary)?;
            http::prepare_attachments(transaction)?;
            let mut memory = Memory::default();
            shipped::store(&mut Records::new(transaction, &dictionary, "system", &mut memory), &config)?;
            let identity = shipped::identity(transaction)?;
            Ok::<_, Error>((dictionary, identity))
        })?;
        let shared = Arc::new(Shared {
            database,
            identity: Mutex::new(identity),
            tokens: Tokens::new(config.access_token_seconds),
            bell: Bell::default(),
            books: Books::default(),
            misbehaviour: Misbehaviour::default(),
            traffic: Traffic::default(),
            dictionary: RwLock::new(Arc::new(dictionary)),
            installing: Mutex::default(),
            config,
        });
        let transformer = Transformer::start(Arc::clone(&shared)).map_err(Error::Thread)?;
        Ok(Self { running: Arc::new(Running { shared, transformer: Mutex::new(Some(transformer)) }) })
    }

    /// Installs an update set in ServiceNow's own XML form, all of it or nothing. Installing it again changes nothing.
    ///
    /// Fails on XML of another form, on a table or column that is neither known nor brought along, and on a script
    /// that is not one of the named rules.
    pub fn install_update_set(&self, xml: &str) -> Result<Installed, Error> {
        let set = update_set::parse(xml)?;
        let shared = &self.running.shared;
        let _installing = shared.installing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = shared.dictionary();
        let (dictionary, installed) = shared.database.write(|transaction| {
            let (dictionary, installed) = update_set::install(transaction, &current, &set)?;
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, "system", &mut memory);
            shipped::store_service_roles(&mut records, &shared.config.service_account)?;
            Ok::<_, Error>((dictionary, installed))
        })?;
        *shared.dictionary.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(dictionary);
        Ok(installed)
    }

    /// Stores records that are there already and answers how many; the form is
    /// `[[record]] table = "sys_user" values = { email = "…" }`. All of them or none. Seeding the same again changes
    /// nothing: a record without a `sys_id` is known by its e-mail address (`sys_user`), its name (`core_company`,
    /// `sys_properties`) or whatever names it, else by all its values.
    pub fn seed(&self, toml: &str) -> Result<usize, Error> {
        let shared = &self.running.shared;
        let dictionary = shared.dictionary();
        let (seeded, identity) = shared.database.write(|transaction| {
            let mut memory = Memory::default();
            let mut records = Records::new(transaction, &dictionary, "system", &mut memory);
            let seeded = records::seed(&mut records, toml)?;
            Ok::<_, Error>((seeded, shipped::identity(transaction)?))
        })?;
        *shared.identity.lock().unwrap_or_else(PoisonError::into_inner) = identity;
        Ok(seeded)
    }

    /// Makes loaded import sets wait untransformed, or lets them go on: an instance whose transform jobs are slow or
    /// stopped, for tests and measurements.
    pub fn hold_transforms(&self, held: bool) {
        self.running.shared.bell.hold(held);
    }

    /// Does what the nightly job *Import Set Deleter* would do at that moment, and says how many import sets it deleted.
    ///
    /// Fails where the database does.
    pub fn delete_import_sets(&self, now: Timestamp) -> Result<usize, Error> {
        let shared = &self.running.shared;
        let dictionary = shared.dictionary();
        shared.database.write(|transaction| import::delete_old(transaction, &dictionary, now))
    }

    /// Does wrong what these faults say and nothing else, from now on, counted from nothing.
    ///
    /// Fails where there are too many of them.
    pub fn misbehave(&self, faults: Vec<Fault>) -> Result<(), UnknownFault> {
        self.running.shared.misbehave(faults)
    }

    /// What it received, staged and applied since it was opened.
    pub fn account(&self) -> Account {
        self.running.shared.books.account()
    }

    /// The property `instance_id`: 32 hexadecimal digits, made once with the database, unless a seed gave another.
    pub fn identity(&self) -> String {
        self.running.shared.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers requests until `shutdown`; then finishes what was asked and the import set in progress.
    ///
    /// Import sets that wait are taken up when the database is opened again.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = http::router(Arc::clone(&self.running.shared));
        // Before routing, which a layer inside the router would come after.
        let overridden = tower::util::MapRequestLayer::new(http::overridden);
        let service = tower::Layer::layer(&overridden, router);
        let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(service);
        axum::serve(listener, service).with_graceful_shutdown(shutdown).await?;
        let running = self.running;
        tokio::task::spawn_blocking(move || running.stop()).await.map_err(io::Error::other)
    }
}

impl Running {
    /// Stops the transformer, once.
    fn stop(&self) {
        let transformer = self.transformer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(transformer) = transformer {
            self.shared.bell.stop();
            transformer.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
