//! Loadings that are killed: a process of its own is ended with SIGKILL at a random moment, and another one carries on,
//! until a run ends by itself. The target must be what an undisturbed run would have made of it, each key once, and no
//! batch may have been sent again before the instance was asked.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use instance::Heard;
use pipeline::Pipeline;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use snapshot::Store;
use tests::{Night, SMALL, Served, State, listed, record};

/// Times that a loading is killed, over several nights.
const KILLS: u32 = 100;

/// Kills of one night at most: then it is left alone to its end, and how long it takes on this machine is measured anew. A
/// machine that has become slower since would else be killed before every end.
const KILLS_A_NIGHT: u32 = 20;

/// Rows of a night: some ten batches.
const ROWS: usize = 2_000;

/// The integration's name, and its folder in the state folder.
const INTEGRATION: &str = "killed";

struct Scene<'s> {
    state: tempfile::TempDir,
    pipelines: tempfile::TempDir,
    served: &'s Served,
}

impl Scene<'_> {
    /// Seals a night's fleet, whose names end in the night.
    fn seal(&self, night: u32) -> String {
        let devices: Vec<(String, String)> =
            (0..ROWS).map(|device| (format!("S{device:07}"), format!("Mac {device} night {night}"))).collect();
        let pages = devices.chunks(300).map(|page| {
            let page: Vec<_> = page.iter().map(|(serial, name)| (serial.as_str(), name.as_str(), "")).collect();
            listed(&page)
        });
        let store = Store::open(&self.state.path().join(INTEGRATION).join("snapshots")).expect("the snapshots' folder");
        record(&store, pages).expect("sealed").snapshot
    }

    fn child(&self, snapshot: &str) -> Command {
        let config = &self.served.config;
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let mut command = Command::new(env!("CARGO_BIN_EXE_snowhaul-child"));
        command
            .args(["replay", snapshot, "--integration", INTEGRATION, "--output", "json"])
            .args(["--state", &text(self.state.path()), "--pipelines", &text(self.pipelines.path())])
            .args(["--instance-url", &self.served.address, "--client-id", &config.client_id])
            .args(["--service-account", &config.service_account, "--quiet-period", "0.3"])
            .env("SNOWHAUL_CLIENT_SECRET", &config.client_secret)
            .env("SNOWHAUL_SERVICE_PASSWORD", &config.service_password)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn is_batch(heard: &Heard) -> bool {
    heard.method == "POST" && heard.path.ends_with("/insertMultiple")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_a_hundred_random_moments_nothing_is_lost_and_nothing_is_doubled() {
    let small = Pipeline::parse("small.toml", SMALL).expect("the declaration holds");
    let served = Served::with(None, &[small]).await;
    // Slow enough that a process can be killed in every part of its loading.
    served.instance.misbehave(vec!["slow-transform=20".parse().expect("a fault")]).expect("one");
    let scene = Scene {
        state: tempfile::tempdir().expect("a folder"),
        pipelines: tempfile::tempdir().expect("a folder"),
        served: &served,
    };
    std::fs::write(scene.pipelines.path().join("nightly.toml"), "order = [\"small\"]\n").expect("written");
    std::fs::write(scene.pipelines.path().join("small.toml"), SMALL).expect("written");

    let undisturbed = Instant::now();
    let output = scene.child(&scene.seal(0)).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut took = undisturbed.elapsed();

    let mut random = StdRng::seed_from_u64(20_261_125);
    let (mut kills, mut night) = (0, 0);
    while kills < KILLS {
        night += 1;
        let snapshot = scene.seal(night);
        let left_alone_at = (kills + KILLS_A_NIGHT).min(KILLS);
        loop {
            let began = Instant::now();
            let is_left_alone = kills == left_alone_at;
            let mut process = scene.child(&snapshot).spawn().expect("a process");
            // Measured by what a whole loading takes on this machine, so that it is killed in its middle anywhere.
            tokio::time::sleep(took.mul_f64(random.random_range(0.05..1.1))).await;
            if process.try_wait().expect("its state").is_none() && !is_left_alone {
                process.kill().expect("it is ours");
                kills += 1;
            }
            let output = process.wait_with_output().expect("it has ended");
            if output.status.success() {
                took = took.max(began.elapsed());
                break;
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code().is_none(), "it ended by itself, with {:?}: {said}", output.status);
        }
        let ends = format!("night {night}");
        let found = served.target().await.read("cmdb_ci_computer", "", &["serial_number", "name"]).await.expect("read");
        let mut serials: Vec<&str> = found.iter().map(|row| row[0].as_str()).collect();
        serials.sort_unstable();
        serials.dedup();
        assert_eq!((found.len(), serials.len()), (ROWS, ROWS), "after {kills} kills each key is there once");
        let stale = found.iter().find(|row| !row[1].ends_with(&ends));
        assert_eq!(stale, None, "after {kills} kills every row has its newest value");
    }
    assert!(night > 3, "{night} nights ended");
    let log = served.instance.account().log;
    let asked = log.iter().filter(|heard| heard.query.contains("u_batch=")).count();
    assert!(log.iter().any(is_batch) && asked > 0, "a killed run's batches were asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_stop_sends_no_further_batch_and_says_so() {
    let (state, served) = (State::new(), Served::open(None).await);
    let sealed = state.record(tests::small_fleet().pages().map(tests::body_of)).expect("sealed");
    let folder = state.path().to_owned();
    // Told by another process, as soon as anything was staged.
    let events: pipeline::Events = std::sync::Arc::new(move |event| {
        if matches!(event, flow::RunEvent::RowsPassed { step: flow::Step::Load, .. }) {
            pipeline::cancel(&folder).expect("the mark is set");
        }
    });
    let report = state.carry(&sealed, &served, Night { events, ..Night::default() }).await.expect("a run");
    assert!(report.is_cancelled() && report.balanced, "{report:?}");
    let sum = |of: fn(&pipeline::TableReport) -> u64| report.tables.iter().map(of).sum::<u64>();
    let (sent, not_sent) = (sum(|table| table.sent), sum(|table| table.accounts.not_sent));
    assert!(sent >= 1 && not_sent > 0, "{report:?}");
    assert_eq!(served.instance.account().rows_staged, sent, "what left is what was staged, and nothing more");
    let runs = ledger::History::open(state.path()).and_then(|history| history.runs()).expect("runs");
    assert_eq!(runs[0].state, ledger::RunState::Cancelled);
    assert!(matches!(state.run(&sealed, &served, false).await, Err(pipeline::Error::Cancelled { .. })));
    pipeline::allow(state.path()).expect("the mark goes");
    let report = state.run(&sealed, &served, false).await.expect("a run");
    assert!(!report.is_incomplete(), "{report:?}");
}
