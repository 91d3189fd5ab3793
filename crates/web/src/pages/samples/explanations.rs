//! The way of a device.

use flow::Outcome;
use pipeline::foretell::{ForetoldField, ForetoldMap};
use pipeline::{
    Change, ExplainedColumn, ExplainedRecord, ExplainedRow, Explanation, Fate, HeldTold, LookedAt, Next, OutcomeLine,
    RawValue, RunTold, TargetNow, ToldOutcome,
};

use super::*;

fn explained_row() -> ExplainedRow {
    let raw = |field: &str, value: &str| RawValue { field: text(field), value: Some(text(value)) };
    let held = |name: &str, value: &str| (text(name), text(value));
    let column =
        |column: &str, value: Option<&str>, expression: &str, raw: Vec<RawValue>, goes_to: &[&str]| ExplainedColumn {
            column: text(column),
            value: value.map(text),
            expression: text(expression),
            raw,
            goes_to: texts(goes_to),
            held: None,
            is_volatile: false,
            note: String::new(),
        };
    let os = ExplainedColumn {
        held: Some(text("26.0.1")),
        ..column(
            "os_version",
            Some("26.1"),
            "coalesce(details.os_version, devices.os_version)",
            vec![raw("details.os_version", "26.1"), raw("devices.os_version", "26.0.1")],
            &["cmdb_ci_computer.os_version"],
        )
    };
    let line = OutcomeLine {
        row_key: text("7e57c0de-0000-4000-8000-000000000001"),
        title: text("C02XK0AAJG5H Zoë's MacBook"),
        page: text("1"),
        record: text("17"),
        outcome: text("updated"),
        batch: text("126-devices-0003"),
        import_set: text("ISET0012345"),
        import_row: text("3f9a1c7b5e2d8f60a4c3b2d1e0f9a8b7"),
        transform_map: text("6d5e4f3a2b1c0d9e8f7a6b5c4d9a8b7c"),
        target_table: text("cmdb_ci_computer"),
        sys_id: text("9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"),
        comment: String::new(),
    };
    let outcome = ToldOutcome { staging_table: text("x_snowhaul_devices"), line, cause: None, remedy: None };
    let sent = |run, change, outcomes| RunTold {
        run,
        command: text("run"),
        begun_at: text("2026-11-27T02:00:04Z"),
        state: "done",
        snapshot: text("20261127T020004Z-3f9a"),
        change,
        fields: Vec::new(),
        outcomes,
    };
    ExplainedRow {
        pipeline: text("devices"),
        staging_table: text("x_snowhaul_devices"),
        row_key: text("7e57c0de-0000-4000-8000-000000000001"),
        title: text("C02XK0AAJG5H Zoë's MacBook"),
        records: vec![
            ExplainedRecord {
                data_set: text("devices"),
                place: text("devices page 2, record 17"),
                read_at: text("2026-11-27T02:00:05Z"),
                is_carried: false,
                fate: Fate::Staged,
                reason: String::new(),
                column: String::new(),
                value: String::new(),
            },
            ExplainedRecord {
                data_set: text("device_details"),
                place: text("device_details of 7e57c0de"),
                read_at: text("2026-11-26T02:00:05Z"),
                is_carried: true,
                fate: Fate::Completed,
                reason: String::new(),
                column: String::new(),
                value: String::new(),
            },
        ],
        last_seen: None,
        columns: vec![
            column(
                "name",
                Some("Zoë's MacBook"),
                "trim(devices.device_name)",
                vec![raw("devices.device_name", " Zoë's MacBook")],
                &["cmdb_ci_computer.name"],
            ),
            os,
            column(
                "assigned_to",
                None,
                "lower(users.email)",
                vec![raw("users.email", "zoe@acme.example")],
                &["cmdb_ci_computer.assigned_to"],
            ),
            column("asset_tag", None, "devices.asset_tag", Vec::new(), &["cmdb_ci_computer.asset_tag"]),
        ],
        held: Some(held_told()),
        targets: vec![TargetNow {
            table: text("cmdb_ci_computer"),
            sys_id: text("9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"),
            is_there: true,
            fields: vec![held("name", "Zoë's MacBook"), held("os_version", "26.0.1"), held("asset_tag", "")],
            updated_by: text("admin"),
            updated_at: text("2026-11-26 14:00:11"),
            otherwise: vec![ForetoldField {
                field: text("assigned_to"),
                old: String::new(),
                new: text("zoe@acme.example"),
            }],
        }],
        next: Next {
            words: text("the next run sends it: `os_version` changed"),
            change: Some(Change::Changed),
            maps: vec![ForetoldMap {
                map: text("Snowhaul devices"),
                table: text("cmdb_ci_computer"),
                sys_id: text("9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"),
                outcome: Outcome::Updated,
                comment: String::new(),
                matches: 1,
                fields: vec![ForetoldField { field: text("os_version"), old: text("26.0.1"), new: text("26.1") }],
            }],
            unknown: Vec::new(),
        },
        runs: vec![
            sent(127, None, Vec::new()),
            sent(126, Some(Change::Changed), vec![outcome]),
            sent(125, Some(Change::Changed), Vec::new()),
        ],
    }
}

fn held_told() -> HeldTold {
    HeldTold {
        standing: "held",
        outcome: "updated",
        comment: String::new(),
        cause: None,
        remedy: None,
        run: 126,
        at: text("2026-11-26T02:03:05Z"),
        missing: 0,
        missing_since: String::new(),
        targets: Vec::new(),
    }
}

/// What is found of what somebody searched for.
fn found(verdict: Vec<String>) -> Explanation {
    Explanation {
        schema_version: 1,
        integration: text("acme"),
        wanted: text("C02XK0AAJG5H"),
        app: None,
        verdict,
        snapshot: None,
        rows: Vec::new(),
        called: 0,
        notes: Vec::new(),
    }
}

pub(super) fn explanations(add: Add<'_>, frame: &Frame) {
    let empty = Devices { integration: text("acme"), ..Devices::default() };
    add("devices-asked", devices(frame, &empty));
    let snapshot = LookedAt {
        snapshot: text("20261127T020004Z-3f9a"),
        read_at: text("2026-11-27T02:00:05Z"),
        completeness: "full",
        source: text("acme.api.eu.kandji.io (live)"),
        scope: Some(text("tag pilot")),
    };
    let verdict = texts(&[
        "C02XK0AAJG5H is in `cmdb_ci_computer`, and its `os_version` is older than in the tenant.",
        "It goes with the next run.",
    ]);
    let there = Explanation {
        snapshot: Some(snapshot.clone()),
        rows: vec![explained_row()],
        called: 3,
        notes: texts(&["the instance was not asked what it would make of `u_snowhaul_mdm`"]),
        ..found(verdict)
    };
    add("devices", devices(frame, &Devices { wanted: text("C02XK0AAJG5H"), found: Some(there), ..empty.clone() }));
    let none = Explanation {
        snapshot: Some(snapshot.clone()),
        ..found(texts(&["No device of the newest snapshot is called `C02X`, and none is held."]))
    };
    add(
        "devices-none",
        devices(frame, &Devices { wanted: text("C02X"), app: text("Firefox"), found: Some(none), ..empty.clone() }),
    );
    add(
        "devices-failed",
        devices(frame, &Devices { wanted: text("C02X"), failure: text("no snapshot was ever read"), ..empty.clone() }),
    );
    let gone = ExplainedRow {
        title: text(HOSTILE),
        records: vec![ExplainedRecord {
            fate: Fate::Rejected,
            reason: text(HOSTILE),
            place: text(HOSTILE),
            ..explained_row().records.remove(0)
        }],
        last_seen: Some(snapshot),
        columns: vec![ExplainedColumn {
            column: text(HOSTILE),
            value: Some(HOSTILE.repeat(9)),
            expression: text(HOSTILE),
            goes_to: vec![text(HOSTILE)],
            note: text(HOSTILE),
            raw: vec![RawValue { field: text(HOSTILE), value: Some(text(HOSTILE)) }],
            held: Some(text(HOSTILE)),
            is_volatile: false,
        }],
        held: Some(HeldTold {
            comment: text(HOSTILE),
            cause: Some(HOSTILE),
            remedy: Some(HOSTILE),
            missing: 2,
            missing_since: text(HOSTILE),
            ..held_told()
        }),
        targets: vec![
            TargetNow {
                table: text(HOSTILE),
                sys_id: text(HOSTILE),
                is_there: true,
                fields: vec![(text(HOSTILE), text(HOSTILE))],
                updated_by: text(HOSTILE),
                updated_at: text(HOSTILE),
                otherwise: Vec::new(),
            },
            TargetNow {
                table: text("cmdb_ci_computer"),
                sys_id: String::new(),
                is_there: false,
                fields: Vec::new(),
                updated_by: String::new(),
                updated_at: String::new(),
                otherwise: Vec::new(),
            },
        ],
        next: Next { words: text(HOSTILE), ..Next::default() },
        ..explained_row()
    };
    let hostile = Explanation { rows: vec![gone], called: 1, notes: vec![text(HOSTILE)], ..found(vec![text(HOSTILE)]) };
    add(
        "devices-hostile",
        devices(frame, &Devices { integration: text(HOSTILE), wanted: text(TYPED), found: Some(hostile), ..empty }),
    );
}
