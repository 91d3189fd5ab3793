//! The form that connects, and checks that appear one by one.

use super::*;

pub(super) fn check_of(area: Area, name: &str, result: CheckResult, evidence: &str, remedy: &str) -> Check {
    Check { name: text(name), area, result, evidence: text(evidence), remedy: text(remedy) }
}

pub(super) fn some_checks() -> Vec<Check> {
    use Area::{Instance, Tenant};
    use CheckResult::{Failed, Passed, Skipped, Warning};
    vec![
        check_of(Tenant, "tenant reachable", Passed, "acme.api.eu.kandji.io answers in 84 ms", ""),
        check_of(Tenant, "token accepted", Passed, "the token reads devices, details and applications", ""),
        check_of(
            Tenant,
            "tenant clock",
            Warning,
            "the tenant's clock is 94 seconds ahead",
            "set this machine's clock by NTP",
        ),
        check_of(Instance, "instance reachable", Passed, "acme.service-now.com answers in 112 ms", ""),
        check_of(Instance, "token granted", Passed, "a token for 1,800 seconds", ""),
        check_of(
            Instance,
            "scope restriction",
            Failed,
            "403: Access to unscoped api is not allowed",
            "in ServiceNow, open System OAuth > Application Registry > the record of this client and set Scope Restriction to Broadly scoped",
        ),
        check_of(Instance, "staging tables", Skipped, "not looked at: `scope restriction` failed", ""),
        check_of(Instance, "transform maps", Skipped, "not looked at: `scope restriction` failed", ""),
    ]
}

pub(super) fn ends(add: Add<'_>, frame: &Frame) {
    add("connect", connect(frame, &ConnectForm::default()));
    let filled = ConnectForm {
        name: text("acme"),
        iru_subdomain: text("acme"),
        region: Region::Eu,
        servicenow_prefix: text("https://acme.service-now.com/"),
        client_id: text("0f3a5c"),
        grant: Grant::Password,
        service_account: text("snowhaul.loader"),
        limit: text("many"),
        errors: vec![
            wrong("servicenow_prefix", "This is an address. Type only what stands before `.service-now.com`: `acme`"),
            wrong("iru_token", "It is empty"),
            wrong("grant", "Choose one of the two"),
            wrong("limit", "Type a whole number, as `25`, or nothing"),
            wrong("somewhere-else", "The master key can be read by others: it must be of mode 0600"),
        ],
    };
    add("connect-errors", connect(frame, &filled));
    let hostile =
        ConnectForm { name: text(TYPED), client_id: text(TYPED), errors: vec![wrong("name", HOSTILE)], ..filled };
    add("connect-hostile", connect(frame, &hostile));
    works(add, frame);
}

pub(super) fn works(add: Add<'_>, frame: &Frame) {
    let checks = some_checks();
    let begun = Work {
        id: text("w-17"),
        kind: WorkKind::Connect,
        integration: text("acme"),
        tenant: text("https://acme.api.eu.kandji.io"),
        instance: text("https://acme.service-now.com"),
        checks: Vec::new(),
        outcome: None,
    };
    let ended = |accepted, run| Some(Outcome { accepted, failure: String::new(), run });
    let passed: Vec<Check> = checks
        .iter()
        .filter(|check| matches!(check.result, CheckResult::Passed | CheckResult::Warning))
        .cloned()
        .collect();
    add("work-begun", work(frame, &begun));
    add("work-checks", work(frame, &Work { checks: checks[..4].to_vec(), ..begun.clone() }));
    add("work-refused", work(frame, &Work { checks: checks.clone(), outcome: ended(false, None), ..begun.clone() }));
    add(
        "work-connected",
        work(frame, &Work { checks: passed.clone(), outcome: ended(true, Some(1)), ..begun.clone() }),
    );
    for (kind, accepted, name) in [
        (WorkKind::Check, true, "work-check-passed"),
        (WorkKind::Check, false, "work-check-failed"),
        (WorkKind::Reauthenticate, true, "work-reauthenticated"),
        (WorkKind::Reauthenticate, false, "work-reauthentication-refused"),
    ] {
        let checks = if accepted { passed.clone() } else { checks.clone() };
        add(name, work(frame, &Work { kind, checks, outcome: ended(accepted, None), ..begun.clone() }));
    }
    let hostile = Work {
        id: text(HOSTILE),
        integration: text(HOSTILE),
        tenant: text(HOSTILE),
        checks: vec![check_of(Area::Instance, HOSTILE, CheckResult::Failed, HOSTILE, HOSTILE)],
        outcome: Some(Outcome { accepted: false, failure: text(HOSTILE), run: None }),
        ..begun
    };
    add("work-hostile", work(frame, &hostile));
}
