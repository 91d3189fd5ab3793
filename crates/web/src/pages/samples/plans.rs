//! Plans, with and without a brake.

use super::reports::brake;
use super::*;

pub(super) fn plan_view() -> Plan {
    let field = |field: &str, old: &str, new: &str| PlanField { field: text(field), old: text(old), new: text(new) };
    let row =
        |sign, title: &str, comment: &str, fields| PlanRow { sign, title: text(title), comment: text(comment), fields };
    let count = |name: &str, count| Count { name: text(name), count };
    let group = |cause: &str, total, rows| PlanGroup { cause: text(cause), total, rows };
    let devices = PlanTable {
        pipeline: text("devices"),
        staging_table: text("x_snowhaul_devices"),
        staging_rows: 5_001,
        unchanged: 4_655,
        waiting: 6,
        planned: 340,
        reasons: vec![count("new", 2), count("changed", 18), count("retire", 320)],
        fields: vec![count("cmdb_ci_computer.os_version", 18), count("cmdb_ci_computer.install_status", 320)],
        foretold: vec![count("inserted", 2), count("updated", 336), count("ignored", 1), count("error", 1)],
        groups: vec![
            group(
                "new",
                2,
                vec![
                    row(
                        Sign::Makes,
                        "C02XK0AAJG5H Zoë's MacBook",
                        "",
                        vec![
                            field("cmdb_ci_computer.name", "", "Zoë's MacBook"),
                            field("cmdb_ci_computer.os_version", "", "26.1"),
                        ],
                    ),
                    row(Sign::Unclear, "C02XK0BBJG5H", "2 records of `cmdb_ci_computer` match", Vec::new()),
                ],
            ),
            group(
                "changed",
                18,
                vec![
                    row(
                        Sign::Changes,
                        "C02XK0CCJG5H",
                        "",
                        vec![
                            field("cmdb_ci_computer.os_version", "26.0.1", "26.1"),
                            field("cmdb_ci_computer.assigned_to", "Ada Byron", ""),
                        ],
                    ),
                    row(Sign::Same, "C02XK0DDJG5H", "", Vec::new()),
                ],
            ),
            group(
                "retire",
                320,
                vec![row(
                    Sign::Retires,
                    "DMPXK0CCJG5H iPad 17",
                    "",
                    vec![field("cmdb_ci_computer.install_status", "Installed", "Retired")],
                )],
            ),
        ],
    };
    Plan {
        integration: text("acme"),
        run: 126,
        digest: text("3f9a1c7b5e2d8f60a4c3b2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1"),
        snapshot: text("20261127T020004Z-3f9a"),
        snapshot_at: text("2026-11-27T02:00:05Z"),
        instance: text("https://acme.service-now.com"),
        tables: vec![devices],
        brakes: Vec::new(),
        approval: Approval::NotNeeded,
        page: 2,
        has_next: true,
    }
}

pub(super) fn plans(add: Add<'_>, frame: &Frame) {
    add("plan", plan(frame, &plan_view()));
    let waiting = |by: &str, errors| Approval::Waiting {
        until: text("2026-11-28T02:03:51Z"),
        by: text(by),
        reason: String::new(),
        errors,
    };
    add(
        "plan-waiting",
        plan(frame, &Plan { brakes: vec![brake(false)], approval: waiting("", Vec::new()), page: 1, ..plan_view() }),
    );
    let errors = vec![wrong("reason", "Say why, in a few words")];
    add(
        "plan-waiting-errors",
        plan(frame, &Plan { brakes: vec![brake(false)], approval: waiting("Ada", errors), ..plan_view() }),
    );
    let approved = Approval::Approved {
        by: text("Ada"),
        reason: text("320 old iPads were handed back, ticket 4711"),
        at: text("2026-11-27T08:03:51Z"),
    };
    add("plan-approved", plan(frame, &Plan { brakes: vec![brake(true)], approval: approved, ..plan_view() }));
    add("plan-over", plan(frame, &Plan { brakes: vec![brake(false)], approval: Approval::Over, ..plan_view() }));
    add(
        "plan-empty",
        plan(frame, &Plan { tables: Vec::new(), instance: String::new(), page: 1, has_next: false, ..plan_view() }),
    );
    let row = PlanRow {
        sign: Sign::Changes,
        title: text(HOSTILE),
        comment: text(HOSTILE),
        fields: vec![PlanField { field: text(HOSTILE), old: text(HOSTILE), new: HOSTILE.repeat(5) }],
    };
    let table = PlanTable {
        pipeline: text(HOSTILE),
        planned: 1,
        reasons: vec![Count { name: text(HOSTILE), count: 1 }],
        groups: vec![PlanGroup { cause: text(HOSTILE), total: 1, rows: vec![row] }],
        ..PlanTable::default()
    };
    let errors = vec![wrong("by", HOSTILE)];
    add(
        "plan-hostile",
        plan(
            frame,
            &Plan { integration: text(HOSTILE), tables: vec![table], approval: waiting(TYPED, errors), ..plan_view() },
        ),
    );
}
