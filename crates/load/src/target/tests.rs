//! A target against a few lines of raw HTTP on this machine, written down from the documentation.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Mutex;

use flow::Outcome;
use rest::Secret;

use super::*;
use crate::{Grant, Receipt};

const TOKEN: &str = r#"{"access_token":"first","refresh_token":"again","token_type":"Bearer","expires_in":1800}"#;
const SET: &str = "0123456789abcdef0123456789abcdef";

/// One answer: status, media type, further headers, body.
type Scripted = (u16, &'static str, &'static str, String);

fn json(status: u16, body: impl Into<String>) -> Scripted {
    (status, "application/json", "", body.into())
}

fn refused() -> Scripted {
    let body = r#"{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}"#;
    json(401, body)
}

/// Gives one scripted answer a connection and keeps what it was asked.
fn server(answers: Vec<Scripted>) -> (ClientConfig, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for (status, content_type, headers, body) in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let request = read(&mut BufReader::new(&stream));
            kept.lock().expect("no test panics while it holds this").push(request);
            let head = format!("HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-type: {content_type}\r\n{headers}");
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).expect("the client reads its answer");
        }
    });
    let mut config = ClientConfig::new(format!("http://{address}"));
    config.attempts_max = 1;
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

fn login() -> Login {
    let service_account = "loader".to_owned();
    let grant = Grant::Password { service_account, service_password: Secret::from("p&ss") };
    Login { client_id: "id".to_owned(), client_secret: Secret::from("secret"), grant }
}

/// A target that has logged in, for the answers that follow.
async fn target(answers: Vec<Scripted>) -> (Target, Arc<Mutex<Vec<String>>>) {
    let (config, asked) = server(std::iter::once(json(200, TOKEN)).chain(answers).collect());
    (Target::connect_with(config, login()).await.expect("the script logs in"), asked)
}

fn asked(asked: &Mutex<Vec<String>>) -> Vec<String> {
    asked.lock().expect("no test panics while it holds this").clone()
}

#[tokio::test]
async fn a_login_is_a_form_and_its_token_is_used() {
    let (target, heard) = target(vec![json(200, r#"{"result":{"stats":{"count":"42"}}}"#)]).await;
    assert_eq!(target.count("u_staged", "u_batch=1").await.expect("a count"), 42);
    let heard = asked(&heard);
    assert!(heard[0].starts_with("POST /oauth_token.do HTTP/1.1\r\n"), "{}", heard[0]);
    assert!(heard[0].contains("content-type: application/x-www-form-urlencoded\r\n"), "{}", heard[0]);
    assert!(
        heard[0].ends_with("grant_type=password&client_id=id&client_secret=secret&username=loader&password=p%26ss"),
        "{}",
        heard[0]
    );
    assert!(
        heard[1].starts_with("GET /api/now/stats/u_staged?sysparm_count=true&sysparm_query=u_batch%3D1 "),
        "{}",
        heard[1]
    );
    assert!(heard[1].contains("authorization: Bearer first\r\n"), "{}", heard[1]);
}

#[tokio::test]
async fn refused_credentials_have_a_hint_and_are_not_tried_again() {
    let (config, heard) = server(vec![json(401, r#"{"error_description":"access_denied","error":"server_error"}"#)]);
    let error = Target::connect_with(config, login()).await.expect_err("wrong credentials");
    assert!(matches!(error, Error::LoginRefused { grant: "password", status: 401, .. }), "{error}");
    assert!(error.is_credentials() && error.hint().is_some());
    assert_eq!(asked(&heard).len(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_request_repeated_once() {
    let renewed = json(200, r#"{"access_token":"second","expires_in":1800}"#);
    let answer = json(200, r#"{"result":[{"name":"a.b","value":"yes"}]}"#);
    let (target, heard) = target(vec![refused(), renewed, answer]).await;
    assert_eq!(target.property("a.b").await.expect("a property").as_deref(), Some("yes"));
    let heard = asked(&heard);
    assert_eq!(heard.len(), 4);
    assert!(heard[2].contains("grant_type=refresh_token") && heard[2].contains("refresh_token=again"), "{}", heard[2]);
    assert!(heard[3].contains("authorization: Bearer second\r\n"), "{}", heard[3]);
}

#[tokio::test]
async fn a_password_is_tried_twice_a_run_and_no_more() {
    let denied = || json(401, r#"{"error_description":"access_denied","error":"server_error"}"#);
    let script = vec![refused(), denied(), json(200, TOKEN), refused(), refused(), denied()];
    let (target, heard) = target(script).await;
    // The refresh token is refused, the second login succeeds, and its token is refused all the same.
    let error = target.count("t", "").await.expect_err("401 after a fresh token");
    assert!(matches!(error, Error::NotAuthenticated { .. }), "{error}");
    let error = target.count("t", "").await.expect_err("the password was tried twice");
    assert!(matches!(error, Error::PasswordLoginsSpent { tried: 2 }) && error.is_credentials(), "{error}");
    let logins = asked(&heard).iter().filter(|request| request.contains("grant_type=password")).count();
    assert_eq!(logins, 2);
}

#[tokio::test]
async fn references_are_flattened_and_the_count_must_agree() {
    let rows = r#"{"result":[{"a":"1","r":{"link":"https://x/y","value":"abc"}},{"a":"","r":""}]}"#;
    let counted = |count| (200, "application/json", count, rows.to_owned());
    let (target, heard) =
        target(vec![counted("X-Total-Count: 2\r\n"), counted("X-Total-Count: 3\r\n"), json(200, rows)]).await;
    let read = target.read("t", "a=1", &["r", "a"]).await.expect("two rows");
    assert_eq!(read, [["abc", "1"], ["", ""]]);
    let error = target.read("t", "", &["a"]).await.expect_err("a row was withheld");
    assert!(matches!(error, Error::CountDisagrees { told: 3, read: 2, .. }), "{error}");
    let error = target.read("t", "", &["a", "typo"]).await.expect_err("no such column");
    assert!(error.to_string().contains("`typo`"), "{error}");
    let heard = asked(&heard);
    assert!(heard[1].contains("sysparm_query=a%3D1%5EORDERBYsys_id&sysparm_fields=r%2Ca&"), "{}", heard[1]);
    assert!(heard[2].contains("sysparm_query=ORDERBYsys_id&"), "{}", heard[2]);
}

#[tokio::test]
async fn columns_have_labels_wherever_the_instance_keeps_them() {
    let dictionary = r#"{"result":[{"name":"t","element":"u_b","max_length":"40"},{"name":"t","element":"u_a","column_label":"A"},
        {"name":"other","element":"u_c"}]}"#;
    let labels = r#"{"result":[{"name":"t","element":"u_b","label":"Bé","language":"en"}]}"#;
    let (target, _) = target(vec![json(200, dictionary), json(200, labels)]).await;
    let columns = target.columns("t").await.expect("two columns");
    let column = |name: &str, label: &str, max_length| crate::Column {
        name: name.into(),
        label: label.into(),
        max_length,
        kind: String::new(),
        reference: String::new(),
        is_choice: false,
    };
    assert_eq!(columns, [column("u_a", "A", None), column("u_b", "Bé", Some(40))]);
}

#[tokio::test]
async fn a_batch_is_staged_only_if_the_answer_says_so() {
    let staged = format!(r#"{{"import_set_id":"{SET}","multi_import_set_id":"m"}}"#);
    let (target, heard) = target(vec![json(201, staged)]).await;
    let receipt = target.send("u_staged", br#"{"records":[]}"#.to_vec(), None, None).await.expect("staged");
    assert_eq!(receipt, Receipt { import_set: SET.to_owned(), multi_import_set: "m".to_owned(), attempts: 1 });
    let request = asked(&heard).remove(1);
    assert!(request.starts_with("POST /api/now/import/u_staged/insertMultiple HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with(r#"{"records":[]}"#), "{request}");
}

#[tokio::test]
async fn an_answer_that_lies_is_ambiguous_and_a_refusal_is_not() {
    let page = |body: &str| (200, "text/html", "", body.to_owned());
    for (answer, is_ambiguous) in [
        (page("<html>Welcome</html>"), true),
        (page("<html>Your instance is hibernating</html>"), false),
        (json(201, ""), true),
        (json(201, "{}"), true),
        (json(201, r#"{"import_set_id":"ISET0010001"}"#), true),
        (json(201, r#"{"import_set_id":"0123"#), true),
        (json(202, ""), true),
        (json(500, "{}"), true),
        (json(408, ""), true),
        (json(503, ""), true),
        ((503, "application/json", "retry-after: 999\r\n", String::new()), false),
        (json(429, "{}"), false),
        (json(403, "{}"), false),
        (json(413, ""), false),
    ] {
        let shown = format!("{answer:?}");
        let (target, _) = target(vec![answer]).await;
        let error =
            target.send("u_staged", b"{}".to_vec(), None, None).await.expect_err("nothing says that it is staged");
        assert_eq!(error.is_ambiguous(), is_ambiguous, "{shown}: {error}");
    }
}

#[tokio::test]
async fn names_that_would_choose_another_address_are_refused() {
    let (target, heard) = target(Vec::new()).await;
    for name in ["", "../oauth_token.do", "a/b", "a?b", "A", "a^b"] {
        assert!(matches!(target.send(name, Vec::new(), None, None).await, Err(Error::Name { .. })), "{name}");
        assert!(matches!(target.count(name, "").await, Err(Error::Name { .. })), "{name}");
    }
    assert!(matches!(target.property("a^ORb").await, Err(Error::Name { .. })));
    assert!(matches!(target.outcomes("t", "a^ORb", 1).await, Err(Error::Name { .. })));
    assert_eq!(asked(&heard).len(), 1);
}

fn import_set(state: &str, mode: &str) -> Scripted {
    json(200, format!(r#"{{"result":[{{"sys_id":"{SET}","state":"{state}","mode":"{mode}"}}]}}"#))
}

fn runs(state: &str) -> Scripted {
    json(200, format!(r#"{{"result":[{{"sys_import_set":{{"link":"l","value":"{SET}"}},"state":"{state}"}}]}}"#))
}

fn staged(key: &str, state: &str) -> String {
    format!(
        r#"{{"sys_import_set":"{SET}","sys_id":"r","u_row_key":"{key}","sys_import_state":"{state}","sys_import_state_comment":"c",
        "sys_target_table":"t","sys_target_sys_id":{{"link":"l","value":"s"}}}}"#
    )
}

fn rows(rows: &[String]) -> Scripted {
    json(200, format!(r#"{{"result":[{}]}}"#, rows.join(",")))
}

#[tokio::test]
async fn outcomes_are_read_once_the_set_is_processed_and_its_runs_have_ended() {
    let answers = vec![
        import_set("loaded", "asynchronous"),
        import_set("Processed", "asynchronous"),
        runs("Running"),
        import_set("processed", "asynchronous"),
        runs("complete_with_errors"),
        rows(&[staged("k1", "Inserted"), staged("k2", "pending"), staged("", "skipped")]),
    ];
    let (target, _) = target(answers).await;
    let outcomes = target.outcomes("u_staged", SET, 3).await.expect("two rows");
    let told: Vec<_> =
        outcomes.iter().map(|row| (row.row_key.as_str(), row.outcome, row.target_sys_id.as_str())).collect();
    assert_eq!(told, [("k1", Outcome::Inserted, "s"), ("k2", Outcome::Unresolved, "s")]);
}

#[tokio::test]
async fn an_outcome_names_its_map_where_the_instance_shows_it() {
    let map = r#""sys_transform_map":{"link":"l","value":"m"},"sys_target_table""#;
    let shown = staged("k1", "inserted").replacen(r#""sys_target_table""#, map, 1);
    let answers = vec![import_set("processed", "asynchronous"), runs("complete"), rows(&[shown])];
    let (told, _) = target(answers).await;
    assert_eq!(told.outcomes("u_staged", SET, 1).await.expect("one row")[0].transform_map, "m");

    let answers = vec![import_set("processed", "asynchronous"), runs("complete"), rows(&[staged("k1", "inserted")])];
    let (untold, _) = target(answers).await;
    assert_eq!(untold.outcomes("u_staged", SET, 1).await.expect("one row")[0].transform_map, "");
}

#[tokio::test]
async fn maps_are_those_of_the_table_and_none_where_they_are_hidden() {
    let maps = r#"{"result":[{"sys_id":"m","source_table":"u_staged","target_table":"t"},
        {"sys_id":"n","source_table":"u_other","target_table":"t"}]}"#;
    let hidden = json(403, r#"{"error":{"message":"Operation Failed","detail":"ACL"},"status":"failure"}"#);
    let (target, _) = target(vec![json(200, maps), hidden]).await;
    let map = crate::InstalledMap { sys_id: "m".to_owned(), target_table: "t".to_owned() };
    assert_eq!(target.transform_maps("u_staged").await.expect("one map"), [map]);
    assert!(target.transform_maps("u_staged").await.expect("hidden").is_empty());
}

#[tokio::test]
async fn a_synchronous_set_is_done_when_its_runs_are() {
    let answers = vec![import_set("loading", "synchronous"), runs("Complete"), rows(&[staged("k", "ignored")])];
    let (target, _) = target(answers).await;
    assert_eq!(target.outcomes("u_staged", SET, 1).await.expect("one row")[0].outcome, Outcome::Ignored);
}

#[tokio::test]
async fn an_import_set_that_does_not_come_to_an_end_is_an_error() {
    let done = || [import_set("processed", ""), runs("complete")];
    let [processed, complete] = done();
    let (unrecognised, _) = target(vec![processed, complete, rows(&[staged("", "skipped")])]).await;
    let error = unrecognised.outcomes("u_staged", SET, 1).await.expect_err("no row has its key");
    assert!(matches!(error, Error::KeysNotRecognised { rows: 1, .. }), "{error}");

    let [processed, complete] = done();
    let (unknown, _) = target(vec![processed, complete, rows(&[staged("k", "done")])]).await;
    let error = unknown.outcomes("u_staged", SET, 1).await.expect_err("a state that nobody documents");
    assert!(matches!(error, Error::RowState { .. }), "{error}");

    let (cancelled, _) = target(vec![import_set("Cancelled", "asynchronous")]).await;
    let error = cancelled.outcomes("u_staged", SET, 1).await.expect_err("cancelled");
    assert!(matches!(error, Error::Cancelled { .. }), "{error}");

    let (gone, _) = target(vec![json(200, r#"{"result":[]}"#)]).await;
    let error = gone.outcomes("u_staged", SET, 1).await.expect_err("deleted");
    assert!(matches!(error, Error::NoImportSet { .. }), "{error}");

    let (stuck, _) = target(vec![import_set("loaded", "asynchronous")]).await;
    let error = stuck.confirm_within(Duration::ZERO).outcomes("u_staged", SET, 1).await.expect_err("not in time");
    assert!(matches!(error, Error::NotTransformed { .. }) && !error.is_ambiguous(), "{error}");
}
