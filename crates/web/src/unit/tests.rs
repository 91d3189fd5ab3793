//! The units, setting by setting.

use super::*;

fn usual() -> UnitConfig {
    UnitConfig {
        program: "/usr/local/bin/snowhaul".into(),
        listen: "127.0.0.1:8182".to_owned(),
        state: "/var/lib/snowhaul".into(),
        keys: None,
        more: Vec::new(),
        user: Some("snowhaul".to_owned()),
        drain: Duration::from_secs(75),
    }
}

/// The values of one setting, in the order in which they stand.
fn values<'a>(unit: &'a str, name: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

#[test]
fn the_service_starts_where_it_was_told_to() {
    let unit = unit(&usual());
    assert_eq!(
        values(&unit, "ExecStart"),
        [
            "/usr/local/bin/snowhaul --state /var/lib/snowhaul --keys /var/lib/snowhaul-keys serve --listen 127.0.0.1:8182"
        ]
    );
    assert_eq!(values(&unit, "User"), ["snowhaul"]);
    assert_eq!(values(&unit, "StateDirectory"), ["snowhaul snowhaul-keys"]);
    assert_eq!(values(&unit, "ReadWritePaths"), [""; 0]);
    assert_eq!(values(&unit, "Restart"), ["on-failure"]);
    assert_eq!(values(&unit, "WatchdogSec"), [""; 0]);
}

#[test]
fn stopping_has_time_for_draining_and_for_what_follows_it() {
    assert_eq!(values(&unit(&usual()), "TimeoutStopSec"), ["90"]);
}

#[test]
fn every_lock_is_in_both_services() {
    for unit in [unit(&usual()), nightly_service(&usual())] {
        for (name, expected) in [
            ("NoNewPrivileges", "yes"),
            ("ProtectSystem", "strict"),
            ("ProtectHome", "yes"),
            ("PrivateTmp", "yes"),
            ("MemoryDenyWriteExecute", "yes"),
            ("LimitCORE", "0"),
            ("KillSignal", "SIGTERM"),
            ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
            ("CapabilityBoundingSet", ""),
            ("LoadCredentialEncrypted", "snowhaul-master-key:/etc/credstore.encrypted/snowhaul-master-key"),
        ] {
            assert_eq!(values(&unit, name), [expected], "{name}");
        }
        assert_eq!(values(&unit, "SystemCallFilter"), ["@system-service", "~@privileged"]);
    }
}

#[test]
fn folders_elsewhere_are_named_and_a_user_may_be_made_up() {
    let config =
        UnitConfig { state: "/srv/snow haul".into(), keys: Some("/var/lib/haul/keys".into()), user: None, ..usual() };
    let unit = unit(&config);
    assert_eq!(values(&unit, "ReadWritePaths"), ["\"/srv/snow haul\""]);
    assert_eq!(values(&unit, "StateDirectory"), ["haul/keys"]);
    assert_eq!(values(&unit, "DynamicUser"), ["yes"]);
    assert_eq!(values(&unit, "User"), [""; 0]);
    for elsewhere in ["/var/lib", "/var/lib/../etc", "/var/library", "/var/lib/a:b"] {
        assert_eq!(folder_of_service(Path::new(elsewhere)), None, "{elsewhere}");
    }
}

#[test]
fn a_program_in_a_home_can_still_be_read() {
    let config = UnitConfig { program: "/home/operator/bin/snowhaul".into(), ..usual() };
    assert_eq!(values(&unit(&config), "ProtectHome"), ["read-only"]);
    let config = UnitConfig { program: "/homes/bin/snowhaul".into(), ..usual() };
    assert_eq!(values(&unit(&config), "ProtectHome"), ["yes"]);
}

#[test]
fn a_port_for_the_privileged_brings_the_one_capability_that_it_needs() {
    for (listen, expected) in [
        ("127.0.0.1:443", "CAP_NET_BIND_SERVICE"),
        ("[::1]:443", "CAP_NET_BIND_SERVICE"),
        ("localhost:80", "CAP_NET_BIND_SERVICE"),
        ("127.0.0.1:8182", ""),
        ("127.0.0.1:0", ""),
    ] {
        let unit = unit(&UnitConfig { listen: listen.to_owned(), ..usual() });
        assert_eq!(values(&unit, "AmbientCapabilities"), [expected], "{listen}");
    }
}

#[test]
fn the_timer_runs_every_night_and_makes_up_for_one() {
    let timer = nightly_timer();
    assert_eq!(values(&timer, "OnCalendar"), ["*-*-* 02:00:00"]);
    assert_eq!(values(&timer, "Persistent"), ["yes"]);
    assert_eq!(values(&timer, "RandomizedDelaySec"), ["15min"]);
    assert_eq!(
        values(&nightly_service(&usual()), "ExecStart"),
        ["/usr/local/bin/snowhaul --state /var/lib/snowhaul --keys /var/lib/snowhaul-keys run --all"]
    );
    assert_eq!(values(&nightly_service(&usual()), "Restart"), [""; 0]);
}

#[test]
fn a_name_with_a_line_break_adds_no_setting() {
    let config = UnitConfig {
        program: "/opt/a\nUser=root".into(),
        listen: "x\nUser=root".to_owned(),
        state: "/srv/b\nUser=root".into(),
        user: None,
        ..usual()
    };
    assert_eq!(values(&unit(&config), "User"), [""; 0]);
}
