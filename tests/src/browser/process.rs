//! The processes: one chromedriver, and whatever it starts. Apart because ending them is a matter of its own: a signal to
//! chromedriver alone would leave Chromium running for good, and its folder cannot be removed before all are gone.
//!
//! What must hold: nothing is signalled but chromedriver, which is our child, its process group, which is its own, its
//! descendants, and Chromium's crash reporters that were told of our folder; and nothing is written outside that folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bytes::Bytes;
use http::Request;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{limits, wire};

/// What it prints, which only a failure shows.
const LOG: &str = "chromedriver.log";

/// What chromedriver says on its standard output once it listens.
const ANNOUNCED: &str = "started successfully on port ";

/// Whatever Chromium keeps, it keeps where one of these says; the folder is removed as a whole.
const PLACES: [&str; 4] = ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];

/// A running chromedriver. Dropping it ends it, and every browser of it.
#[derive(Debug)]
pub(super) struct Chromedriver {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Chromedriver {
    /// Starts one on a port that it finds itself, so that no other program can take the port in between.
    pub(super) async fn start(folder: &Path) -> Self {
        let said = File::create(folder.join(LOG)).expect("the temporary folder takes a log");
        let complained = said.try_clone().expect("a second handle of the log");
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .envs(PLACES.map(|place| (place, folder)))
            .stdin(Stdio::null())
            .stdout(said)
            .stderr(complained)
            .process_group(0)
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("could not start `chromedriver`: {error}; hint: `cargo xtask test` installs chromium and chromium-driver")
        });
        let mut driver = Self { child, folder: folder.to_owned(), port: 0 };
        driver.wait_until_ready().await;
        driver
    }

    /// Where it listens.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it said so far, for whoever reads why something failed.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.folder.join(LOG)).unwrap_or_default()
    }

    /// Chromedriver itself, all that descends from it, and what has left the family: Chromium's crash reporters are
    /// nobody's children by design, and outlive it by some moments.
    pub(super) fn family(&self) -> Vec<u32> {
        let mut family = family(self.child.id());
        let reports = format!("--database={}/", self.folder.display());
        family.extend(processes().filter(|process| has_argument(*process, &reports)));
        family
    }

    async fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while !self.is_ready().await {
            if let Some(status) = self.child.try_wait().expect("our own child can be asked for") {
                panic!("chromedriver ended before it was ready ({status}): {}", self.said());
            }
            assert!(began.elapsed() < limits::READY, "chromedriver is not ready yet: {}", self.said());
            tokio::time::sleep(limits::BETWEEN_LOOKS).await;
        }
    }

    async fn is_ready(&mut self) -> bool {
        let said = self.said();
        let Some(port) = announced_port(&said) else { return false };
        self.port = port;
        let request =
            Request::get(format!("{}/status", self.address())).body(Bytes::new()).expect("a loopback address");
        let Ok(answer) = wire::exchange(request).await else { return false };
        let status: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        status["value"]["ready"] == true
    }
}

impl Drop for Chromedriver {
    /// Blocks for the moments that it takes: what comes after this removes the folder that Chromium writes to, and a
    /// panic has no other place to wait in.
    fn drop(&mut self) {
        // Asked before anybody is killed: afterwards, nobody knows whose children they were.
        let family = self.family();
        if let Some(group) = pid(self.child.id()) {
            // Chromedriver may have ended by itself, and is then nobody to kill.
            let _already_gone = kill_process_group(group, Signal::KILL);
        }
        for member in family.iter().filter_map(|member| pid(*member)) {
            let _already_gone = kill_process(member, Signal::KILL);
        }
        let _status = self.child.wait();
        let began = Instant::now();
        while family.iter().any(|member| is_running(*member)) && began.elapsed() < limits::GONE {
            std::thread::sleep(limits::BETWEEN_LOOKS);
        }
    }
}

fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// The port from chromedriver's own line, complete with the full stop behind it.
fn announced_port(said: &str) -> Option<u16> {
    let (_, rest) = said.split_once(ANNOUNCED)?;
    let (port, _) = rest.split_once('.')?;
    port.parse().ok()
}

/// A process and its descendants, from the system's table of processes; the process alone where there is no such table.
fn family(eldest: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in processes() {
        if let Some((_, parent)) = state_and_parent(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut family = vec![eldest];
    let mut next = 0;
    while let Some(member) = family.get(next) {
        family.extend(children.remove(member).unwrap_or_default());
        next += 1;
    }
    family
}

/// All processes of the machine that we may see.
fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
}

fn has_argument(process: u32, beginning: &str) -> bool {
    let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    arguments.split(|byte| *byte == 0).any(|argument| argument.starts_with(beginning.as_bytes()))
}

/// False also of a process that ended and that nobody has asked for yet.
pub(super) fn is_running(process: u32) -> bool {
    state_and_parent(process).is_some_and(|(state, _)| state != "Z" && state != "X")
}

/// The second field is the program's name in brackets, which may itself hold spaces and brackets.
fn state_and_parent(process: u32) -> Option<(String, u32)> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.to_owned();
    let parent = fields.next()?.parse().ok()?;
    Some((state, parent))
}
