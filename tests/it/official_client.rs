//! ServiceNow's own Python client works against the instance, unchanged. Apart because it needs Python and the package
//! index, which `cargo xtask test` sees to.

use std::path::Path;
use std::process::Command;

use tests::{Served, repository, small};

/// Runs a command to its end; its words are the failure's.
fn run(command: &mut Command, hint: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; hint: {hint}"));
    let said = [output.stdout, output.stderr].map(|words| String::from_utf8_lossy(&words).into_owned()).concat();
    assert!(output.status.success(), "{command:?} failed: {said}\nhint: {hint}");
}

/// Python with the client, in an environment of its own that is kept beside the other built things.
fn python(requirements: &Path) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official-client");
    let python = folder.join("bin/python");
    if !python.exists() {
        let hint = "install python3 and python3-venv";
        run(Command::new("python3").arg("-m").arg("venv").arg(&folder), hint);
    }
    let hint = "the Python package index, or a mirror that pip is configured for, must be reachable";
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(install).arg(requirements), hint);
    python
}

#[tokio::test(flavor = "multi_thread")]
async fn servicenows_own_python_client_works_unchanged() {
    let folder = repository().join("tests/pysnc");
    let python = python(&folder.join("requirements.txt"));
    let served = Served::with(None, &[small(&[])]).await;
    let config = &served.config;
    let mut client = Command::new(python);
    client
        .arg(folder.join("official_client.py"))
        .arg(&served.address)
        .env("ADMIN_PASSWORD", &config.admin_password)
        .env("CLIENT_ID", &config.client_id)
        .env("CLIENT_SECRET", &config.client_secret)
        .env("SERVICE_ACCOUNT", &config.service_account)
        .env("SERVICE_PASSWORD", &config.service_password);
    let ended = tokio::task::spawn_blocking(move || run(&mut client, "look at what the client says"));
    ended.await.expect("the client works");
}
