//! The service: what is due runs by itself, a service that was killed goes on, a deletion stops a run in the middle, and
//! whoever has no business there is refused.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tenant::FleetConfig;
use tests::{Desk, FORM, ask, copy_folder, wait, wait_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_snowhaul-child");

/// Times that the service is killed while its first runs are at work.
const KILLS: u64 = 12;

/// A schedule that comes in no test.
const FAR: [&str; 4] = ["--devices-schedule", "0 0 1 1 *", "--apps-schedule", "0 0 1 1 *"];

#[test]
fn what_was_connected_runs_by_itself_and_what_was_changed_is_seen() {
    let desk = Desk::connected("acme");
    assert_eq!(desk.say(&[&["edit", "acme"], FAR.as_slice()].concat()).code, 0);
    let service = desk.serve(PROGRAM, &[]);
    wait(|| (desk.states("acme").first()? == "done").then_some(()));
    let read = |column: &str| {
        let told = desk.say(&["status", "acme"]).document;
        let tables = told["last_run"]["tables"].as_array().cloned().unwrap_or_default();
        tables.iter().map(|table| table["accounts"][column].as_u64().unwrap_or_default()).collect::<Vec<u64>>()
    };
    assert_eq!(read("read").len(), 1, "devices alone");
    // Applications have never been sent, so they are due as soon as they are turned on, by whatever process.
    assert_eq!(desk.say(&["edit", "acme", "--send-apps", "on"]).code, 0);
    wait(|| (read("read").len() == 2 && desk.states("acme").first()? == "done").then_some(()));
    assert_eq!(desk.states("acme").len(), 2, "one run of devices, one with applications");
    let metrics = ask(&service.host(), "GET", "/metrics", &[], "");
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in
        ["snowhaul_runs_total{integration=\"acme\",state=\"done\"} 2", "snowhaul_running{integration=\"acme\"} 0"]
    {
        assert!(metrics.body.contains(line), "{line}: {}", metrics.body);
    }
    assert_eq!(ask(&service.host(), "GET", "/healthz", &[], "").status, 200);
    desk.hides_from(&service);
    let (ended, _) = service.stop();
    assert!(ended.success(), "it ends in peace: {ended}");
}

#[test]
fn a_tenant_that_cannot_be_read_is_told_and_forgotten_when_it_can() {
    let desk = Desk::connected("acme");
    assert_eq!(desk.say(&[&["edit", "acme"], FAR.as_slice()].concat()).code, 0);
    desk.tenant.fail(&["server-error=500"]);
    let service = desk.serve(PROGRAM, &[]);
    let attention = |told: &Value| told["state"] == "needs_attention" && !told["failure"]["reason"].is_null();
    wait(|| attention(&desk.say(&["status", "acme"]).document).then_some(()));
    let cookie = service.sign_in();
    let page = ask(&service.host(), "GET", "/integrations/acme", &[("cookie", &cookie)], "").body;
    assert!(page.contains("Needs attention"), "{page}");
    desk.tenant.fail(&[]);
    desk.hides_from(&service);
    drop(service);
    assert!(matches!(desk.run("acme").code, 0 | 3));
    let told = desk.say(&["status", "acme"]).document;
    assert_eq!((&told["state"], &told["failure"]), (&Value::from("connected"), &Value::Null));
}

#[test]
fn a_service_that_is_killed_at_any_moment_goes_on() {
    let desk = Desk::connected("acme");
    assert_eq!(desk.say(&[&["edit", "acme", "--send-apps", "on"], FAR.as_slice()].concat()).code, 0);
    let mut rng = StdRng::seed_from_u64(7);
    for _ in 0..KILLS {
        let service = desk.serve(PROGRAM, &["--quiet-period", "0.5"]);
        std::thread::sleep(Duration::from_millis(rng.random_range(0..1_500)));
        desk.hides_from(&service);
        service.kill();
    }
    let service = desk.serve(PROGRAM, &["--quiet-period", "0.5"]);
    let done = || (desk.states("acme").first()? == "done").then_some(());
    assert!(wait_for(Duration::from_secs(240), &mut || done()).is_some(), "{}", service.said());
    desk.hides_from(&service);
    let (ended, said) = service.stop();
    assert!(ended.success(), "{said}");
    // Nothing was missing: another run finds every row as it is held, and sends nothing.
    let before = desk.serials();
    let again = desk.run("acme");
    let sent = again.document["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|table| table["sent"].as_u64().expect("a count"));
    assert_eq!(sent.sum::<u64>(), 0, "{}", again.document);
    let unique: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(unique.len(), before.len(), "no device is there twice");
    // A batch that was on its way is asked for, not sent again: each row is staged once.
    let account = desk.instance.instance.account();
    let rows: u64 = again.document["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|table| table["staging_rows"].as_u64().expect("a count"))
        .sum();
    assert_eq!(account.rows_staged, rows, "rows that were staged, and those that there are");
}

#[test]
fn a_second_service_on_the_same_folder_is_refused() {
    let desk = Desk::connected("acme");
    let _service = desk.serve(PROGRAM, &[]);
    let second = std::process::Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--state"])
        .arg(desk.state())
        .arg("--keys")
        .arg(desk.keys())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(second.status.code() == Some(64) && said.contains("another `snowhaul serve`"), "{said}");
}

#[test]
fn a_deletion_in_the_middle_of_a_long_sync_lets_nothing_more_leave() {
    // Some 60,000 rows.
    let fleet = FleetConfig { devices: 500, apps_per_mac: 165, ..FleetConfig::demonstration() };
    let desk = Desk::over(fleet);
    desk.connect_rightly("acme");
    assert_eq!(desk.say(&["edit", "acme", "--send-apps", "on"]).code, 0);
    let copy = desk.top.path().join("copy");
    copy_folder(&desk.state(), &copy);
    let service = desk.serve(PROGRAM, &[]);
    let staged = || desk.instance.instance.account().batches_staged;
    let in_the_middle = wait_for(Duration::from_secs(240), &mut || (staged() >= 6).then_some(()));
    assert!(in_the_middle.is_some(), "it never began to send: {}", service.said());
    let token = desk.runtime.block_on(desk.instance.token());
    assert_eq!(desk.runtime.block_on(desk.instance.status_for(&token)), 200);
    let deleted = desk.say(&["delete", "acme", "--yes", "acme"]);
    let at_the_confirmation = staged();
    assert_eq!((deleted.code, &deleted.document["tokens"]), (0, &Value::from("revoked")), "{deleted:?}");
    wait(|| (desk.states("acme").first()? == "cancelled").then_some(()));
    let (ended, said) = service.stop();
    assert!(ended.success(), "{said}");
    assert_eq!(staged(), at_the_confirmation, "a batch left after the confirmation");
    assert_eq!(desk.runtime.block_on(desk.instance.status_for(&token)), 401, "a token is good that should not be");
    let target = desk.runtime.block_on(desk.instance.target());
    let rows = desk.runtime.block_on(target.count("u_iru_application", "")).expect("counted");
    assert!(rows < 50_000, "it was not in the middle: {rows} rows");
    // The copy has everything that the state folder had, and the master key is there.
    let opened = desk.say_in(&copy, &["run", "--integration", "acme"], "json");
    assert!(opened.code == 5 && opened.talk.contains("reauthenticate"), "{opened:?}");
    desk.hides();
}

#[test]
fn whoever_has_no_business_there_is_refused() {
    let desk = Desk::connected("acme");
    desk.connect_rightly("beta");
    for name in ["acme", "beta"] {
        assert_eq!(desk.say(&["edit", name, "--sync", "off"]).code, 0);
    }
    let service = desk.serve(PROGRAM, &[]);
    let host = service.host();
    let origin = format!("http://{host}");
    let own = ("origin", origin.as_str());
    let page = "/integrations/acme";

    // No session: a page leads to the sign-in, anything else says so.
    let answer = ask(&host, "GET", page, &[], "");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in?to=%2Fintegrations%2Facme")));
    for path in ["/run", "/edit", "/delete", "/reauthenticate", "/check", "/runs/1/approve"] {
        assert_eq!(ask(&host, "POST", &format!("{page}{path}"), &[own, FORM], "csrf=x").status, 401, "{path}");
    }

    let stream = ("accept", "text/event-stream");
    for path in ["/integrations/acme/runs/1/events", "/checks/any/events"] {
        assert_eq!(ask(&host, "GET", path, &[stream], "").status, 401, "{path}");
    }
    for path in ["/checks/any", "/integrations/acme/devices?q=x", "/integrations/acme/runs/1/plan", "/nowhere"] {
        assert_eq!(ask(&host, "GET", path, &[], "").status, 303, "{path}");
    }

    let cookie = service.sign_in();
    let signed = ("cookie", cookie.as_str());
    let answer = ask(&host, "GET", page, &[signed], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"] {
        assert!(answer.header(header).is_some(), "{header} is missing: {}", answer.head);
    }
    let csrf = answer.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let right = format!("csrf={}&sync=on", csrf.expect("each form has a token"));

    // A foreign host, a foreign origin, a wrong token, another session's token, an integration that there is not, and
    // another one than the form is of.
    let other = service.sign_in();
    let mixed = [("cookie", other.as_str()), own, FORM];
    assert_eq!(ask(&host, "POST", &format!("{page}/edit"), &mixed, &right).status, 403, "another session's token");
    let slip = format!("{right}&typed=acme");
    assert_eq!(ask(&host, "POST", "/integrations/beta/delete", &[signed, own, FORM], &slip).status, 200);
    assert_eq!(desk.standing("beta"), "paused", "a name that was typed for another ends nothing");
    assert_eq!(ask(&host, "GET", page, &[signed, ("host", "evil.example")], "").status, 421);
    let foreign = [signed, ("origin", "http://evil.example"), FORM];
    assert_eq!(ask(&host, "POST", &format!("{page}/edit"), &foreign, &right).status, 403);
    assert_eq!(ask(&host, "POST", &format!("{page}/edit"), &[signed, own, FORM], "csrf=x&sync=on").status, 403);
    assert_eq!(ask(&host, "GET", "/integrations/nobody", &[signed], "").status, 404);
    assert_eq!(ask(&host, "GET", "/integrations/..%2Facme", &[signed], "").status, 404);
    assert_eq!(ask(&host, "POST", "/integrations/nobody/delete", &[signed, own, FORM], &right).status, 404);
    assert_eq!(desk.standing("acme"), "paused", "nothing was changed");

    // A thousand codes: none is right, and after a few none is looked at.
    let mut statuses = std::collections::BTreeMap::new();
    for number in 0..1_000 {
        let answer = ask(&host, "POST", "/sign-in", &[own, FORM], &format!("code=WRON-GWRO-NGW{number}&to=%2F"));
        assert!(answer.header("set-cookie").is_none(), "{}", answer.head);
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert!(statuses.keys().all(|status| matches!(status, 400..=499)), "{statuses:?}");
    assert!(statuses.get(&429).is_some_and(|held| *held > 900), "{statuses:?}");
    // Whoever is signed in stays it.
    assert_eq!(ask(&host, "GET", page, &[signed], "").status, 200);

    // Signed out, the cookie opens nothing.
    let out = ask(&host, "POST", "/sign-out", &[signed, own, FORM], &right);
    assert_eq!(out.status, 303, "{}", out.body);
    assert_eq!(ask(&host, "GET", page, &[signed], "").status, 303);
    desk.hides_from(&service);
}

#[test]
fn a_unit_is_printed_with_all_that_the_service_was_told_and_not_where_it_would_not_start() {
    let printed = |more: &[&str]| {
        let words = ["serve", "--print-unit", "--program", "/usr/bin/snowhaul", "--state", "/var/lib/snowhaul"];
        std::process::Command::new(PROGRAM).args(words).args(more).output().expect("it starts")
    };
    let open = printed(&["--listen", "0.0.0.0:8180"]);
    assert_eq!(open.status.code(), Some(64), "to a network without TLS");
    let unit = printed(&["--listen", "0.0.0.0:8180", "--external-host", "console.example.com", "--silent-after", "50"]);
    let unit = String::from_utf8_lossy(&unit.stdout).into_owned();
    let begun = unit.lines().find(|line| line.starts_with("ExecStart=/usr/bin/snowhaul")).expect("it starts something");
    for words in ["serve --listen 0.0.0.0:8180", "--external-host console.example.com", "--silent-after 50"] {
        assert!(begun.contains(words), "{words}: {begun}");
    }
    assert!(unit.contains("OnCalendar="), "and a timer for whoever wants no service");
}
