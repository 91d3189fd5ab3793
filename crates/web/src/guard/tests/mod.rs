//! The guard around a small console, asked as browsers, foreign pages and guessers ask. Time is the tests' own.

mod answers;
mod forms;
mod origins;
mod served;
mod sessions;
mod sign_in;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Builder;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tower::ServiceExt as _;

use super::{Clock, Guard, GuardConfig, Posted, Session, SignInForm};

const HOST: &str = "127.0.0.1:8080";
const ORIGIN: &str = "http://127.0.0.1:8080";
const FORM: &str = "application/x-www-form-urlencoded";

/// A guarded console whose time stands until a test moves it.
struct Console {
    guard: Guard,
    router: Router,
    now: Arc<Mutex<Duration>>,
    announced: Arc<Mutex<Vec<String>>>,
}

/// What a browser has after signing in.
struct Visitor {
    /// The pair for `Cookie`.
    cookie: String,
    csrf: String,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }
}

impl Console {
    fn new() -> Self {
        Self::at(&[HOST, "localhost:8080", "[::1]:8080"], false)
    }

    fn at(hosts: &[&str], secure: bool) -> Self {
        let (now, announced) = (Arc::new(Mutex::new(Duration::from_secs(1_000))), Arc::<Mutex<Vec<String>>>::default());
        let (shown, heard) = (Arc::clone(&now), Arc::clone(&announced));
        let guard = Guard::new(GuardConfig {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            secure,
            clock: Clock::new(move || *shown.lock().unwrap_or_else(PoisonError::into_inner)),
            announce: Arc::new(move |code| heard.lock().unwrap_or_else(PoisonError::into_inner).push(code.to_owned())),
        });
        let guard = guard.expect("a guard");
        Self { router: router(&guard), guard, now, announced }
    }

    fn pass(&self, time: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    fn announced(&self) -> Vec<String> {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        answer(self.router.clone(), request).await
    }

    /// Types a code into the sign-in page.
    async fn type_code(&self, code: &str) -> Answer {
        self.ask(form("/sign-in", &format!("code={code}"))).await
    }

    async fn sign_in(&self) -> Visitor {
        let answer = self.type_code(&self.guard.code()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let csrf = self.ask(with_cookie(page("/"), &cookie)).await.body;
        Visitor { cookie, csrf }
    }

    /// What the first page answers to this cookie.
    async fn status_of(&self, cookie: &str) -> StatusCode {
        self.ask(with_cookie(page("/"), cookie)).await.status
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.expect("a router answers");
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a whole body");
    Answer { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The console's pages, as plain as they can be: the first shows the session's token.
fn router(guard: &Guard) -> Router {
    let open = Router::new()
        .route("/sign-in", get(|| async { "a form" }).post(sign_in))
        .route("/style.css", get(|| async { ([(header::CACHE_CONTROL, "max-age=3600")], "p {}") }));
    let closed = Router::new()
        .route("/", get(|session: Session| async move { session.csrf }))
        .route("/events", get(|_: Session| async { "events" }))
        .route("/save", post(save))
        .route("/sign-out", post(sign_out))
        .fallback(|| async { StatusCode::NOT_FOUND });
    guard.protect(open, closed).with_state(guard.clone())
}

async fn sign_in(State(guard): State<Guard>, headers: HeaderMap, form: SignInForm) -> Response {
    match guard.sign_in(&headers, &form.code) {
        Ok(cookie) => {
            let to = HeaderValue::from_str(form.to.as_str()).expect("a path of ours is plain");
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to)]).into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn sign_out(State(guard): State<Guard>, headers: HeaderMap, _: Posted<Nothing>) -> Response {
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, guard.sign_out(&headers))]).into_response()
}

#[derive(Deserialize)]
struct Saved {
    secret: String,
    #[serde(default)]
    tags: Vec<String>,
    rows: Option<u32>,
}

async fn save(Posted(saved): Posted<Saved>) -> String {
    format!("{}|{}|{:?}", saved.secret, saved.tags.join(","), saved.rows)
}

/// A page that a person goes to.
fn page(path: &str) -> Builder {
    Request::get(path).header(header::HOST, HOST)
}

/// A form that a person sends from a page of the console.
fn form(path: &str, body: &str) -> Request<Body> {
    post_from_here(path).body(Body::from(body.to_owned())).expect("a request")
}

fn post_from_here(path: &str) -> Builder {
    Request::post(path)
        .header(header::HOST, HOST)
        .header(header::ORIGIN, ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, FORM)
}

fn with_cookie(request: Builder, cookie: &str) -> Request<Body> {
    plain(request.header(header::COOKIE, cookie))
}

fn plain(request: Builder) -> Request<Body> {
    request.body(Body::empty()).expect("a request")
}
