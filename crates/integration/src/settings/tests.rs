//! Settings: what is kept comes back, what may not be kept is refused, and a write that breaks off changes nothing.

use super::*;
use crate::durable::Disk;
use crate::name::Name;

pub(super) fn raw() -> RawSettings {
    RawSettings {
        version: RawSettings::VERSION,
        iru: TenantEnd::Subdomain { subdomain: "acme".into(), region: "eu".into() },
        servicenow: ServiceNowEnd::Prefix("acme".into()),
        client_id: "0123abcd".into(),
        grant: Grant::Password,
        service_account: Some("loader".into()),
        send_apps: true,
        scope: ScopeSettings::default(),
        schedules: Schedules::default(),
        sync: true,
        created_at: "2026-11-30T02:00:00Z".into(),
        credentials_at: "2026-11-30T02:00:00Z".into(),
        connection: ConnectionState::NeedsAttention { reason: "the token was refused".into() },
    }
}

fn name() -> Name {
    "acme".parse().expect("a name")
}

fn refused(change: impl FnOnce(&mut RawSettings)) -> String {
    let mut raw = raw();
    change(&mut raw);
    Settings::new(raw).expect_err("refused").to_string()
}

#[test]
fn what_is_written_is_read_again() {
    let state = tempfile::tempdir().expect("a folder");
    let settings = Settings::new(raw()).expect("settings");
    write_settings(state.path(), &name(), &settings).expect("written");
    assert_eq!(read_settings(state.path(), &name()).expect("read"), settings);
    assert_eq!(settings.tenant_url(), "https://acme.api.eu.kandji.io");
    assert_eq!(settings.instance_url(), "https://acme.service-now.com");
    assert_eq!(settings.schedules().devices, "*/15 * * * *");
    std::fs::create_dir(state.path().join("demo")).expect("a folder without settings");
    assert_eq!(names(state.path()).expect("read"), [name()]);
}

#[test]
fn pinned_devices_stand_for_the_conditions_that_they_came_from() {
    let mut raw = raw();
    raw.scope.conditions.devices_max = Some(2);
    raw.scope.pinned = ["C01", "C02"].map(str::to_owned).into();
    let scope = Settings::new(raw.clone()).expect("settings").scope();
    assert_eq!((scope.serials, scope.devices_max), (raw.scope.pinned.clone(), None));
    raw.scope.pinned.clear();
    assert_eq!(Settings::new(raw).expect("settings").scope().devices_max, Some(2));
}

#[test]
fn what_may_not_be_kept_is_named() {
    for (said, words) in [
        (refused(|raw| raw.servicenow = ServiceNowEnd::Prefix("acme.service-now.com".into())), "is a host"),
        (refused(|raw| raw.servicenow = ServiceNowEnd::Url("http://acme.example.com".into())), "https"),
        (refused(|raw| raw.iru = TenantEnd::Subdomain { subdomain: "acme".into(), region: "EU".into() }), "`region`"),
        (refused(|raw| raw.service_account = None), "`service_account` is needed"),
        (refused(|raw| raw.client_id = "a\r\nb".into()), "`client_id` has a control character"),
        (refused(|raw| raw.client_id = " ".into()), "`client_id` is empty"),
        (refused(|raw| raw.schedules.apps = "0 2 * *".into()), "`apps` has not five fields"),
        (refused(|raw| raw.schedules.devices = "$(x) * * * *".into()), "`devices` is no cron"),
        (refused(|raw| raw.schedules.time_zone = "../../etc".into()), "`time_zone`"),
        (refused(|raw| raw.scope.conditions.platforms = ["mac".to_owned()].into()), "`platforms`"),
        (refused(|raw| raw.scope.conditions.devices_max = Some(0)), "`devices_max`"),
        (refused(|raw| raw.scope.pinned = ["".to_owned()].into()), "`pinned` is empty"),
        (refused(|raw| raw.created_at = "yesterday".into()), "`created_at` is no time"),
        (refused(|raw| raw.connection = ConnectionState::NeedsAttention { reason: "\u{1b}[2J".into() }), "`reason`"),
    ] {
        assert!(said.contains(words), "{said} should say: {words}");
    }
}

#[test]
fn a_file_with_another_key_or_of_another_version_is_refused() {
    let state = tempfile::tempdir().expect("a folder");
    let missing = read_settings(state.path(), &name()).expect_err("none yet");
    assert_eq!(missing.to_string(), "there is no integration `acme`");
    write_settings(state.path(), &name(), &Settings::new(raw()).expect("settings")).expect("written");
    let path = state.path().join("acme/integration.json");
    let text = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, text.replace("\"send_apps\"", "\"send_app\"")).expect("written");
    assert!(matches!(read_settings(state.path(), &name()), Err(Error::Settings { .. })));
    std::fs::write(&path, text.replace("\"version\": 1", "\"version\": 2")).expect("written");
    assert!(matches!(read_settings(state.path(), &name()), Err(Error::Version { found: 2, .. })));
}

#[test]
fn a_write_that_breaks_off_leaves_the_old_settings_or_the_new() {
    let state = tempfile::tempdir().expect("a folder");
    let old = Settings::new(raw()).expect("settings");
    let new = Settings::new(RawSettings { sync: false, ..raw() }).expect("settings");
    for operations in 0.. {
        write_settings(state.path(), &name(), &old).expect("written");
        let disk = Disk::default();
        disk.failing.after(operations);
        let is_written = file::write(&disk, state.path(), &name(), &new).is_ok();
        let found = read_settings(state.path(), &name()).expect("whole");
        assert!(found == new || (!is_written && found == old), "after {operations} operations");
        if is_written {
            assert!(operations > 4, "{operations} operations are fewer than a durable write has");
            break;
        }
    }
}
