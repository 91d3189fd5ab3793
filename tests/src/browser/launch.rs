//! How Chromium is started: which program, with which arguments, and what it reports. Apart because the arguments are a
//! list of reasons.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use super::limits;

/// The names that Debian and others give to the program.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Arguments of every start.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    // No graphics card here, and none needed.
    "--disable-gpu",
    "--disable-quic",
    // Nothing that a vendor's browser does by itself: no first page, no updates, no accounts, no calls home.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    // Containers have a small shared memory, and a page that does not fit into it dies.
    "--disable-dev-shm-usage",
    // A bar on the right would make pages narrower than they were asked to be.
    "--hide-scrollbars",
    // Names that end in `.test` are this machine, as after a rebinding of DNS; no other name leads anywhere.
    "--host-resolver-rules=MAP *.test 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
];

/// What a session is opened with.
pub(super) fn capabilities(profile: &Path) -> Capabilities {
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": program(), "args": arguments(profile) },
        "goog:loggingPrefs": { "browser": "ALL" },
        // A question of the page that nobody answers is a failure of the next command, rather than dismissed unseen.
        "unhandledPromptBehavior": "ignore",
    });
    let Value::Object(wanted) = wanted else { unreachable!("it is written as an object") };
    wanted.into()
}

fn arguments(profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--window-size={},{}", limits::WIDE, limits::HEIGHT));
    // Chromium refuses to make its sandbox as root, which is what containers and continuous integration run as.
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = PROGRAMS.iter().flat_map(|program| folders.iter().map(move |folder| folder.join(program)));
    candidates.into_iter().find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        panic!("none of {} is on the path; hint: `cargo xtask test` installs chromium", PROGRAMS.join(", "))
    })
}
