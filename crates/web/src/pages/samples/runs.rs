//! Runs in lists, at work and over.

use super::reports::brake;
use super::reports::causes;
use super::reports::reports;
use super::*;

pub(super) fn line(run: u64, state: RunState) -> RunLine {
    RunLine {
        run,
        command: text("run"),
        state,
        begun_at: text("2026-11-27T02:00:04Z"),
        ended_at: if state == RunState::Running { String::new() } else { text("2026-11-27T02:03:51Z") },
        read: 5_012,
        planned: 37,
        inserted: 12,
        updated: 20,
        ignored: 2,
        skipped: 0,
        error: 0,
        unresolved: 0,
        not_sent: if state == RunState::Stopped { 3 } else { 0 },
        failure: String::new(),
    }
}

pub(super) fn last_runs() -> Vec<RunLine> {
    let stopped = text(
        "the brake `retire` stopped pipeline `devices`: 320 rows retire of 5,012 that are held, and at most 250 may",
    );
    vec![
        line(128, RunState::Done),
        RunLine { planned: 41, updated: 4, error: 6, skipped: 1, ..line(127, RunState::Done) },
        RunLine {
            planned: 320,
            inserted: 0,
            updated: 0,
            ignored: 0,
            not_sent: 320,
            failure: stopped,
            ..line(126, RunState::Stopped)
        },
        RunLine { planned: 0, inserted: 0, updated: 0, ignored: 0, ..line(125, RunState::Done) },
        RunLine {
            unresolved: 4,
            inserted: 0,
            failure: text("pipeline `devices` has 4 unresolved rows"),
            ..line(124, RunState::Incomplete)
        },
        RunLine { planned: 5_012, inserted: 4_801, updated: 180, ignored: 9, error: 22, ..line(123, RunState::Done) },
    ]
}

pub(super) fn some_progress() -> Progress {
    let flow = |flow: &str, step, rows, total, ended, detail: &str| FlowProgress {
        flow: text(flow),
        step,
        rows,
        total,
        ended,
        detail: text(detail),
    };
    Progress {
        said: text("Devices are loaded; applications are planned."),
        flows: vec![
            flow("devices", Step::Extract, 5_012, Some(5_012), true, "17 pages, 17 requests, 9,983 left in the hour"),
            flow("apps", Step::Extract, 824_100, None, true, "2,747 pages, 2,764 requests, 7,236 left in the hour"),
            flow("devices", Step::Plan, 5_012, Some(5_012), true, ""),
            flow("applications", Step::Plan, 310_000, Some(824_100), false, ""),
            flow("devices", Step::Load, 14, Some(37), false, ""),
        ],
        notes: texts(&["the tenant has 3 devices twice"]),
    }
}

pub(super) fn run_view(state: RunState) -> Run {
    Run {
        integration: text("acme"),
        run: 127,
        command: text("run"),
        state,
        begun_at: text("2026-11-27T02:00:04Z"),
        ended_at: text("2026-11-27T02:03:51Z"),
        snapshot: text("20261127T020004Z-3f9a"),
        snapshot_at: text("2026-11-27T02:00:05Z"),
        failure: String::new(),
        progress: None,
        pipelines: Vec::new(),
        not_started: Vec::new(),
        errors: Vec::new(),
        brakes: Vec::new(),
        has_plan: true,
        notes: Vec::new(),
    }
}

pub(super) fn runs_of(add: Add<'_>, frame: &Frame) {
    let list = Runs { integration: text("acme"), runs: last_runs(), has_older: true, is_older: true };
    add("runs", runs(frame, &list));
    add("runs-empty", runs(frame, &Runs { runs: Vec::new(), has_older: false, is_older: false, ..list.clone() }));
    let many: Vec<RunLine> = (0..30_u64)
        .map(|at| RunLine { inserted: at * at * 40, error: at % 3, ..line(10_240 - at, RunState::Done) })
        .collect();
    add("runs-many", runs(frame, &Runs { runs: many, ..list.clone() }));
    let hostile = RunLine {
        command: text(HOSTILE),
        failure: text(HOSTILE),
        begun_at: text(HOSTILE),
        ..line(3, RunState::Failed)
    };
    add("runs-hostile", runs(frame, &Runs { integration: text(HOSTILE), runs: vec![hostile], ..list }));

    let running = Run { ended_at: String::new(), has_plan: false, ..run_view(RunState::Running) };
    add("run-live", run(frame, &Run { progress: Some(some_progress()), ..running.clone() }));
    let begun = Run { snapshot: String::new(), progress: Some(Progress::default()), ..running.clone() };
    add("run-live-begun", run(frame, &begun));
    let flow = FlowProgress {
        flow: text(HOSTILE),
        step: Step::Load,
        rows: 9,
        total: Some(0),
        ended: false,
        detail: text(HOSTILE),
    };
    let hostile = Progress { said: text(HOSTILE), flows: vec![flow], notes: vec![text(HOSTILE)] };
    add("run-live-hostile", run(frame, &Run { progress: Some(hostile), ..running }));

    let done = Run {
        pipelines: reports(),
        errors: causes(),
        not_started: vec![NotStarted {
            pipeline: text("usage"),
            staging_table: text("x_snowhaul_usage"),
            reason: text("pipeline `applications` is incomplete"),
        }],
        notes: texts(&["the field `last_enrollment` came unannounced 5,012 times"]),
        ..run_view(RunState::Done)
    };
    add("run", run(frame, &done));
    let stopped = Run {
        failure: text("the brake `retire` stopped pipeline `devices`: 320 rows retire of 5,012 that are held"),
        brakes: vec![brake(false)],
        ..run_view(RunState::Stopped)
    };
    add("run-stopped", run(frame, &stopped));
    let hostile_report = PipelineReport {
        pipeline: text(HOSTILE),
        staging_table: text(HOSTILE),
        left_out: vec![LeftOut { kind: text(HOSTILE), reason: text(HOSTILE), count: 1, examples: vec![text(HOSTILE)] }],
        targets: vec![TargetCounts { table: text(HOSTILE), ..TargetCounts::default() }],
        ..PipelineReport::default()
    };
    let refused = RefusedRow { title: text(HOSTILE), comment: text(HOSTILE) };
    let hostile = Run {
        integration: text(HOSTILE),
        failure: text(HOSTILE),
        brakes: vec![Brake { examples: vec![text(HOSTILE)], reason: text(HOSTILE), ..brake(false) }],
        pipelines: vec![hostile_report],
        errors: vec![ErrorCause {
            cause: text(HOSTILE),
            remedy: text(HOSTILE),
            examples: vec![refused],
            ..causes().remove(0)
        }],
        ..run_view(RunState::Failed)
    };
    add("run-hostile", run(frame, &hostile));
}
