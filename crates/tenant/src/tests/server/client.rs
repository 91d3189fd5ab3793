//! A tenant that listens on a port of its own, and the plainest HTTP client that can ask it: a connection a request, so that nothing
//! but the tenant decides what comes back.

use crate::{Clock, FleetConfig, Limits, ManualClock, Tenant, TenantConfig};
use serde_json::Value;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// A tenant and everything that is needed to ask it.
pub(super) struct Served {
    pub(super) tenant: Tenant,
    pub(super) clock: ManualClock,
    pub(super) address: SocketAddr,
    token: String,
    /// Held until the test is over: both end the server when they are dropped.
    _server: (oneshot::Sender<()>, Runtime),
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
}

/// A fleet with several pages of applications and, of the rarer records, one of most kinds.
pub(super) fn fleet() -> FleetConfig {
    FleetConfig { devices: 40, apps_per_mac: 20, ..FleetConfig::demonstration() }
}

impl Served {
    /// A tenant without limits, since its clock stands still and a window would never end.
    pub(super) fn usual() -> Self {
        Self::with(|_| {})
    }

    /// A tenant with some settings changed.
    pub(super) fn with(change: impl FnOnce(&mut TenantConfig)) -> Self {
        let clock = ManualClock::showing(fleet().at);
        let made_up = TenantConfig::with_made_up_token(fleet());
        let mut config = TenantConfig { limits: Limits::off(), clock: Clock::Manual(clock.clone()), ..made_up };
        change(&mut config);
        let token = config.token.clone();
        let tenant = Tenant::new(config);
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            // A test that is over drops its end, which stops the server too.
            drop(stopped.await);
        };
        runtime.spawn(tenant.clone().serve(listener, shutdown));
        Self { tenant, clock, address, token, _server: (stop, runtime) }
    }

    /// What the tenant's clock shows, in milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        Clock::Manual(self.clock.clone()).milliseconds()
    }

    /// The header that the API wants.
    pub(super) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// A connection on which a request was sent and nothing was read yet.
    pub(super) fn open(&self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    /// A whole answer, or why there is none.
    pub(super) fn try_send(&self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<Reply> {
        let mut answer = Vec::new();
        self.open(method, path, headers, body)?.read_to_end(&mut answer)?;
        Reply::of(&answer)
    }

    pub(super) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// With the token.
    pub(super) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &self.bearer(), "")
    }

    /// With the token.
    pub(super) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &self.bearer(), &body.to_string())
    }

    /// Without a token, as the control endpoint and a signed address are asked.
    pub(super) fn bare(&self, path: &str) -> Reply {
        self.send("GET", path, "", "")
    }

    /// The body of an answer that must be a good one.
    #[track_caller]
    pub(super) fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }
}

impl Reply {
    /// Takes an answer apart. One that is shorter than it says is an error, as it is to every client.
    fn of(answer: &[u8]) -> io::Result<Self> {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(ErrorKind::InvalidData)?;
        let mut reply = Self { status, head, body: answer[end + 4..].to_vec() };
        if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = joined(&reply.body).ok_or(ErrorKind::UnexpectedEof)?;
            return Ok(reply);
        }
        let length = reply.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if length == Some(reply.body.len()) { Ok(reply) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// The body that came in chunks, if the last of them is there.
fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?, 16).ok()?;
        chunks = chunks.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunks.get(..size)?);
        chunks = chunks.get(size + 2..)?;
    }
}
