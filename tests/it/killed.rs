//! Readings that are killed: a process of its own is ended with SIGKILL at a random moment, and another goes on, until
//! the snapshot is sealed. It must be the one that nobody disturbed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engine::FileRows;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use snapshot::Store;
use tenant::FleetConfig;
use tests::{ServedTenant, repository};

/// Times that a reading is killed, over several snapshots.
const KILLS: u32 = 100;

/// Which of [`WAYS`] carries over.
const CARRYING: usize = 3;

/// Ways of a reading, each with its own positions to go on from.
const WAYS: [&[&str]; 4] = [
    &["--whole", "--details", "pages", "--apps", "pages"],
    &["--whole", "--details", "device", "--apps", "device"],
    &["--whole", "--details", "device", "--apps", "export"],
    // After a sealed snapshot: a window, and the rest is carried over.
    &["--details", "device", "--apps", "pages"],
];

fn child(served: &ServedTenant, state: &Path, way: &[&str], resumes: bool) -> Command {
    let pipelines = repository().join("pipelines");
    let mut command = Command::new(env!("CARGO_BIN_EXE_snowhaul-child"));
    command
        .args(["extract", "--base-url", &served.address, "--integration", "killed", "--output", "json"])
        // Every page is durable, so that a reading is gone on with from every position that there is.
        .args(["--checkpoint", "0"])
        .args(["--state", state.to_str().expect("UTF-8"), "--pipelines", pipelines.to_str().expect("UTF-8")])
        // Whoever goes on does as was begun.
        .args(if resumes { &["--resume"] } else { way })
        .env("SNOWHAUL_IRU_TOKEN", &served.token)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Data sets that the unsealed snapshot holds a part of, with a position to go on from.
fn begun(state: &Path) -> Vec<String> {
    let store = Store::open(&state.join("killed/snapshots")).expect("the snapshots");
    let Some(unsealed) = store.unsealed().expect("journals").pop() else { return Vec::new() };
    let (_, progress) = store.resume(&unsealed.snapshot).expect("it can be gone on with");
    let is_begun = |read: &snapshot::DataSetProgress| read.ended.is_none() && !read.position.is_empty();
    progress.data_sets.into_iter().filter(|(_, read)| is_begun(read)).map(|(name, _)| name).collect()
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

/// Ends a way in a state folder undisturbed, and says how long its last process took.
fn undisturbed(served: &ServedTenant, state: &Path, way: usize) -> Duration {
    if way == CARRYING {
        undisturbed(served, state, 0);
    }
    let began = Instant::now();
    let output = child(served, state, WAYS[way], false).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_a_hundred_random_moments_the_snapshot_is_complete_and_the_same() {
    let served =
        ServedTenant::open(FleetConfig { devices: 60, apps_per_mac: 40, ..FleetConfig::demonstration() }).await;
    // Slow enough that a process can be killed in every part of its reading.
    served.fail(&["latency=12"]);
    let expected: Vec<(Vec<String>, Duration)> = (0..WAYS.len())
        .map(|way| {
            let state = tempfile::tempdir().expect("a folder");
            let took = undisturbed(&served, state.path(), way);
            (rows(state.path()), took)
        })
        .collect();
    let mut random = StdRng::seed_from_u64(20_261_125);
    let (mut kills, mut sealed, mut gone_on) = (0, 0, BTreeSet::new());
    while kills < KILLS {
        let way = sealed % WAYS.len();
        let (rows_expected, took) = &expected[way];
        let state = tempfile::tempdir().expect("a folder");
        if way == CARRYING {
            undisturbed(&served, state.path(), 0);
        }
        let mut resumes = false;
        loop {
            let mut process = child(&served, state.path(), WAYS[way], resumes).spawn().expect("a process");
            // Measured by what a whole reading takes on this machine, so that it is killed in its middle anywhere.
            tokio::time::sleep(took.mul_f64(random.random_range(0.05..1.0))).await;
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
            assert!(output.status.code().is_none() || is_too_early, "{:?}: {said}", WAYS[way]);
            resumes = !is_too_early;
            gone_on.extend(begun(state.path()).into_iter().map(|data_set| (way, data_set)));
        }
        sealed += 1;
        assert!(
            rows(state.path()) == *rows_expected,
            "{:?}: after {kills} kills the snapshot is another one",
            WAYS[way]
        );
    }
    assert!(sealed > WAYS.len() && kills == KILLS, "{sealed} snapshots were sealed");
    assert!(gone_on.len() > WAYS.len(), "readings were hardly gone on with in the middle of a data set: {gone_on:?}");
    assert!(served.tenant.witness().violations.is_empty());
}
