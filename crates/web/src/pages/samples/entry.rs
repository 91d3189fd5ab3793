//! The way in: signing in, the list of integrations, what can be connected, failures.

use super::runs::line;
use super::*;

pub(super) fn entry(add: Add<'_>, frame: &Frame) {
    add("sign-in", sign_in(&signed_out(), &SignIn::default()));
    let error = Some(text("This code is not the one that was printed, or was used before."));
    add("sign-in-refused", sign_in(&signed_out(), &SignIn { error, ..SignIn::default() }));
    add("sign-in-throttled", sign_in(&signed_out(), &SignIn { wait_seconds: Some(75), ..SignIn::default() }));
    add("home-empty", home(frame, &Home::default()));
    add("home", home(frame, &Home { integrations: integrations() }));
    let hostile = HomeRow {
        name: text(HOSTILE),
        standing: Standing::NeedsAttention,
        reason: text(HOSTILE),
        tenant: text(HOSTILE),
        instance: text(HOSTILE),
        last_run: Some(RunLine { command: text(HOSTILE), begun_at: text(HOSTILE), ..line(7, RunState::Failed) }),
        next_run: Some(text(HOSTILE)),
        live_run: None,
        brakes_waiting: 2,
    };
    add("home-hostile", home(frame, &Home { integrations: vec![hostile] }));
    let notice = Some(Notice { tone: Tone::Good, text: format!("Saved: `acme` {HOSTILE}") });
    let told = Frame { notice, ..signed_in() };
    add("home-notice-hostile", home(&told, &Home { integrations: integrations() }));
    add("discover", discover(frame));
    add("discover-servicenow", discover_servicenow(frame, &[]));
    add("discover-servicenow-hostile", discover_servicenow(frame, &[text("acme"), text(HOSTILE)]));
    add("not-found", not_found(frame));
    let failed = Failure {
        status: 503,
        what: text("The ledger of `acme` is in use"),
        hint: text("another program works in its folder; try again when it has ended"),
    };
    add("failure", failure(frame, &failed));
    let hostile = Failure { status: 403, what: text(HOSTILE), hint: text(HOSTILE) };
    add("failure-hostile", failure(&signed_out(), &hostile));
}

pub(super) fn integrations() -> Vec<HomeRow> {
    let one = |name: &str, standing, reason: &str| HomeRow {
        name: text(name),
        standing,
        reason: text(reason),
        tenant: format!("https://{name}.api.eu.kandji.io"),
        instance: format!("https://{name}.service-now.com"),
        last_run: Some(line(128, RunState::Done)),
        next_run: Some(text("2026-11-28T02:15:00Z")),
        live_run: None,
        brakes_waiting: 0,
    };
    vec![
        HomeRow {
            live_run: Some(129),
            last_run: Some(line(129, RunState::Running)),
            ..one("acme", Standing::Connected, "")
        },
        HomeRow {
            brakes_waiting: 1,
            last_run: Some(line(41, RunState::Stopped)),
            ..one(
                "northwind-traders-production",
                Standing::NeedsAttention,
                "run 41 is stopped: the brake `retire` stopped pipeline `devices`",
            )
        },
        HomeRow { next_run: None, ..one("contoso", Standing::Paused, "") },
        HomeRow { last_run: None, ..one("fabrikam-test", Standing::NeverRan, "") },
    ]
}
