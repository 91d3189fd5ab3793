//! The life of an integration from the command line: connected, run, looked at, changed, given new credentials,
//! deleted. Secrets are planted on the way, and are to be found nowhere afterwards.

use std::fs;

use integration::{MasterSource, Name, Vault};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tests::{Desk, Said, WRONG_SECRET, WRONG_TOKEN, copy_folder};

/// The one check that failed, with its remedy.
fn failed(said: &Said) -> (&str, &str) {
    let checks = said.document["checks"].as_array().expect("checks");
    let failed: Vec<&Value> = checks.iter().filter(|check| check["result"] == "failed").collect();
    assert_eq!(failed.len(), 1, "one fault is told once: {failed:?}");
    (failed[0]["name"].as_str().expect("a name"), failed[0]["remedy"].as_str().expect("a remedy"))
}

#[test]
fn a_connection_that_fails_keeps_nothing_and_names_the_remedy() {
    let desk = Desk::open();
    let bare = Desk::with(&[]);
    let (token, secret) = (&desk.tenant.token, &desk.instance.config.client_secret);
    let bare_secret = &bare.instance.config.client_secret;
    let cases = [
        (&desk, desk.connect("acme", WRONG_TOKEN, secret, "json"), 5, "token accepted", "API tokens"),
        (&desk, desk.connect("acme", token, WRONG_SECRET, "json"), 5, "token granted", "Client Secret"),
        (
            &bare,
            bare.connect("acme", &bare.tenant.token, bare_secret, "json"),
            1,
            "staging tables",
            "export update-set",
        ),
    ];
    for (desk, said, code, check, remedy) in cases {
        assert_eq!((said.code, &said.document["connected"]), (code, &Value::from(false)), "{said:?}");
        let (name, told) = failed(&said);
        assert_eq!(name, check);
        assert!(told.contains(remedy), "{told}");
        assert!(!desk.state().join("acme").exists() && !desk.keys().exists(), "{check}: something is kept");
        assert_eq!(desk.standing("acme"), "not_connected");
        desk.hides();
    }
    // For people: a line each as it comes, the remedy under what failed, and that nothing is kept.
    assert_eq!(desk.connect("acme", token, WRONG_SECRET, "text").code, 5);
    let heard = desk.heard();
    for words in
        ["passed   tenant reachable: ", "failed   token granted: ", "\n         remedy: ", "nothing is kept of `acme`"]
    {
        assert!(heard.contains(words), "{words}: {heard}");
    }
}

#[test]
fn what_can_be_refused_without_a_secret_is() {
    let desk = Desk::open();
    let ends = ["--iru-url", &desk.tenant.address, "--client-id", "id"];
    let refused = |name: &str, more: &[&str]| {
        let words: Vec<&str> = ["connect", name].into_iter().chain(ends).chain(more.iter().copied()).collect();
        let said =
            desk.say_with(&words, &[("--iru-token-fd", WRONG_TOKEN), ("--client-secret-fd", WRONG_SECRET)], "json");
        assert_eq!(said.code, 64, "{said:?}");
        said.talk
    };
    assert!(refused("acme", &["--servicenow", "https://acme.service-now.com"]).contains("hint: "));
    assert!(refused("Acme", &["--servicenow", "acme"]).contains("a to z, 0 to 9 and hyphens only"));
    let without_account = refused("acme", &["--servicenow", "acme", "--grant", "password"]);
    assert!(without_account.contains("service_account"), "{without_account}");
    let missing = desk.say(&["connect", "acme", "--iru", "acme", "--servicenow", "acme", "--client-id", "id"]);
    assert_eq!(missing.code, 64, "{missing:?}");
    assert!(missing.talk.contains("--iru-token-fd"), "{}", missing.talk);
    assert_eq!(desk.tenant.tenant.witness().requests, 0, "nobody was asked");
    desk.hides();
}

#[test]
fn an_integration_is_connected_runs_and_is_changed() {
    let desk = Desk::connected("acme");
    assert_eq!(desk.standing("acme"), "never_ran");
    let staged = |said: &Said| -> Vec<String> {
        let tables = said.document["tables"].as_array().expect("tables").iter();
        tables.filter_map(|table| table["staging_table"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(staged(&desk.run("acme")), ["u_iru_device"], "devices alone, until somebody says otherwise");
    let status = desk.say(&["status", "acme"]).document;
    assert_eq!((&status["state"], &status["last_run"]["state"]), (&Value::from("connected"), &Value::from("done")));
    assert_eq!(status["ends"]["client_id"], Value::from(desk.instance.config.client_id.as_str()));
    assert!(status["last_run"]["tables"][0]["accounts"]["read"].as_u64().is_some_and(|read| read > 0), "{status}");

    let staged_before = desk.instance.instance.account().batches_staged;
    let doctor = desk.say(&["doctor", "acme"]);
    assert_eq!((doctor.code, &doctor.document["failed"]), (0, &Value::from(0)), "{doctor:?}");
    assert_eq!(desk.instance.instance.account().batches_staged, staged_before, "it only looks");

    assert_eq!(desk.say(&["edit", "acme"]).code, 64, "nothing was said");
    let edited = desk.say(&["edit", "acme", "--send-apps", "on", "--time-zone", "Europe/Berlin"]);
    assert_eq!((edited.code, &edited.document["send_apps"]), (0, &Value::from(true)), "{edited:?}");
    assert_eq!(staged(&desk.run("acme")), ["u_iru_device", "u_iru_application"]);
    assert_eq!(desk.say(&["edit", "acme", "--send-apps", "off"]).code, 0);
    assert_eq!(staged(&desk.run("acme")), ["u_iru_device"]);

    assert_eq!(desk.say(&["edit", "acme", "--sync", "off"]).code, 0);
    assert_eq!(desk.standing("acme"), "paused");
    let paused = desk.say(&["run", "--integration", "acme"]);
    assert!(paused.code == 64 && paused.talk.contains("--sync on"), "{paused:?}");
    let all = desk.say(&["run", "--all"]);
    assert!(all.code == 0 && all.talk.contains("acme: paused"), "{all:?}");
    assert_eq!(desk.say(&["edit", "acme", "--sync", "on"]).code, 0);
    let all = desk.say(&["run", "--all"]);
    assert_eq!((all.code, &all.document["integration"]), (0, &Value::from("acme")), "{all:?}");
    desk.hides();
}

#[test]
fn a_number_of_devices_is_kept_by_their_serial_numbers() {
    let desk = Desk::connected("acme");
    let edited = desk.say(&["edit", "acme", "--platform", "Mac", "--limit", "3"]);
    assert_eq!(edited.code, 0, "{edited:?}");
    let pinned = edited.document["scope"]["serials"].as_array().expect("serial numbers").len();
    assert!((1..=3).contains(&pinned), "{edited:?}");
    let said = desk.run("acme");
    // A serial number may be on more than one enrolment.
    let read = said.document["tables"][0]["read"].as_u64().expect("a count") as usize;
    assert!((pinned..=2 * pinned).contains(&read), "{said:?}");
    let other = desk.say(&["run", "--integration", "acme", "--serial", "C02XYZ"]);
    assert!(other.code == 64 && other.talk.contains("snowhaul edit"), "{other:?}");
    let simulated = desk.say(&["run", "--integration", "acme", "--nights", "1"]);
    assert_eq!(simulated.code, 64, "the simulated tenant's devices do not get into a real instance");
    assert_eq!(desk.say(&["edit", "acme", "--scope-all"]).document["scope"]["serials"], Value::from(Vec::<u8>::new()));
}

#[test]
fn new_credentials_are_in_force_only_when_they_are_accepted() {
    let desk = Desk::connected("acme");
    let renew = |secret: &str, yes: &[&str]| {
        let words: Vec<&str> = ["reauthenticate", "acme"].into_iter().chain(yes.iter().copied()).collect();
        desk.say_with(&words, &[("--client-secret-fd", secret)], "json")
    };
    let unasked = renew(WRONG_SECRET, &[]);
    assert!(unasked.code == 64 && unasked.talk.contains("--yes"), "{unasked:?}");
    assert!(unasked.talk.contains(&desk.tenant.address) && unasked.talk.contains(&desk.instance.config.client_id));

    let sealed = fs::read(desk.state().join("acme/credentials.json")).expect("sealed");
    let wrong = renew(WRONG_SECRET, &["--yes"]);
    assert_eq!((wrong.code, &wrong.document["accepted"]), (5, &Value::from(false)), "{wrong:?}");
    assert_eq!(failed(&wrong).0, "token granted");
    assert_eq!(fs::read(desk.state().join("acme/credentials.json")).expect("sealed"), sealed, "the old ones stay");
    desk.run("acme");

    let right = renew(&desk.instance.config.client_secret, &["--yes"]);
    assert_eq!((right.code, &right.document["accepted"]), (0, &Value::from(true)), "{right:?}");
    assert_ne!(fs::read(desk.state().join("acme/credentials.json")).expect("sealed"), sealed);
    desk.run("acme");
    assert_eq!(desk.say(&["reauthenticate", "acme", "--yes"]).code, 64, "nothing new was given");
    desk.hides();
}

#[test]
fn a_deleted_integration_opens_nothing_any_more() {
    let desk = Desk::connected("acme");
    desk.run("acme");
    let copy = desk.top.path().join("copy");
    copy_folder(&desk.state(), &copy);
    let slip = desk.say(&["delete", "acme", "--yes", "acne"]);
    assert!(slip.code == 64 && slip.talk.contains("nothing was deleted"), "{slip:?}");
    assert_eq!(desk.say(&["delete", "acme"]).code, 64, "nobody can be asked");
    assert_eq!(desk.standing("acme"), "connected");

    let deleted = desk.say(&["delete", "acme", "--yes", "acme"]);
    assert_eq!((deleted.code, &deleted.document["tokens"]), (0, &Value::from("revoked")), "{deleted:?}");
    assert_eq!(deleted.document["rotate"].as_array().map(Vec::len), Some(3));
    for gone in ["state/acme/credentials.json", "state/acme/integration.json", "keys/acme.key"] {
        assert!(!desk.top.path().join(gone).exists(), "{gone} is still there");
    }
    let status = desk.say(&["status", "acme"]).document;
    assert!(
        status["state"] == "not_connected" && status["reason"].as_str().is_some_and(|said| said.contains("kept until"))
    );
    assert_eq!(desk.say(&["runs", "list", "--integration", "acme"]).document.as_array().map(Vec::len), Some(1));
    assert_eq!(desk.say(&["run", "--integration", "acme"]).code, 64, "nor does the demonstration take its place");

    // The copy has everything that the state folder had, and the master key is there.
    let name: Name = "acme".parse().expect("a name");
    assert!(desk.keys().join("master.key").is_file());
    let vault = Vault::new(&copy, &desk.keys(), MasterSource::File).expect("a vault");
    assert!(matches!(vault.open(&name), Err(integration::Error::KeyGone { .. })));
    let run = desk.say_in(&copy, &["run", "--integration", "acme"], "json");
    assert!(run.code == 5 && run.talk.contains("reauthenticate"), "{run:?}");
    desk.hides();

    // It may be connected anew, and then its history can go.
    desk.connect_rightly("acme");
    desk.run("acme");
    assert_eq!(desk.say(&["delete", "acme", "--yes", "acme", "--purge"]).document["history_until"], Value::Null);
    assert!(!desk.state().join("acme").exists());
}

#[test]
fn a_new_master_key_takes_the_place_of_the_old_one() {
    let desk = Desk::connected("acme");
    let (file, before) = (desk.keys().join("master.key"), desk.top.path().join("before"));
    fs::copy(&file, &before).expect("a copy of the old one");
    let sealed = fs::read(desk.state().join("acme/credentials.json")).expect("sealed");
    assert_eq!(desk.say(&["keys", "rotate"]).code, 0);
    assert_ne!(fs::read(&file).expect("the new one"), fs::read(&before).expect("the old one"));
    assert_eq!(fs::read(desk.state().join("acme/credentials.json")).expect("sealed"), sealed, "nothing is sealed anew");
    desk.run("acme");
    // The old one opens nothing any more.
    let after = desk.top.path().join("after");
    fs::rename(&file, &after).expect("moved");
    fs::copy(&before, &file).expect("put back");
    let refused = desk.say(&["run", "--integration", "acme"]);
    assert!(refused.code != 0 && refused.talk.contains("master key"), "{refused:?}");
    fs::rename(&after, &file).expect("moved");
    // One that comes from elsewhere is prepared, put in its place, and settled.
    let mut rng = StdRng::seed_from_u64(11);
    let coming: String = (0..32).map(|_| format!("{:02x}", rng.random::<u8>())).collect();
    let prepared = desk.say_with(&["keys", "prepare"], &[("--new-key-fd", &coming)], "json");
    assert_eq!(prepared.code, 0, "{prepared:?}");
    desk.run("acme");
    fs::write(&file, format!("{coming}\n")).expect("in its place");
    desk.run("acme");
    assert_eq!(desk.say(&["keys", "settle"]).code, 0);
    desk.run("acme");
}

#[test]
fn what_another_integration_shares_is_not_revoked_unless_that_is_said() {
    let desk = Desk::connected("acme");
    desk.connect_rightly("beta");
    let all = desk.say(&["status", "--all"]).document;
    assert_eq!(all["integrations"].as_array().map(Vec::len), Some(2), "{all}");
    let revoked = || {
        let log = desk.instance.instance.account().log;
        log.iter().filter(|heard| heard.path == "/oauth_revoke_token.do").count()
    };
    let deleted = desk.say(&["delete", "acme", "--yes", "acme"]);
    let tokens = deleted.document["tokens"].as_str().unwrap_or_default();
    assert!(deleted.code == 0 && tokens.contains("`beta` has the same client"), "{deleted:?}");
    assert!(deleted.talk.contains("warning: `beta` uses tokens of the same client"), "{}", deleted.talk);
    assert_eq!(revoked(), 0);
    desk.run("beta");
    assert_eq!(desk.say(&["delete", "beta", "--yes", "beta"]).document["tokens"], "revoked");
    assert!(revoked() > 0);
    desk.hides();
}

#[test]
fn an_integration_that_fails_keeps_the_next_from_nothing() {
    let desk = Desk::connected("acme");
    desk.connect_rightly("beta");
    fs::remove_file(desk.keys().join("acme.key")).expect("acme's key is lost");
    let said = desk.say_in(&desk.state(), &["run", "--all"], "json");
    assert_eq!(said.code, 5, "the worst of both: {}", said.talk);
    assert!(said.talk.contains("reauthenticate"), "{}", said.talk);
    assert_eq!((desk.standing("acme"), desk.standing("beta")), ("needs_attention".into(), "connected".into()));
    let runs = desk.say(&["runs", "list", "--integration", "beta"]).document;
    assert_eq!(runs.as_array().map(Vec::len), Some(1));
    desk.hides();
    // The ends are served until here.
    drop(desk.runtime);
}

#[test]
fn the_demonstration_has_a_doctor_too() {
    let desk = Desk::open();
    let said = desk.say(&["doctor"]);
    assert_eq!((said.code, &said.document["failed"]), (0, &Value::from(0)), "{said:?}");
    assert_eq!(desk.standing("demo"), "not_connected");
    assert_eq!(desk.say(&["doctor", "nobody"]).code, 64);
}
