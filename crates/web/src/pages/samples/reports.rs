//! What came of a run, pipeline by pipeline.

use super::*;

pub(super) fn reports() -> Vec<PipelineReport> {
    let devices = PipelineReport {
        pipeline: text("devices"),
        staging_table: text("x_snowhaul_devices"),
        seconds: 41,
        accounts: Accounts {
            read: 5_012,
            retire: 3,
            duplicate: 2,
            rejected: 1,
            out_of_scope: 14,
            staging_rows: 4_998,
            unchanged: 4_951,
            waiting: 6,
            planned: 41,
            inserted: 12,
            updated: 18,
            ignored: 2,
            skipped: 1,
            error: 6,
            unresolved: 2,
            ..Accounts::default()
        },
        orphans: 4,
        left_out: vec![
            LeftOut {
                kind: text("out of scope"),
                reason: text("rule `no-loaners`"),
                count: 14,
                examples: texts(&["devices page 2, record 17: Loaner 4"]),
            },
            LeftOut {
                kind: text("rejected"),
                reason: text("`serial_number` is empty"),
                count: 1,
                examples: texts(&["devices page 9, record 120: Kiosk"]),
            },
        ],
        targets: vec![
            TargetCounts {
                table: text("cmdb_ci_computer"),
                inserted: 12,
                updated: 18,
                ignored: 2,
                skipped: 1,
                error: 6,
            },
            TargetCounts { table: text("u_snowhaul_mdm"), inserted: 12, updated: 20, ..TargetCounts::default() },
        ],
        notes: texts(&["2 answers were lost, and the rows were asked for again"]),
        ..PipelineReport::default()
    };
    let first = PipelineReport {
        pipeline: text("applications"),
        staging_table: text("x_snowhaul_applications"),
        seconds: 4_120,
        accounts: Accounts {
            read: 824_100,
            staging_rows: 824_100,
            planned: 824_100,
            inserted: 600_000,
            not_sent: 224_100,
            ..Accounts::default()
        },
        incomplete: Some(Incomplete {
            reason: text("the hour's budget of requests is spent"),
            hint: text("the next run goes on where this one stopped"),
        }),
        ..PipelineReport::default()
    };
    let lost = PipelineReport {
        pipeline: text("usage"),
        staging_table: text("x_snowhaul_usage"),
        imbalance: text("planned is 5, but not_sent + unresolved + … is 4"),
        ..PipelineReport::default()
    };
    vec![devices, first, lost]
}

pub(super) fn causes() -> Vec<ErrorCause> {
    let row = |title: &str| RefusedRow { title: text(title), comment: text("Reference value rejected: assigned_to") };
    vec![
        ErrorCause {
            staging_table: text("x_snowhaul_devices"),
            outcome: text("error"),
            count: 6,
            cause: text("a field refers to a record that the instance does not have, and its map rejects unknown ones"),
            remedy: text("create the record that the row names, or let the map's field ignore or create unknown ones"),
            examples: vec![
                row("C02XK0AAJG5H Zoë's MacBook"),
                row("C02XK0BBJG5H"),
                row("C02XK0CCJG5H"),
                row("C02XK0DDJG5H"),
            ],
        },
        ErrorCause {
            staging_table: text("x_snowhaul_devices"),
            outcome: text("skipped"),
            count: 1,
            cause: text("No transform entry or scripts are defined"),
            remedy: String::new(),
            examples: vec![row("C02XK0EEJG5H")],
        },
    ]
}

pub(super) fn brake(approved: bool) -> Brake {
    Brake {
        kind: text("retire"),
        pipeline: text("devices"),
        reason: text("320 rows retire of 5,012 that are held, and at most 250 may without a person's word"),
        remedy: text(
            "look whether the token, the scope or the tenant lost devices, and read again; approve the plan if they are truly gone",
        ),
        examples: texts(&[
            "C02XK0AAJG5H Zoë's MacBook",
            "C02XK0BBJG5H",
            "DMPXK0CCJG5H iPad 17",
            "DMPXK0DDJG5H iPad 18",
        ]),
        approved,
    }
}
