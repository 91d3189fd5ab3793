//! Addresses that may be typed, and those that a parser would quietly mend.

use super::*;

#[test]
fn a_domain_over_https_and_this_machine_are_addresses() {
    for typed in [
        "https://servicenow.example.com",
        "https://acme.service-now.com",
        "https://itsm.example.com:8443",
        "http://127.0.0.1:8181",
        "http://localhost:1",
        "http://[::1]:8181",
        "https://127.0.0.1:8443",
        "https://localhost",
    ] {
        assert_eq!(instance_url(typed).expect(typed), typed);
        assert_eq!(tenant_url(&format!("{typed}/")).expect(typed), typed);
    }
}

#[test]
fn everything_else_is_refused_and_told_why() {
    for (words, typed) in [
        (
            "must begin with https",
            &[
                "http://acme.example.com",
                "http://localhost.example.com",
                "http://10.0.0.1",
                "http://127.0.0.2",
                "http://0.0.0.0",
                "http://[::]",
                "http://169.254.169.254",
                "http://a.localhost",
                "ftp://a.example",
                "ws://a.example",
            ][..],
        ),
        (
            "cannot be read",
            &[
                "",
                "acme",
                "acme.example.com",
                "https://",
                "//a.example",
                "https://a b.example",
                "https://[::1",
                "https://a.example:99999",
                "https://%00.example",
                "http://[::1%25eth0]",
            ],
        ),
        (
            "user name or password",
            &[
                "https://u@a.example",
                "https://u:p@a.example",
                "https://:p@a.example",
                "http://127.0.0.1:80@evil.example",
            ],
        ),
        ("`?` or `#`", &["https://a.example?", "https://a.example/?x", "https://a.example#", "https://a.example/#x"]),
        ("a path", &["https://a.example/x", "https://a.example/api/", "https://a.example//", "https://a.example\\x"]),
        (
            "IP address",
            &[
                "https://10.0.0.1",
                "https://169.254.169.254",
                "https://127.0.0.2",
                "https://[::2]",
                "https://[fe80::1]",
                "https://0xa9fea9fe",
                "https://[::ffff:127.0.0.1]",
                "https://0.0.0.0",
            ],
        ),
        ("no full domain", &["https://intranet", "https://acme", "https://a.example.", "https://a..example"]),
        (
            "written otherwise",
            &[
                "HTTPS://a.example",
                "https://A.example",
                "https://a.example:443",
                "https://аcme.example",
                "https://a。example",
                "https://%61.example",
                "http://0x7f000001",
                "http://2130706433",
                "http://127.1",
                "http://0177.0.0.1",
                "https://a.exa\nmple",
                " https://a.example",
                "https://a.example ",
                "https:/a.example",
                "https:a.example",
                "https:\\\\a.example",
                "https://ａ.example",
                "http://[0:0:0:0:0:0:0:1]:80",
                "https://a.example:08443",
                "https://a.example\r\n",
                "http://127.0.0.1:80",
                "https://@a.example",
            ],
        ),
    ] {
        for typed in typed {
            let error = instance_url(typed).expect_err(typed);
            assert!(error.to_string().contains(words), "{typed:?}: {error}");
            assert!(error.hint().expect("a hint").starts_with("type scheme and host"), "{typed:?}");
        }
    }
    assert!(instance_url(&format!("https://{}.example", "a".repeat(400))).is_err());
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    let error = instance_url("https://user:hunter2@a.example").expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
