//! How sessions begin, last and end.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn without_a_session_pages_lead_to_sign_in_and_the_rest_is_refused() {
    let console = Console::new();
    let answer = console.ask(plain(page("/integrations/acme?run=7"))).await;
    let expected = (StatusCode::SEE_OTHER, "/sign-in?to=%2Fintegrations%2Facme%3Frun%3D7");
    assert_eq!((answer.status, answer.header("location")), expected);
    let head = Request::head("/").header(header::HOST, HOST);
    assert_eq!(console.ask(plain(head)).await.status, StatusCode::SEE_OTHER);
    let elsewhere = console.ask(plain(page("//evil.example/"))).await;
    assert_eq!(elsewhere.header("location"), "/sign-in?to=%2F");
    let events = page("/events").header(header::ACCEPT, "text/event-stream");
    assert_eq!(console.ask(plain(events)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(console.ask(form("/save", "csrf=x&secret=s")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(console.ask(form("/absent", "")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(console.ask(plain(page("/sign-in"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_id_that_nobody_was_given_is_none() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let cut = &visitor.cookie[..visitor.cookie.len() - 1];
    for cookie in ["snowhaul-8080=", "snowhaul-8080=x", cut, &visitor.cookie.replace("8080", "8081")] {
        assert_eq!(console.status_of(cookie).await, StatusCode::SEE_OTHER, "{cookie}");
    }
    let among_others = format!("a=b; snowhaul-8080=tossed; {}", visitor.cookie);
    assert_eq!(console.status_of(&among_others).await, StatusCode::OK);
}

#[tokio::test]
async fn a_session_is_one_guards_own() {
    let (console, other) = (Console::new(), Console::new());
    let visitor = other.sign_in().await;
    assert_eq!(other.status_of(&visitor.cookie).await, StatusCode::OK);
    assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_never_takes_up_an_id_that_the_browser_brought() {
    let console = Console::new();
    let sign_in = async |cookie: &str| {
        let request = post_from_here("/sign-in").header(header::COOKIE, cookie);
        let body = Body::from(format!("code={}", console.guard.code()));
        let answer = console.ask(request.body(body).expect("a request")).await;
        answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    };
    let planted = "snowhaul-8080=planted";
    let first = sign_in(planted).await;
    assert!(first.starts_with("snowhaul-8080=") && first != planted);
    assert_eq!(console.status_of(planted).await, StatusCode::SEE_OTHER);
    assert_eq!(console.status_of(&first).await, StatusCode::OK);
    // Whoever signs in again has one session and not two.
    let second = sign_in(&first).await;
    assert_ne!(second, first);
    assert_eq!(console.status_of(&first).await, StatusCode::SEE_OTHER);
    assert_eq!(console.status_of(&second).await, StatusCode::OK);
}

#[tokio::test]
async fn after_signing_out_the_cookie_is_worth_nothing() {
    let console = Console::new();
    let (visitor, other) = (console.sign_in().await, console.sign_in().await);
    let request = post_from_here("/sign-out").header(header::COOKIE, &visitor.cookie);
    let answer = console.ask(request.body(Body::from(format!("csrf={}", visitor.csrf))).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("set-cookie"), "snowhaul-8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::SEE_OTHER);
    assert_eq!(console.status_of(&other.cookie).await, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_after_twenty_idle_minutes() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    for _ in 0..3 {
        console.pass(20 * MINUTE - Duration::from_millis(1));
        assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::OK);
    }
    console.pass(20 * MINUTE);
    assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_however_busy() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    for _ in 0..8 * 4 - 1 {
        console.pass(15 * MINUTE);
        assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::OK);
    }
    console.pass(15 * MINUTE);
    assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_event_stream_does_not_lengthen_a_session() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let events = async || {
        let request = page("/events").header(header::ACCEPT, "text/event-stream");
        console.ask(with_cookie(request, &visitor.cookie)).await.status
    };
    for _ in 0..19 {
        console.pass(MINUTE);
        assert_eq!(events().await, StatusCode::OK);
    }
    console.pass(MINUTE);
    assert_eq!(events().await, StatusCode::UNAUTHORIZED);
    assert_eq!(console.status_of(&visitor.cookie).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_holds_a_session_sees_it_end() {
    let console = Console::new();
    let (visitor, other) = (console.sign_in().await, console.sign_in().await);
    let session = |visitor: &Visitor| {
        let request = with_cookie(page("/"), &visitor.cookie);
        console.guard.session(request.headers(), super::super::sessions::Touch::Leaves).expect("a session")
    };
    let (ended, idle) = (session(&visitor), session(&other));
    assert!(console.guard.is_live(&ended) && console.guard.is_live(&idle));
    console.guard.sign_out(with_cookie(page("/"), &visitor.cookie).headers());
    assert!(!console.guard.is_live(&ended) && console.guard.is_live(&idle));
    console.pass(20 * MINUTE);
    assert!(!console.guard.is_live(&idle));
}

#[tokio::test]
async fn the_oldest_session_goes_when_there_are_too_many() {
    let console = Console::new();
    let mut visitors = Vec::new();
    for _ in 0..33 {
        visitors.push(console.sign_in().await);
    }
    let mut statuses = Vec::new();
    for visitor in &visitors {
        statuses.push(console.status_of(&visitor.cookie).await);
    }
    assert_eq!(statuses[0], StatusCode::SEE_OTHER);
    assert_eq!(statuses[1..], [StatusCode::OK; 32]);
}

#[tokio::test]
async fn ids_and_tokens_are_nowhere_shown() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let id = visitor.cookie.split_once('=').expect("a pair").1;
    assert_eq!((id.len(), visitor.csrf.len()), (43, 43));
    assert_ne!(id, visitor.csrf);
    let request = with_cookie(page("/"), &visitor.cookie);
    let session = console.guard.session(request.headers(), super::super::sessions::Touch::Leaves).expect("a session");
    assert_eq!(format!("{session:?} {:?}", console.guard), "Session Guard");
}
