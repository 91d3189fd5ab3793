//! Both ends of an integration and whoever connects them: commands on two folders of their own, a service where one is
//! wanted, and a search for secrets in all that was printed, written, logged and answered.

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline::Pipeline;
use serde_json::Value;
use snowhaul::{Output, main_with};
use tenant::FleetConfig;
use tokio::runtime::Runtime;

use crate::{Said, Served, ServedTenant, Service, nightly, reading_fleet, repository, wait_for};

/// A token, and a client secret, that no end knows.
pub const WRONG_TOKEN: &str = "planted-token-of-yesterday";
/// The secret of the two.
pub const WRONG_SECRET: &str = "planted-secret-of-yesterday";

/// Both ends, served, and the two folders of whoever connects them.
pub struct Desk {
    /// What both ends are served on.
    pub runtime: Runtime,
    /// The tenant's end.
    pub tenant: ServedTenant,
    /// The instance's end.
    pub instance: Served,
    /// Where state and keys are.
    pub top: tempfile::TempDir,
    /// Everything that was printed.
    heard: RefCell<String>,
}

impl Desk {
    /// With the usual fleet, and the nightly pipelines' update set at the instance.
    pub fn open() -> Self {
        Self::with(&nightly())
    }

    /// With these pipelines' update set at the instance.
    pub fn with(installed: &[Pipeline]) -> Self {
        Self::of(installed, reading_fleet())
    }

    /// With this fleet.
    pub fn over(fleet: FleetConfig) -> Self {
        Self::of(&nightly(), fleet)
    }

    /// The serial numbers of the computers at the instance.
    pub fn serials(&self) -> Vec<String> {
        let target = self.runtime.block_on(self.instance.target());
        let read = target.read("cmdb_ci_computer", "serial_numberISNOTEMPTY", &["serial_number"]);
        self.runtime.block_on(read).expect("they are read").into_iter().flatten().collect()
    }

    fn of(installed: &[Pipeline], fleet: FleetConfig) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (tenant, instance) =
            runtime.block_on(async { (ServedTenant::open(fleet).await, Served::with(None, installed).await) });
        let top = tempfile::tempdir().expect("a folder");
        Self { runtime, tenant, instance, top, heard: RefCell::default() }
    }

    /// The state folder.
    pub fn state(&self) -> PathBuf {
        self.top.path().join("state")
    }

    /// The folder for keys.
    pub fn keys(&self) -> PathBuf {
        self.top.path().join("keys")
    }

    /// A command on these folders, asked for a document.
    pub fn say(&self, words: &[&str]) -> Said {
        self.say_in(&self.state(), words, "json")
    }

    /// A command on another state folder, asked for another form.
    pub fn say_in(&self, state: &Path, words: &[&str], form: &str) -> Said {
        let (keys, pipelines) = (self.keys(), repository().join("pipelines"));
        let folders = [("--state", state), ("--keys", keys.as_path()), ("--pipelines", pipelines.as_path())];
        let folders = folders.iter().flat_map(|(flag, folder)| [*flag, folder.to_str().expect("UTF-8")]);
        let line: Vec<&str> =
            ["snowhaul"].into_iter().chain(words.iter().copied()).chain(folders).chain(["--output", form]).collect();
        let mut output = Output::captured();
        let code = main_with(line, &mut output);
        let (data, talk) = (output.stdout(), output.stderr());
        self.heard.borrow_mut().push_str(&format!("{data}{talk}"));
        Said { code, document: serde_json::from_str(&data).unwrap_or_default(), talk }
    }

    /// A command with secrets, each through a pipe of its own.
    pub fn say_with(&self, words: &[&str], secrets: &[(&str, &str)], form: &str) -> Said {
        let pipes: Vec<_> = secrets.iter().map(|(_, secret)| piped(secret)).collect();
        let numbers: Vec<String> = pipes.iter().map(|pipe| pipe.as_raw_fd().to_string()).collect();
        let given = secrets.iter().zip(&numbers).flat_map(|((flag, _), number)| [*flag, number.as_str()]);
        let words: Vec<&str> = words.iter().copied().chain(given).collect();
        self.say_in(&self.state(), &words, form)
    }

    /// Connects both ends with these two secrets.
    pub fn connect(&self, name: &str, token: &str, client_secret: &str, form: &str) -> Said {
        let words = [
            "connect",
            name,
            "--iru-url",
            &self.tenant.address,
            "--instance-url",
            &self.instance.address,
            "--client-id",
            &self.instance.config.client_id,
        ];
        self.say_with(&words, &[("--iru-token-fd", token), ("--client-secret-fd", client_secret)], form)
    }

    /// With both ends connected under a name.
    pub fn connected(name: &str) -> Self {
        let desk = Self::open();
        desk.connect_rightly(name);
        desk
    }

    /// Connects both ends under a name, which must succeed.
    pub fn connect_rightly(&self, name: &str) {
        let said = self.connect(name, &self.tenant.token, &self.instance.config.client_secret, "json");
        assert_eq!((said.code, &said.document["connected"]), (0, &Value::from(true)), "{said:?}");
    }

    /// Runs an integration, which must balance.
    pub fn run(&self, name: &str) -> Said {
        let said = self.say(&["run", "--integration", name]);
        assert!(matches!(said.code, 0 | 3), "{}", said.talk);
        assert_eq!(said.document["balanced"], true, "{}", said.talk);
        said
    }

    /// How an integration stands, as `status` tells it.
    pub fn standing(&self, name: &str) -> Value {
        let said = self.say(&["status", name]);
        assert_eq!(said.code, 0, "{}", said.talk);
        said.document["state"].clone()
    }

    /// Everything that was printed so far.
    pub fn heard(&self) -> String {
        self.heard.borrow().clone()
    }

    /// As [`Desk::hides`]; nor is one to be seen of a service, whose log has all that there is to log.
    pub fn hides_from(&self, service: &Service) {
        self.heard.borrow_mut().push_str(&service.seen(&["acme"]));
        self.hides();
    }

    /// No secret is in any file, and none was printed.
    pub fn hides(&self) {
        let config = &self.instance.config;
        let secrets = [
            self.tenant.token.as_str(),
            &config.client_secret,
            &config.service_password,
            &config.admin_password,
            WRONG_TOKEN,
            WRONG_SECRET,
        ];
        let heard = self.heard.borrow();
        assert!(secrets.iter().all(|secret| !heard.contains(secret)), "a secret was printed");
        for path in files_under(self.top.path()) {
            let bytes = fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            assert!(secrets.iter().all(|secret| !text.contains(secret)), "a secret is in {}", path.display());
        }
    }

    /// Serves these folders by a program.
    pub fn serve(&self, program: &str, more: &[&str]) -> Service {
        Service::start(program, &self.state(), &self.keys(), more)
    }

    /// Waits until the newest run of an integration has come to this state; false where it does not.
    pub fn states_within(&self, name: &str, state: &str) -> bool {
        let mut newest = || self.states(name).first().is_some_and(|newest| newest == state).then_some(());
        wait_for(Duration::from_secs(120), &mut newest).is_some()
    }

    /// The states of the runs of an integration, the newest first.
    pub fn states(&self, name: &str) -> Vec<String> {
        let told = self.say(&["status", name]).document;
        let runs = told["runs"].as_array().cloned().unwrap_or_default();
        runs.iter().filter_map(|run| run["state"].as_str().map(str::to_owned)).collect()
    }
}

/// The end of a pipe from which a secret is read.
fn piped(secret: &str) -> std::io::PipeReader {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writeln!(writer, "{secret}").expect("it fits into the pipe");
    reader
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for path in files_under(from) {
        let target = to.join(path.strip_prefix(from).expect("it is under the folder"));
        fs::create_dir_all(target.parent().expect("a file stands in a folder")).expect("made");
        fs::copy(&path, target).expect("copied");
    }
}
