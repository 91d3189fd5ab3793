//! The client against a few lines of raw HTTP on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::scripted::{Asked, HandClock, answer, gzip, serve, serve_and_note};
use crate::{BudgetConfig, Clock as _, Method, Secret};

/// A client's settings for a server that gives these answers.
fn server(answers: Vec<Vec<u8>>) -> (ClientConfig, Asked) {
    let (address, asked) = serve(answers);
    (config(&format!("http://{address}")), asked)
}

fn config(base_url: &str) -> ClientConfig {
    let mut config = ClientConfig::new(base_url);
    config.retry_delay = Duration::from_millis(1);
    config.read_idle_timeout = Duration::from_millis(200);
    config
}

/// The times at which requests came.
type Times = Arc<Mutex<Vec<Duration>>>;

/// As [`server`], with a clock of its own and the times of that clock.
fn timed_server(answers: Vec<Vec<u8>>) -> (ClientConfig, Arc<HandClock>, Times) {
    let clock = HandClock::new();
    let times = Times::default();
    let (noted, noting) = (Arc::clone(&times), Arc::clone(&clock));
    let note = move || noted.lock().expect("no test panics while it holds this").push(noting.passed());
    let (address, _) = serve_and_note(answers, note);
    let mut config = config(&format!("http://{address}"));
    config.clock = clock.clone();
    (config, clock, times)
}

fn seconds(times: &Mutex<Vec<Duration>>) -> Vec<u64> {
    times.lock().expect("no test panics while it holds this").iter().map(Duration::as_secs).collect()
}

fn post() -> Request {
    Request::post("/write", "application/json", b"{}".to_vec())
}

#[tokio::test]
async fn a_request_arrives_as_it_was_meant() {
    let (config, heard) = server(vec![answer("201 Created", "x-total-count: 7\r\n", "ok")]);
    let request = post().query("a", "b c&d").header("accept", "application/json").bearer(Secret::from("t0ken"));
    let answer = Client::new(config).expect("loopback").send(request).await.expect("an answer");
    assert_eq!(
        (answer.status, answer.body.as_slice(), answer.header("X-Total-Count")),
        (201, b"ok".as_slice(), Some("7"))
    );
    let request = heard.all().remove(0);
    assert!(request.starts_with("POST /write?a=b+c%26d HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer t0ken\r\n"), "{request}");
    assert!(request.contains("user-agent: snowhaul/"), "{request}");
    assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    assert!(request.ends_with("{}"), "{request}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (config, heard) =
        server(vec![answer("302 Found", "location: /elsewhere\r\n", ""), answer("200 OK", "", "followed")]);
    let answer = Client::new(config).expect("loopback").send(Request::get("/read")).await.expect("an answer");
    assert_eq!((answer.status, answer.header("location")), (302, Some("/elsewhere")));
    assert_eq!(heard.count(), 1);
}

#[tokio::test]
async fn an_answer_above_the_cap_is_stopped_whether_it_says_its_size_or_not() {
    let large = "x".repeat(5_000);
    let unannounced = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{large}").into_bytes();
    let (mut config, _) =
        server(vec![answer("200 OK", "", &large), unannounced, answer("200 OK", "", &large[..4_096])]);
    config.body_bytes_max = 4_096;
    let client = Client::new(config).expect("loopback");
    for _ in 0..2 {
        let error = client.send(Request::get("/read")).await.expect_err("5,000 bytes are above 4,096");
        assert!(matches!(error, Error::TooLarge { bytes_max: 4_096, .. }), "{error}");
        assert!(error.is_ambiguous());
    }
    assert!(client.send(Request::get("/read")).await.is_ok());
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_if_that_is_harmless() {
    let (config, heard) =
        server(vec![Vec::new(), answer("200 OK", "", "second"), Vec::new(), answer("200 OK", "", "never")]);
    let client = Client::new(config).expect("loopback");
    let read = client.send(Request::get("/read")).await.expect("the second attempt is answered");
    assert_eq!(read.body, b"second");
    let error = client.send(post()).await.expect_err("a write is not repeated");
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    assert_eq!(heard.count(), 3);
}

#[tokio::test]
async fn a_body_that_falls_silent_is_a_lost_answer() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("one client");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").expect("the client listens");
        // Reads until the client gives up and closes.
        let mut rest = Vec::new();
        let _reset = stream.read_to_end(&mut rest);
    });
    let mut config = ClientConfig::new(format!("http://{address}"));
    config.read_idle_timeout = Duration::from_millis(50);
    let error = Client::new(config).expect("loopback").send(post()).await.expect_err("half an answer");
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_write_is_sent_again() {
    let (config, heard) =
        server(vec![answer("429 Too Many Requests", "retry-after: 0\r\n", ""), answer("201 Created", "", "")]);
    let answer = Client::new(config).expect("loopback").send(post()).await.expect("an answer");
    assert_eq!(answer.status, 201);
    assert_eq!(heard.count(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing_and_no_secret_is_named() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    drop(listener);
    let mut config = ClientConfig::new(format!("http://{address}"));
    config.retry_delay = Duration::from_millis(1);
    let request = post().query("token", "s3cret").basic("user", Secret::from("s3cret"));
    let error = Client::new(config).expect("loopback").send(request).await.expect_err("nobody listens");
    assert!(matches!(error, Error::NotSent { .. }) && !error.is_ambiguous(), "{error}");
    assert_eq!(error.to_string(), format!("could not reach the server for POST {address}/write"));
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn a_request_that_cannot_be_written_is_not_sent() {
    let client = Client::new(ClientConfig::new("https://localhost")).expect("an address of this machine");
    for request in [
        Request::get("no-slash"),
        Request::get("/api/now/table/../../oauth_token.do"),
        Request::get("/a/%2E%2e/b"),
        Request::get("/a").header("x", "line\r\nbreak"),
        Request::get("/a").bearer(Secret::from("line\nbreak")),
        Request::new(Method::PUT, "/a").header("na me", "x"),
    ] {
        let shown = format!("{request:?}");
        let error = client.send(request).await.expect_err("it cannot be written");
        assert!(matches!(error, Error::Invalid { .. }), "{shown}: {error}");
    }
}

#[tokio::test]
async fn no_clone_calls_before_the_pause_that_one_was_asked_for_has_passed() {
    let refused = answer("429 Too Many Requests", "retry-after: 7\r\n", "");
    let (mut config, _, times) = timed_server(vec![refused, answer("200 OK", "", ""), answer("201 Created", "", "")]);
    config.attempts_max = 1;
    let client = Client::new(config).expect("loopback");
    assert_eq!(client.send(Request::get("/read")).await.expect("an answer").status, 429);
    let (one, other) = (client.clone(), client.clone());
    let (one, other) = tokio::join!(one.send(Request::get("/other")), other.send(post()));
    assert!(one.expect("an answer").is_success() && other.expect("an answer").is_success());
    assert_eq!(seconds(&times), [0, 7, 7]);
}

#[tokio::test]
async fn a_date_to_retry_after_is_kept_by_the_clock_that_wrote_it() {
    let ours = "retry-after: Sun, 06 Nov 1994 08:49:47 GMT\r\n";
    let theirs = "date: Sun, 06 Nov 1994 12:00:00 GMT\r\nretry-after: Sun, 06 Nov 1994 12:00:20 GMT\r\n";
    let busy = |headers| answer("503 Service Unavailable", headers, "");
    let (config, _, times) = timed_server(vec![busy(ours), busy(theirs), answer("200 OK", "", "")]);
    let answer = Client::new(config).expect("loopback").send(post()).await.expect("an answer");
    assert_eq!(answer.status, 200);
    assert_eq!(seconds(&times), [0, 10, 30]);
}

#[tokio::test]
async fn a_pause_that_is_too_long_to_wait_for_is_told_and_nothing_is_sent_meanwhile() {
    let refused = answer("429 Too Many Requests", "retry-after: 900\r\n", "");
    let (config, clock, times) = timed_server(vec![refused, answer("200 OK", "", "")]);
    let client = Client::new(config).expect("loopback");
    assert_eq!(client.send(Request::get("/read")).await.expect("an answer").status, 429);
    clock.advance(Duration::from_secs(100));
    let error = client.send(post()).await.expect_err("the server has asked for quiet");
    assert_eq!(error.wait(), Some(Duration::from_secs(800)));
    assert!(matches!(error, Error::Paused { .. }) && !error.is_ambiguous() && !error.is_network(), "{error}");
    assert!(error.to_string().ends_with("/write was not sent: the server has asked for a pause of another 800 s"));
    clock.advance(Duration::from_secs(800));
    assert!(client.send(post()).await.is_ok());
    assert_eq!(seconds(&times), [0, 900]);
}

#[tokio::test]
async fn what_is_not_wanted_any_more_is_not_repeated() {
    let busy = answer("429 Too Many Requests", "retry-after: 5\r\n", "");
    let (config, clock, times) = timed_server(vec![busy, answer("200 OK", "", "")]);
    let client = Client::new(config).expect("loopback");
    // Whoever asks wants it until the clock moves, which is in the pause that the server asks for.
    let began = clock.now();
    let gate: crate::Gate = std::sync::Arc::new(move || clock.now() == began);
    let request = Request { gate: Some(gate), ..post() };
    let error = client.send(request.clone()).await.expect_err("it is put off, and then not wanted");
    assert!(matches!(error, Error::Withdrawn { .. }) && !error.is_ambiguous(), "{error}");
    assert_eq!(seconds(&times), [0]);
    assert!(matches!(client.send(request).await, Err(Error::Withdrawn { .. })), "nor does it leave at all");
    assert_eq!(seconds(&times), [0]);
}

#[tokio::test]
async fn a_spent_budget_is_told_and_nothing_is_sent() {
    let (mut config, clock, times) = timed_server(vec![answer("200 OK", "", ""); 3]);
    config.budget = Some(BudgetConfig { per_hour: 2, share: 1.0, ..BudgetConfig::default() });
    let client = Client::new(config).expect("loopback");
    for _ in 0..2 {
        assert!(client.send(Request::get("/read")).await.is_ok());
    }
    let error = client.clone().send(Request::get("/read").query("a", "s3cret")).await.expect_err("two is all");
    let wait = error.wait().expect("it says how long");
    assert!(matches!(error, Error::BudgetSpent { .. }) && !error.is_ambiguous(), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    let state = client.budget().expect("there is a budget");
    assert_eq!((state.remaining, state.limit, state.wait), (0, 2, Some(wait)));
    clock.advance(wait);
    assert!(client.send(Request::get("/read")).await.is_ok());
    assert_eq!(seconds(&times), [0, 0, 3_601]);
}

#[tokio::test]
async fn a_spent_budget_is_waited_for_where_that_is_wanted() {
    let (mut config, _, times) = timed_server(vec![answer("200 OK", "", ""); 3]);
    config.budget = Some(BudgetConfig { per_hour: 2, share: 1.0, wait: true, ..BudgetConfig::default() });
    let client = Client::new(config).expect("loopback");
    for _ in 0..3 {
        assert!(client.send(Request::get("/read")).await.is_ok());
    }
    assert_eq!(seconds(&times), [0, 0, 3_601]);
}

#[tokio::test]
async fn a_budget_is_learned_from_what_the_answers_say() {
    let left = |left: u32| {
        let headers = format!("x-ratelimit-limit-hour: 10000\r\nx-ratelimit-remaining-hour: {left}\r\n");
        answer("200 OK", &headers, "")
    };
    let (mut config, _, times) = timed_server(vec![left(2_001), left(2_000)]);
    config.budget = Some(BudgetConfig::default());
    let client = Client::new(config).expect("loopback");
    assert_eq!(client.budget().map(|budget| budget.remaining), Some(8_000));
    assert!(client.send(Request::get("/read")).await.is_ok());
    assert_eq!(client.budget().map(|budget| (budget.remaining, budget.wait)), Some((1, None)));
    assert!(client.send(Request::get("/read")).await.is_ok());
    let error = client.send(Request::get("/read")).await.expect_err("the rest is for others");
    assert_eq!(error.wait(), Some(Duration::from_secs(3_600)));
    assert_eq!(seconds(&times).len(), 2);
}

#[tokio::test]
async fn the_result_of_a_write_stands_where_the_budget_forbids_another_attempt() {
    let refused = answer("429 Too Many Requests", "", "");
    for (request, first, stands) in [
        (post().idempotent(true), Vec::new(), true),
        (Request::get("/read"), Vec::new(), false),
        (post(), refused.clone(), false),
        (Request::get("/read"), refused, false),
    ] {
        let (mut config, _, times) = timed_server(vec![first, answer("200 OK", "", "never")]);
        config.budget = Some(BudgetConfig { per_hour: 1, share: 1.0, ..BudgetConfig::default() });
        let error = Client::new(config).expect("loopback").send(request).await.expect_err("one is all");
        assert_eq!((matches!(error, Error::Ambiguous { .. }), error.wait().is_some()), (stands, !stands), "{error}");
        assert_eq!(seconds(&times).len(), 1);
    }
}

#[tokio::test]
async fn whoever_waits_for_the_budget_waits_for_the_server_too() {
    let refused = answer("429 Too Many Requests", "retry-after: 1800\r\n", "");
    let (mut config, _, times) = timed_server(vec![refused, answer("200 OK", "", "")]);
    config.budget = Some(BudgetConfig { wait: true, ..BudgetConfig::default() });
    let client = Client::new(config).expect("loopback");
    assert!(client.send(Request::get("/read")).await.expect("an answer").is_success());
    assert_eq!(seconds(&times), [0, 1_800]);
    assert_eq!(client.paused(), None);
}

#[tokio::test]
async fn retries_are_a_part_of_all_requests_and_then_results_stand() {
    let (config, _, times) = timed_server(vec![answer("503 Service Unavailable", "", ""); 64]);
    let client = Client::new(config).expect("loopback");
    for _ in 0..10 {
        assert_eq!(client.clone().send(Request::get("/read")).await.expect("an answer").status, 503);
    }
    // Ten from the beginning and a fifth of ten.
    assert_eq!(seconds(&times).len(), 10 + 10 + 2);
}

#[tokio::test]
async fn a_compressed_answer_is_inflated_and_says_so_no_more() {
    let body = "{\"name\":\"Safari\"}".repeat(10_000);
    let (config, _) = server(vec![answer("200 OK", "content-encoding: GZIP\r\n", gzip(body.as_bytes()))]);
    let answer = Client::new(config).expect("loopback").send(Request::get("/read")).await.expect("an answer");
    assert_eq!(answer.body, body.as_bytes());
    assert_eq!((answer.header("content-encoding"), answer.header("content-length")), (None, None));
}

#[tokio::test]
async fn a_bomb_and_two_layers_are_refused_and_half_a_body_is_lost() {
    let bomb = gzip(&vec![b' '; 8 * 1024 * 1024]);
    let once = gzip(b"{}");
    let twice = gzip(&once);
    let (mut config, heard) = server(vec![
        answer("200 OK", "content-encoding: gzip\r\n", bomb),
        answer("200 OK", "content-encoding: gzip, gzip\r\n", twice),
        answer("200 OK", "content-encoding: br\r\n", "{}"),
        answer("200 OK", "content-encoding: gzip\r\n", &once[..once.len() / 2]),
    ]);
    config.attempts_max = 1;
    let client = Client::new(config).expect("loopback");
    let mut errors = Vec::new();
    for _ in 0..4 {
        errors.push(client.send(Request::get("/read")).await.expect_err("no body to use"));
    }
    assert!(matches!(errors[0], Error::Bomb { ratio_max: limits::INFLATION_RATIO_MAX, .. }), "{}", errors[0]);
    assert!(matches!(errors[1], Error::Coding { .. }) && matches!(errors[2], Error::Coding { .. }), "{errors:?}");
    assert!(matches!(errors[3], Error::Ambiguous { .. }), "{}", errors[3]);
    assert!(errors.iter().all(Error::is_ambiguous), "{errors:?}");
    assert_eq!(heard.count(), 4);
}
