//! The one-time code, and how often it may be guessed at.

use super::*;

#[tokio::test]
async fn a_code_signs_in_once() {
    let console = Console::new();
    let code = console.guard.code();
    let answer = console.type_code(&code.to_lowercase().replace('-', "")).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"));
    let again = console.type_code(&code).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert_eq!(again.header("set-cookie"), "");
    assert_eq!(console.announced(), [console.guard.code()]);
    assert_ne!(console.guard.code(), code);
}

#[tokio::test]
async fn two_at_once_cannot_both_use_a_code() {
    let console = Console::new();
    let code = console.guard.code();
    let (one, other) = tokio::join!(console.type_code(&code), console.type_code(&code));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::FORBIDDEN]);
}

#[tokio::test]
async fn a_thousand_guesses_in_a_row_are_refused_and_nearly_all_unseen() {
    let console = Console::new();
    let code = console.guard.code();
    let mut statuses = Vec::new();
    for guess in 0..1_000 {
        statuses.push(console.type_code(&format!("GUESS{guess}")).await.status);
    }
    assert_eq!(statuses[..5], [StatusCode::FORBIDDEN; 5]);
    assert!(statuses[5..].iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS));
    // The right one has to wait as well, and is told how long.
    let early = console.type_code(&code).await;
    assert_eq!((early.status, early.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert_eq!(early.header("set-cookie"), "");
    console.pass(Duration::from_millis(999));
    assert_eq!(console.type_code(&code).await.header("retry-after"), "1");
    console.pass(Duration::from_millis(1));
    assert_eq!(console.type_code(&code).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_thousand_patient_guesses_are_refused_and_meet_a_hundred_codes() {
    let console = Console::new();
    let first = console.guard.code();
    for guess in 0..1_000 {
        assert_eq!(console.type_code(&format!("GUESS{guess}")).await.status, StatusCode::FORBIDDEN, "guess {guess}");
        console.pass(Duration::from_secs(300));
    }
    let mut announced = console.announced();
    assert_eq!((announced.len(), announced.last()), (100, Some(&console.guard.code())));
    assert_eq!(console.type_code(&first).await.status, StatusCode::FORBIDDEN);
    announced.sort();
    announced.dedup();
    assert_eq!(announced.len(), 100);
    console.pass(Duration::from_secs(300));
    console.sign_in().await;
    // From here on a person may mistype again.
    assert_eq!(console.type_code("GUESS").await.status, StatusCode::FORBIDDEN);
    console.sign_in().await;
}

#[tokio::test]
async fn signing_in_leads_to_own_pages_only() {
    let console = Console::new();
    for (to, expected) in [
        ("%2Fruns%3Fshow%3Derrors", "/runs?show=errors"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%09%2Fevil.example", "/"),
        ("%2F%0D%0ASet-Cookie%3Aa%3Db", "/"),
        ("", "/"),
    ] {
        let answer = console.ask(form("/sign-in", &format!("to={to}&code={}", console.guard.code()))).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, expected), "{to}");
    }
}

#[tokio::test]
async fn only_a_form_of_that_size_is_looked_at() {
    let console = Console::new();
    let post = |kind: &str, body: String| {
        let request = Request::post("/sign-in").header(header::HOST, HOST).header(header::ORIGIN, ORIGIN);
        request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request")
    };
    let code = format!("code={}", console.guard.code());
    let json = console.ask(post("application/json", code.clone())).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = console.ask(post(FORM, format!("{code}&pad={}", "x".repeat(8 * 1024)))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(console.ask(post(FORM, "to=%2F".to_owned())).await.status, StatusCode::BAD_REQUEST);
    let charset = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    assert_eq!(console.ask(post(charset, code)).await.status, StatusCode::SEE_OTHER);
}
