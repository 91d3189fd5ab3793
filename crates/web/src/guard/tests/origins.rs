//! Requests under another name and from other pages.

use super::*;

#[tokio::test]
async fn a_foreign_host_is_refused_everywhere() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    for host in [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1",
        "127.0.0.1:8081",
        "127.0.0.1.evil.example:8080",
        "localhost.:8080",
        "",
        "127.0.0.1:8080, evil.example",
        "me@127.0.0.1:8080",
    ] {
        for path in ["/", "/sign-in", "/style.css", "/events", "/absent"] {
            let request = Request::get(path).header(header::HOST, host);
            let answer = console.ask(with_cookie(request, &visitor.cookie)).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            assert!(host.is_empty() || !answer.body.contains(host), "{host} is repeated");
        }
    }
}

#[tokio::test]
async fn one_host_is_needed_and_the_address_may_not_name_another() {
    let console = Console::new();
    let refused = [
        Request::get("/sign-in"),
        page("/sign-in").header(header::HOST, HOST),
        page("http://evil.example/sign-in"),
        page("http://evil.example:8080/sign-in"),
    ];
    for request in refused {
        assert_eq!(console.ask(plain(request)).await.status, StatusCode::MISDIRECTED_REQUEST);
    }
    let own = page("http://127.0.0.1:8080/sign-in");
    assert_eq!(console.ask(plain(own)).await.status, StatusCode::OK);
    for host in ["127.0.0.1:8080", "LocalHost:8080", "[::1]:8080"] {
        let request = Request::get("/sign-in").header(header::HOST, host);
        assert_eq!(console.ask(plain(request)).await.status, StatusCode::OK, "{host}");
    }
}

/// Posts to save with a valid session and token, from wherever these headers say.
async fn post_with(console: &Console, visitor: &Visitor, headers: &[(&str, &str)]) -> StatusCode {
    let request = Request::post("/save").header(header::HOST, HOST).header(header::CONTENT_TYPE, FORM);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let body = Body::from(format!("csrf={}&secret=s", visitor.csrf));
    let request = request.header(header::COOKIE, &visitor.cookie).body(body).expect("a request");
    console.ask(request).await.status
}

#[tokio::test]
async fn a_post_from_a_foreign_page_is_refused_with_a_valid_session_and_token() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let refused: [&[(&str, &str)]; 13] = [
        &[],
        &[("origin", "http://evil.example")],
        &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-site")],
        &[("origin", "https://127.0.0.1:8080")],
        &[("origin", "http://127.0.0.1:8080.evil.example")],
        &[("origin", ORIGIN), ("origin", "http://evil.example")],
        &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
        &[("origin", ORIGIN), ("sec-fetch-site", "same-site")],
        &[("origin", ORIGIN), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "none")],
        &[("referer", "http://127.0.0.1:8080/")],
    ];
    for headers in refused {
        assert_eq!(post_with(&console, &visitor, headers).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let taken: [&[(&str, &str)]; 4] = [
        &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")],
        &[("origin", ORIGIN)],
        &[("origin", "http://localhost:8080"), ("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin")],
    ];
    for headers in taken {
        assert_eq!(post_with(&console, &visitor, headers).await, StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn every_method_that_may_change_something_is_checked() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED"] {
        let request = Request::builder().method(method).uri("/save").header(header::HOST, HOST);
        let request = request.header(header::ORIGIN, "http://evil.example");
        assert_eq!(console.ask(with_cookie(request, &visitor.cookie)).await.status, StatusCode::FORBIDDEN, "{method}");
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_spend_attempts() {
    let console = Console::new();
    for _ in 0..20 {
        let request = Request::post("/sign-in").header(header::HOST, HOST).header(header::CONTENT_TYPE, FORM);
        let request = request.header(header::ORIGIN, "http://127.0.0.1:9999").header("sec-fetch-site", "same-site");
        let request = request.body(Body::from("code=wrong")).expect("a request");
        assert_eq!(console.ask(request).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(console.announced(), [""; 0]);
    console.sign_in().await;
}

#[tokio::test]
async fn what_a_foreign_page_draws_in_has_no_session() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let ask = async |headers: [&str; 3]| {
        let names = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];
        let request = names.iter().zip(headers).fold(page("/"), |request, (name, value)| request.header(*name, value));
        console.ask(with_cookie(request, &visitor.cookie)).await.status
    };
    for headers in [
        ["cross-site", "no-cors", "image"],
        ["same-site", "no-cors", "script"],
        ["same-site", "cors", "empty"],
        ["same-site", "navigate", "iframe"],
        ["cross-site", "navigate", "object"],
        ["invented", "cors", "empty"],
    ] {
        assert_eq!(ask(headers).await, StatusCode::SEE_OTHER, "{headers:?}");
    }
    for headers in
        [["cross-site", "navigate", "document"], ["same-origin", "cors", "empty"], ["none", "navigate", "document"]]
    {
        assert_eq!(ask(headers).await, StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn behind_tls_the_origin_is_https_and_the_cookie_bound_to_the_host() {
    let console = Console::at(&["console.example.com", HOST], true);
    let sign_in = async |origin: &str| {
        let request = Request::post("/sign-in").header(header::HOST, HOST).header(header::CONTENT_TYPE, FORM);
        let request = request.header(header::ORIGIN, origin).header("sec-fetch-site", "same-origin");
        let body = Body::from(format!("code={}", console.guard.code()));
        console.ask(request.body(body).expect("a request")).await
    };
    assert_eq!(sign_in("http://console.example.com").await.status, StatusCode::FORBIDDEN);
    let answer = sign_in("https://console.example.com").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-snowhaul=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
}
