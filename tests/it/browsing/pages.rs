//! Pages to try the browser on: one as it should be, one with a fault of every kind, one that waits. They are served on
//! loopback, and what is sent to them is shown.

use axum::Router;
use axum::extract::RawForm;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'";

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #16181c; --link: #9ecbff; } }
body { color: var(--ink); background: var(--paper); font: 16px/1.5 sans-serif; margin: 1rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); color: #777; }
input, select, textarea, button { font: inherit; max-width: 100%; box-sizing: border-box; }
.pale { color: #999; background: #fff; }
.half { color: rgb(0 0 0 / 0.4); background: #fff; }
.modern { color: oklch(0.7 0 0); background: #fff; }
.wide { width: 1600px; background: #fff; color: #000; }
.picture { background-image: linear-gradient(#fff, #eee); color: #000; }
.high { height: 2400px; }
";

const GOOD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Good</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script></head><body>
<header><a href="/good">Home</a> <span class="aside">for screen readers <span>alone</span></span></header>
<main><h1>Connect to ServiceNow</h1>
<p id="waiting">not ready</p>
<form method="post" action="/sent">
<p><label for="id">Client ID</label> <input id="id" name="id" aria-describedby="help"><span id="help">as it was given</span></p>
<p><label>Client secret <input type="password" name="secret"></label></p>
<p><label for="why">Why</label> <textarea id="why" name="why">because</textarea></p>
<p><label for="zone">Time zone</label> <select id="zone" name="zone"><option>UTC</option><option>Europe/Berlin</option></select></p>
<p><label><input type="checkbox" name="apps"> Send applications</label></p>
<fieldset><legend>Grant</legend><label><input type="radio" name="grant" value="password" checked> Password</label>
<label><input type="radio" name="grant" value="client"> Client credentials</label></fieldset>
<p><button>Connect</button> <button disabled>Save</button></p></form>
<details><summary>More</summary><p><a href="/good#deleted">Delete integration</a></p></details>
<p><a href="/other">One</a> <a href="/other">Two</a></p>
<div class="high"></div><p>at the end</p>
</main></body></html>"#;

const SCRIPT: &str = "setTimeout(() => document.getElementById('waiting').textContent = 'ready now', 200);";

/// A fault of every kind that the check of accessibility knows, two links of one name, and something too wide.
const FAULTY: &str = r##"<!doctype html>
<html><head><meta charset="utf-8"><title></title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body>
<main><h1>First</h1><h1>Second</h1><h4>Deep</h4>
<p class="pale">a pale text</p><p class="half">half a text</p><p class="modern">a text of today</p><p class="picture">on a picture</p><p class="wide">too wide</p>
<input name="nameless"><button></button><img src="data:," class="blank">
<p id="same"></p><p id="same"></p><label for="nowhere">lost</label><table><tr><td>headless</td></tr></table>
<a href="/good">Open</a> <a href="/good">Open</a></main></body></html>"##;

/// A page with a policy that it does not keep to itself.
const BREACHING: &str = r#"<!doctype html><html lang="en"><head><title>Breaching</title><link rel="icon" href="data:,">
<script>document.title = 'inline'</script></head><body><main><h1>Breaching</h1></main></body></html>"#;

/// Pages that are being served.
pub(super) struct Pages {
    /// The port on loopback.
    pub(super) port: u16,
}

impl Pages {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("its port").port();
        let strict = |page: &'static str| {
            get(async move || ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)], page))
        };
        let kind = |kind: &'static str, text: &'static str| {
            get(async move || ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], text))
        };
        // Its picture is at another origin: the same machine by another name.
        let asking = format!(
            "<!doctype html><html lang=en><title>Asking</title><link rel=icon href=data:,><main><h1>Asking</h1>\
             <img alt='' src='http://elsewhere.test:{port}/picture.svg'></main></html>"
        );
        let router = Router::new()
            .route("/good", strict(GOOD))
            .route("/faulty", strict(FAULTY))
            .route("/breaching", strict(BREACHING))
            .route("/asking", get(async move || ([(CONTENT_TYPE, "text/html")], asking)))
            .route("/style.css", kind("text/css", STYLE))
            .route("/script.js", kind("text/javascript", SCRIPT))
            .route("/picture.svg", kind("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"))
            .route("/host", get(host))
            .route("/sent", axum::routing::post(sent));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port }
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

async fn host(headers: HeaderMap) -> impl IntoResponse {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    page(&format!("asked as {host}"))
}

async fn sent(RawForm(form): RawForm) -> impl IntoResponse {
    page(&format!("sent {}", String::from_utf8_lossy(&form).replace('&', " ")))
}

fn page(words: &str) -> impl IntoResponse + use<> {
    let page = format!(
        "<!doctype html><html lang=en><title>Said</title><link rel=icon href=data:,><main><h1>{words}</h1></main></html>"
    );
    ([(CONTENT_TYPE, "text/html")], page)
}
