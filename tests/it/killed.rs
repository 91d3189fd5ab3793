//! Readings that are killed: a process of its own is ended with SIGKILL at a random moment, and another goes on, until
//! the snapshot is sealed. It must be the one that nobody disturbed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use engine::FileRows;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use snapshot::Store;
use tenant::FleetConfig;
use tests::{ServedTenant, repository};

/// Times that a reading is killed, over several snapshots.
const KILLS: u32 = 100;

/// The longest that a process is let live before it is killed: about what a whole reading takes here.
const LIFE_MILLISECONDS_MAX: u64 = 800;

fn child(served: &ServedTenant, state: &Path, resumes: bool) -> Command {
    let pipelines = repository().join("pipelines");
    let mut command = Command::new(env!("CARGO_BIN_EXE_snowhaul-child"));
    command
        .args(["extract", "--base-url", &served.address, "--integration", "killed", "--output", "json"])
        .args(["--whole", "--details", "pages", "--apps", "pages"])
        .args(["--state", state.to_str().expect("UTF-8"), "--pipelines", pipelines.to_str().expect("UTF-8")])
        .args(resumes.then_some("--resume"))
        .env("SNOWHAUL_IRU_TOKEN", &served.token)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Rows of every data set of the newest sealed snapshot, in their order, without where and when they were read.
fn rows(state: &Path) -> Vec<String> {
    let store = Store::open(&state.join("killed/snapshots")).expect("the snapshots");
    let newest = store.list().expect("manifests").pop().expect("one is sealed");
    let sealed = store.verify(&newest.snapshot).expect("it is intact");
    let mut rows = Vec::new();
    for file in &sealed.manifest.data_sets {
        assert!(file.account.complete, "{}: {:?}", file.data_set, file.account);
        let path = sealed.file(&file.data_set).expect("its file");
        for batch in FileRows::open(&path).expect("its file") {
            let batch = batch.expect("its rows");
            let kept: Vec<usize> = (0..batch.num_columns())
                .filter(|&column| !batch.schema().field(column).name().starts_with('_'))
                .collect();
            let batch = batch.project(&kept).expect("some columns");
            let shown = arrow::util::pretty::pretty_format_batches(&[batch]).expect("texts").to_string();
            let lines = shown.lines().filter(|line| line.starts_with('|')).skip(1);
            rows.extend(lines.map(|line| format!("{} {}", file.data_set, line.split_whitespace().collect::<String>())));
        }
    }
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_a_hundred_random_moments_the_snapshot_is_complete_and_the_same() {
    let served =
        ServedTenant::open(FleetConfig { devices: 60, apps_per_mac: 40, ..FleetConfig::demonstration() }).await;
    // Slow enough that a process can be killed in every part of its reading.
    served.fail(&["latency=40"]);
    let undisturbed = tempfile::tempdir().expect("a folder");
    let output = child(&served, undisturbed.path(), false).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = rows(undisturbed.path());
    let mut random = StdRng::seed_from_u64(20_261_125);
    let (mut kills, mut sealed) = (0, 0);
    while kills < KILLS {
        let state = tempfile::tempdir().expect("a folder");
        let mut resumes = false;
        loop {
            let mut process = child(&served, state.path(), resumes).spawn().expect("a process");
            let life = Duration::from_millis(random.random_range(20..LIFE_MILLISECONDS_MAX));
            tokio::time::sleep(life).await;
            let ended = process.try_wait().expect("its state");
            if ended.is_none() && kills < KILLS {
                process.kill().expect("it is ours");
                kills += 1;
            }
            let output = process.wait_with_output().expect("it has ended");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() {
                break;
            }
            // Killed, or there was nothing to go on with because it was killed before it had begun.
            let is_too_early = said.contains("there is no snapshot of this tenant that is not sealed");
            assert!(output.status.code().is_none() || is_too_early, "{said}");
            resumes = !is_too_early;
        }
        sealed += 1;
        assert!(rows(state.path()) == expected, "after {kills} kills the snapshot is another one");
    }
    assert!(sealed > 10 && kills == KILLS, "{sealed} snapshots were sealed");
    assert!(served.tenant.witness().violations.is_empty());
}
