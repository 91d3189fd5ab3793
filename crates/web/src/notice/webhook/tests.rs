//! Notices on their way, against a listener of our own.

use std::net::SocketAddr;

use super::super::Event;
use super::*;
use crate::listener::{answer, nobody, serve};

const SECRET: &str = "a secret of some length";

fn webhook(address: SocketAddr) -> Webhook {
    let address = Secret::from(format!("http://{address}/hooks/T0/hidden?code=a%2Bb&x=1"));
    let made = Webhook::tuned(&address, Some(Secret::from(SECRET)), |config| config.retry_delay = Duration::ZERO);
    made.expect("an address of this machine")
}

fn notice() -> Notice {
    Notice::new(Event::RunFailed, "acme", "could not reach the server", at())
}

fn at() -> Timestamp {
    Timestamp::from_second(1_796_004_041).expect("a time")
}

#[tokio::test]
async fn a_notice_is_posted_signed_to_the_very_address() {
    let (address, asked) = serve(vec![answer("204 No Content", "")]);
    webhook(address).send(&notice(), at()).await.expect("it was taken");
    let asked = asked.recv().expect("it was asked");
    assert!(asked.head.starts_with("POST /hooks/T0/hidden?code=a%2Bb&x=1 HTTP/1.1\r\n"), "{}", asked.head);
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.body, notice().to_json());
    let signed = signature(&Secret::from(SECRET), 1_796_004_041, &asked.body);
    assert_eq!(asked.header("snowhaul-signature"), Some(signed.as_str()));
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed() {
    let (address, asked) = serve(vec![answer("200 OK", "")]);
    let webhook = Webhook::new(&Secret::from(format!("http://{address}/")), None).expect("an address of this machine");
    webhook.send(&notice(), at()).await.expect("it was taken");
    assert_eq!(asked.recv().expect("it was asked").header("snowhaul-signature"), None);
}

#[tokio::test]
async fn a_lost_answer_is_asked_again_under_the_same_name_and_not_forever() {
    let (address, asked) = serve(vec![answer("503 Service Unavailable", ""); 5]);
    let error = webhook(address).send(&notice(), at()).await.expect_err("nobody takes it");
    assert_eq!(error.to_string(), format!("the notice was not taken by `{address}`: it answered with status 503"));
    let names: Vec<_> = asked.try_iter().map(|asked| asked.header("snowhaul-delivery").map(str::to_owned)).collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].as_ref().is_some_and(|name| name.len() == DELIVERY_DIGITS), "{names:?}");
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, followed) = serve(vec![answer("200 OK", "")]);
    let (address, _asked) =
        serve(vec![answer("307 Temporary Redirect", &format!("location: http://{elsewhere}/\r\n"))]);
    let error = webhook(address).send(&notice(), at()).await.expect_err("a redirect is no success");
    assert!(error.to_string().ends_with("it answered with status 307"), "{error}");
    assert!(followed.try_recv().is_err());
}

#[tokio::test]
async fn a_listener_that_is_gone_or_says_nothing_ends_in_an_error_without_the_path() {
    let gone = webhook(nobody()).send(&notice(), at()).await.expect_err("nobody listens");
    assert!(gone.to_string().ends_with("it could not be reached"), "{gone}");
    let (address, _asked) = serve(vec![String::new()]);
    let waiting = Webhook { deadline: Duration::from_millis(50), ..webhook(address) };
    let silent = waiting.send(&notice(), at()).await.expect_err("nobody answers");
    assert!(silent.to_string().ends_with("it took longer than 0 s"), "{silent}");
    for error in [gone, silent] {
        let said = format!("{error} {error:?} {waiting:?}");
        assert!(!said.contains("hidden") && !said.contains("code") && !said.contains(SECRET), "{said}");
    }
}

#[test]
fn an_address_that_is_neither_https_nor_this_machine_is_refused_and_not_repeated() {
    for (address, reason) in [
        ("http://hooks.example.com/hidden", "it must begin with https"),
        ("http://10.0.0.1/hidden", "it must begin with https"),
        ("ftp://hooks.example.com/hidden", "it must begin with https"),
        ("mailto:hidden@example.com", "it must begin with https"),
        ("https://user:hidden@hooks.example.com/", "credentials do not belong into an address"),
        ("hidden", "it is no URL"),
        ("", "it is no URL"),
    ] {
        let error = Webhook::new(&Secret::from(address), None).expect_err(address);
        let said = format!("{error} {error:?}");
        assert!(said.contains(reason), "{address}: {said}");
        assert!(!said.contains("hidden"), "{said}");
    }
    assert!(Webhook::new(&Secret::from("https://hooks.example.com/a"), None).is_ok());
    let short = Webhook::new(&Secret::from("https://hooks.example.com/a"), Some(Secret::from("short")));
    assert!(matches!(short, Err(Error::ShortSecret)));
}
