//! A token's life, by the second.

use super::*;

fn token(body: &str, asked_at: Instant) -> Token {
    Token::parse(body.as_bytes(), asked_at).expect("JSON").expect("a token")
}

fn due_and_over(token: &Token, asked_at: Instant, seconds: u64) -> (bool, bool) {
    let now = asked_at + Duration::from_secs(seconds);
    (token.is_due(now), token.is_over(now))
}

#[test]
fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let asked_at = Instant::now();
    let token = token(r#"{"access_token":"a","refresh_token":"r","expires_in":1800}"#, asked_at);
    assert_eq!(due_and_over(&token, asked_at, 1_439), (false, false));
    assert_eq!(due_and_over(&token, asked_at, 1_440), (true, false));
    assert_eq!(due_and_over(&token, asked_at, 1_800), (true, true));
    assert!(token.refresh.is_some());
}

#[test]
fn a_failed_renewal_is_tried_again_before_the_end() {
    let asked_at = Instant::now();
    let mut token = token(r#"{"access_token":"a","expires_in":1000}"#, asked_at);
    token.postpone(asked_at + Duration::from_secs(800));
    assert_eq!(due_and_over(&token, asked_at, 849), (false, false));
    assert_eq!(due_and_over(&token, asked_at, 850), (true, false));
}

#[test]
fn a_life_may_be_text_or_missing_or_nonsense() {
    let asked_at = Instant::now();
    for (expires_in, due_at) in [
        (r#""100""#, 80),
        ("100", 80),
        ("null", 1_440),
        (r#""soon""#, 1_440),
        ("-1", 1_440),
        ("0", 0),
        ("18446744073709551615", 6_912_000),
    ] {
        let token = token(&format!(r#"{{"access_token":"a","expires_in":{expires_in}}}"#), asked_at);
        assert!(due_and_over(&token, asked_at, due_at).0, "{expires_in}");
        if due_at > 0 {
            assert!(!due_and_over(&token, asked_at, due_at - 1).0, "{expires_in}");
        }
    }
}

#[test]
fn an_answer_without_a_token_is_no_token_and_debug_shows_none() {
    let asked_at = Instant::now();
    assert!(Token::parse(b"<html>", asked_at).is_err());
    assert!(Token::parse(br#"{"error":"server_error"}"#, asked_at).is_err());
    assert!(Token::parse(br#"{"access_token":""}"#, asked_at).expect("JSON").is_none());
    let token = token(r#"{"access_token":"s3cret","refresh_token":"s3cret"}"#, asked_at);
    assert!(!format!("{token:?}").contains("s3cret"));
}
