//! The way of a device.

use super::*;

pub(super) fn explained_row() -> ExplainedRow {
    let named = |name: &str, value: &str| Named { name: text(name), value: text(value) };
    let column =
        |column: &str, value: Option<&str>, expression: &str, raw: Vec<Named>, goes_to: &[&str]| ExplainedColumn {
            column: text(column),
            value: value.map(text),
            expression: text(expression),
            raw,
            goes_to: texts(goes_to),
            held: None,
            note: String::new(),
        };
    let os = ExplainedColumn {
        held: Some(text("26.0.1")),
        ..column(
            "os_version",
            Some("26.1"),
            "coalesce(details.os_version, devices.os_version)",
            vec![named("details.os_version", "26.1"), named("devices.os_version", "26.0.1")],
            &["cmdb_ci_computer.os_version"],
        )
    };
    let outcome = OutcomeTold {
        outcome: text("updated"),
        batch: text("126-devices-0003"),
        import_set: text("ISET0012345"),
        import_row: text("3f9a1c7b5e2d8f60a4c3b2d1e0f9a8b7"),
        target_table: text("cmdb_ci_computer"),
        sys_id: text("9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"),
        comment: String::new(),
    };
    let sent = |run, change: &str, outcomes| RunTold {
        run,
        command: text("run"),
        begun_at: text("2026-11-27T02:00:04Z"),
        state: text("done"),
        snapshot: text("20261127T020004Z-3f9a"),
        change: text(change),
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
            },
            ExplainedRecord {
                data_set: text("device_details"),
                place: text("device_details of 7e57c0de"),
                read_at: text("2026-11-26T02:00:05Z"),
                is_carried: true,
                fate: Fate::Completed,
                reason: String::new(),
            },
        ],
        last_seen: None,
        columns: vec![
            column(
                "name",
                Some("Zoë's MacBook"),
                "trim(devices.device_name)",
                vec![named("devices.device_name", " Zoë's MacBook")],
                &["cmdb_ci_computer.name"],
            ),
            os,
            column(
                "assigned_to",
                None,
                "lower(users.email)",
                vec![named("users.email", "zoe@acme.example")],
                &["cmdb_ci_computer.assigned_to"],
            ),
            column("asset_tag", None, "devices.asset_tag", Vec::new(), &["cmdb_ci_computer.asset_tag"]),
        ],
        held: Some(HeldTold {
            standing: text("held"),
            outcome: text("updated"),
            run: 126,
            at: text("2026-11-26T02:03:05Z"),
            ..HeldTold::default()
        }),
        targets: vec![TargetTold {
            table: text("cmdb_ci_computer"),
            sys_id: text("9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"),
            is_there: true,
            fields: vec![named("name", "Zoë's MacBook"), named("os_version", "26.0.1"), named("asset_tag", "")],
            updated_by: text("admin"),
            updated_at: text("2026-11-26 14:00:11"),
            otherwise: vec![FieldTold {
                field: text("assigned_to"),
                old: String::new(),
                new: text("zoe@acme.example"),
            }],
        }],
        next: text("the next run sends it: `os_version` changed"),
        next_maps: vec![MapTold {
            map: text("Snowhaul devices"),
            table: text("cmdb_ci_computer"),
            outcome: text("updated"),
            comment: String::new(),
            fields: vec![FieldTold { field: text("os_version"), old: text("26.0.1"), new: text("26.1") }],
        }],
        runs: vec![sent(127, "", Vec::new()), sent(126, "changed", vec![outcome]), sent(125, "changed", Vec::new())],
    }
}

pub(super) fn explanations(add: Add<'_>, frame: &Frame) {
    let empty = Devices { integration: text("acme"), ..Devices::default() };
    add("devices-asked", devices(frame, &empty));
    let snapshot = LookedAt {
        snapshot: text("20261127T020004Z-3f9a"),
        read_at: text("2026-11-27T02:00:05Z"),
        completeness: text("complete"),
        source: text("acme.api.eu.kandji.io (live)"),
        scope: Some(text("tag pilot")),
    };
    let found = Explanation {
        verdict: texts(&[
            "C02XK0AAJG5H is in `cmdb_ci_computer`, and its `os_version` is older than in the tenant.",
            "It goes with the next run.",
        ]),
        snapshot: Some(snapshot.clone()),
        rows: vec![explained_row()],
        called: 3,
        notes: texts(&["the instance was not asked what it would make of `u_snowhaul_mdm`"]),
    };
    add(
        "devices",
        devices(frame, &Devices { wanted: text("C02XK0AAJG5H"), found: Some(found.clone()), ..empty.clone() }),
    );
    let none = Explanation {
        verdict: texts(&["No device of the newest snapshot is called `C02X`, and none is held."]),
        snapshot: Some(snapshot.clone()),
        ..Explanation::default()
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
            raw: vec![Named { name: text(HOSTILE), value: text(HOSTILE) }],
            held: Some(text(HOSTILE)),
        }],
        held: Some(HeldTold {
            comment: text(HOSTILE),
            cause: text(HOSTILE),
            remedy: text(HOSTILE),
            missing: 2,
            missing_since: text(HOSTILE),
            ..HeldTold::default()
        }),
        targets: vec![
            TargetTold {
                table: text(HOSTILE),
                sys_id: text(HOSTILE),
                fields: vec![Named { name: text(HOSTILE), value: text(HOSTILE) }],
                is_there: true,
                ..TargetTold::default()
            },
            TargetTold { table: text("cmdb_ci_computer"), ..TargetTold::default() },
        ],
        next: text(HOSTILE),
        ..explained_row()
    };
    let hostile = Explanation {
        verdict: vec![text(HOSTILE)],
        rows: vec![gone],
        called: 1,
        notes: vec![text(HOSTILE)],
        snapshot: None,
    };
    add(
        "devices-hostile",
        devices(frame, &Devices { integration: text(HOSTILE), wanted: text(TYPED), found: Some(hostile), ..empty }),
    );
}
