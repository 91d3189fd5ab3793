//! What goes out with every answer.

use super::*;

#[tokio::test]
async fn every_answer_has_the_headers() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let asked = [
        (StatusCode::OK, with_cookie(page("/"), &visitor.cookie)),
        (StatusCode::OK, plain(page("/sign-in"))),
        (StatusCode::SEE_OTHER, plain(page("/"))),
        (StatusCode::NOT_FOUND, with_cookie(page("/absent"), &visitor.cookie)),
        (StatusCode::METHOD_NOT_ALLOWED, with_cookie(page("/save"), &visitor.cookie)),
        (StatusCode::MISDIRECTED_REQUEST, plain(Request::get("/").header(header::HOST, "evil.example"))),
        (StatusCode::FORBIDDEN, plain(Request::post("/save").header(header::HOST, HOST))),
        (StatusCode::UNAUTHORIZED, form("/save", "")),
        (StatusCode::FORBIDDEN, form("/sign-in", "code=wrong")),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, {
            plain(Request::post("/sign-in").header(header::HOST, HOST).header(header::ORIGIN, ORIGIN))
        }),
    ];
    for (status, request) in asked {
        let shown = format!("{} {}", request.method(), request.uri());
        let answer = console.ask(request).await;
        assert_eq!(answer.status, status, "{shown}");
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{shown}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{shown}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{shown}");
    }
}

#[tokio::test]
async fn a_file_may_be_kept_where_its_handler_says_so() {
    let answer = Console::new().ask(plain(page("/style.css"))).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "max-age=3600"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_refusal_can_be_dressed_as_a_page() {
    let console = Console::new();
    let request = plain(Request::get("/").header(header::HOST, "evil.example"));
    let response = console.router.clone().oneshot(request).await.expect("a router answers");
    assert_eq!(response.extensions().get(), Some(&super::super::Refusal::ForeignHost));
}
