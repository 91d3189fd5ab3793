//! The client against a few lines of raw HTTP on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::{Method, Secret};

/// Gives one scripted answer a connection and keeps what it was asked. An empty answer closes the connection.
fn server(answers: Vec<Vec<u8>>) -> (ClientConfig, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let request = read(&mut BufReader::new(&stream));
            kept.lock().expect("no test panics while it holds this").push(request);
            // A client that stops reading at its cap closes the connection; that is what the test is about.
            let _closed = stream.write_all(&answer);
        }
    });
    let mut config = ClientConfig::new(format!("http://{address}"));
    config.retry_delay = Duration::from_millis(1);
    config.read_idle_timeout = Duration::from_millis(200);
    (config, asked)
}

fn read(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|bytes| bytes > 0) {}
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).expect("the client sends the body that it announced");
    head + &String::from_utf8_lossy(&body)
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn asked(asked: &Mutex<Vec<String>>) -> Vec<String> {
    asked.lock().expect("no test panics while it holds this").clone()
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
    let request = asked(&heard).remove(0);
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
    assert_eq!(asked(&heard).len(), 1);
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
    assert_eq!(asked(&heard).len(), 3);
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
    assert_eq!(asked(&heard).len(), 2);
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
