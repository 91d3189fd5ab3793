//! Hostile and honest input: each refused input by the words that it must get.

use super::*;

/// What each of several inputs must be told, and the inputs, with a bar between two.
const HOSTILE: [(&str, &str); 15] = [
    ("is empty", ""),
    (
        "control character",
        "acme\r\nHost: evil.example|acme\n|\nacme|\tacme|ac\0me|acme\u{7f}|acme\r|acme\u{85}\
         |https://acme.service-now.com\r\n|acme\u{1b}[2J|acme%0d%0a\n",
    ),
    (
        "`@`",
        "a@b|acme@evil.example|https://acme.service-now.com@evil.example/\
         |https://user:word@acme.service-now.com|@acme|acme@|admin@acme.service-now.com\
         |evil.example\\@acme.service-now.com|acme@127.0.0.1:80",
    ),
    (
        "whole address",
        "https://acme.service-now.com|http://acme.service-now.com/|HTTPS://ACME.SERVICE-NOW.COM|//acme\
         |https://acme|ftp://acme|file:///etc/passwd|https://acme.service-now.com/nav_to.do?uri=x\
         |gopher://a:1/_x|https://evil.example|http://127.0.0.1|http://[::1]/\
         |https://acme.service-now.com.evil.example| https://acme.service-now.com |https:///acme\
         |\\\\acme\\share|jdbc:x://acme|ws://acme|https:\\\\acme|data://acme\
         |https://%61cme.service-now.com",
    ),
    (
        "percent sign",
        "a%2e|acme%2eevil.example|%61cme|acme%00|acme%0d%0aX: y\
         |acme%23|acme%40evil|%|acme%ff|%00|%e3%80%82|acme%5c|%2f%2f",
    ),
    ("dot of another script", "acme。service-now。com|acme．com|acme｡com|acme․com|127。0。0。1|。acme|acme。"),
    (
        "looks like",
        "аcme|acmе|асме|ａｃｍｅ|acme１|açme|åcme|acme\u{200b}|acme\u{200d}|\u{202e}emca|acme\u{feff}|αcme|acme…\
         |ac–me|ac‐me|acme\u{a0}|acme\u{3000}|ⓐcme|𝒶cme|ǰ|ß|ﬁ|acme😀|١٢٣|acme\u{301}|／acme|acme＃|acme：443\
         |acme＠x|acme％2e",
    ),
    (
        "IP address",
        "127.0.0.1|127.1|0x7f000001|0x7f.1|0177.0.0.1|2130706433|017700000001|0x7f.0.0.1|10.0.0.1\
         |169.254.169.254|192.168.0.1|0.0.0.0|0|1|::1|[::1]|[::]|[::ffff:127.0.0.1]|[fe80::1|::ffff:7f00:1\
         |127.0.0.1.|0x|255.255.255.255|4294967295|0xa9fea9fe|0x7F000001|127.0.0.01|0300.0250.1|192.168.257|3232235521\
         |2852039166|1.1|[::1]:80",
    ),
    (
        "colon",
        "acme:443|acme.service-now.com:443|127.0.0.1:80|acme:|:80\
         |mailto:acme|javascript:alert|acme:x|acme:0|acme:-1|data:acme|a:b:c",
    ),
    (
        "slash",
        "acme/|/acme|acme/..|../acme|acme\\|acme.service-now.com/nav_to.do\
         |acme/x|..\\acme|acme/#|./acme|a/b|a\\b|/etc/passwd",
    ),
    ("ends the host", "acme#|a#|#acme|acme?|acme?x=y|acme.service-now.com#x|acme.service-now.com?x|#|?"),
    ("a space", "ac me| acme|acme | |acme evil.example|a b c|  acme  |acme .service-now.com"),
    (
        "a host",
        "a.b|acme.service-now.com|acme.service-now.com.|.acme|acme.|.|..|acme..x|ACME.service-now.com\
         |acme.api.kandji.io|localhost.|acme.evil.example|service-now.com|acme.local|a.service-now.com.x",
    ),
    ("upper-case", "ACME|Acme|acmE|A|Z9|aCME-1|XN--acme|ACME_1|0X1G"),
    ("encoded international", "xn--cme-7ve|xn--80ak6aa92e|xn--|xn--a"),
];

const OTHERS: &str = "!\"$&'()*+,;<=>[]^_`{|}~";

fn refused(typed: &str, of: fn(&str) -> Result<String, Error>) -> (String, String) {
    let error = of(typed).expect_err(typed);
    let hint = error.hint().expect("every refusal says what to type");
    (error.to_string(), hint)
}

/// The rule, written the other way round.
fn matches(typed: &str) -> bool {
    let inner = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    (1..=63).contains(&typed.len()) && typed.chars().all(inner) && !typed.starts_with('-') && !typed.ends_with('-')
}

#[test]
fn every_hostile_input_is_told_what_is_wrong_with_it() {
    let mut inputs = 0;
    for (words, typed) in HOSTILE.iter().flat_map(|(words, typed)| typed.split('|').map(move |typed| (words, typed))) {
        for of in [servicenow_prefix, iru_subdomain] {
            let (said, hint) = refused(typed, of);
            assert!(said.contains(words), "{typed:?}: {said}");
            assert!(hint.starts_with("type "), "{typed:?}: {hint}");
            assert!(!said.contains(['\r', '\n', '\0', '\u{1b}']), "{typed:?}");
        }
        inputs += 1;
    }
    let long = ["a".repeat(64), "a".repeat(100_000), "a-".repeat(33) + "a"];
    for typed in &long {
        assert!(refused(typed, servicenow_prefix).0.contains("longer than 63"));
    }
    for typed in ["-", "-acme", "acme-", "--", "-a-"] {
        assert!(refused(typed, servicenow_prefix).0.contains("hyphen"), "{typed}");
    }
    assert!(inputs + long.len() + 5 >= 200, "{inputs} hostile inputs");
}

#[test]
fn a_foreign_character_anywhere_is_refused() {
    let others =
        OTHERS.chars().flat_map(|c| [format!("{c}acme"), format!("ac{c}me"), format!("acme{c}"), c.to_string()]);
    for typed in others {
        refused(&typed, servicenow_prefix);
        refused(&typed, iru_subdomain);
    }
    let all = (0..=0xff_u8).map(char::from).flat_map(|c| [format!("{c}q"), format!("q{c}q"), format!("q{c}")]);
    for typed in all {
        assert_eq!(servicenow_prefix(&typed).is_ok(), matches(&typed), "{typed:?}");
    }
}

#[test]
fn plain_labels_are_taken_as_they_are() {
    for typed in ["a", "z9", "acme", "dev123456", "acme-test", "a--b", "0a", "localhost", &"a".repeat(63)] {
        assert_eq!(servicenow_prefix(typed).expect(typed), typed);
        assert_eq!(iru_subdomain(typed).expect(typed), typed);
    }
}

#[test]
fn what_was_probably_meant_is_named() {
    for typed in [
        "https://acme.service-now.com",
        "http://acme.service-now.com:443/nav_to.do?uri=%2Fx#y",
        "acme.service-now.com",
        "ACME",
        "Acme.Service-Now.com",
        " acme ",
        "acme/",
        "acme.service-now.com.",
        "acme:443",
        "admin@acme.service-now.com",
        "acme#",
        "//acme.service-now.com",
    ] {
        let (_, hint) = refused(typed, servicenow_prefix);
        assert!(hint.starts_with("type `acme`:"), "{typed}: {hint}");
    }
    for typed in
        ["https://acme.kandji.io/devices", "acme.api.eu.kandji.io", "acme.api.iru.com", "https://acme.iru.com", "ACME"]
    {
        let (_, hint) = refused(typed, iru_subdomain);
        assert!(hint.starts_with("type `acme`:"), "{typed}: {hint}");
    }
}

#[test]
fn nobody_is_told_to_type_what_a_stranger_chose() {
    for typed in [
        "https://evil.example",
        "https://acme.service-now.com@evil.example/",
        "https://acme.service-now.com.evil.example",
        "evil.example",
        "a@evil",
        "//evil",
        "https://evil",
        "https://evil.example/acme.service-now.com",
        "аcme",
    ] {
        let (_, hint) = refused(typed, servicenow_prefix);
        assert!(hint.starts_with("type only what stands before"), "{typed}: {hint}");
    }
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    for typed in
        ["https://user:hunter2@acme.service-now.com", "https://acme.service-now.com/?token=hunter2", "hunter2@acme"]
    {
        let error = servicenow_prefix(typed).expect_err(typed);
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"), "{typed}");
    }
}
