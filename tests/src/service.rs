//! The service as a process of its own, and requests as no browser would send them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::repository;

/// How long the service may take to start, and to end: far longer than it does.
const WAITED_FOR: Duration = Duration::from_secs(60);

/// A service that works.
pub struct Service {
    child: Child,
    /// What it said on standard error, a line each.
    said: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// Starts one on these two folders, at a port of its own.
    pub fn start(program: &str, state: &Path, keys: &Path, more: &[&str]) -> Self {
        let pipelines = repository().join("pipelines");
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args([Path::new("--state"), state, Path::new("--keys"), keys, Path::new("--pipelines"), &pipelines])
            .args(more)
            // All that there is to be logged, so that a secret among it is found.
            .env("SNOWHAUL_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let said = Arc::<Mutex<Vec<String>>>::default();
        let (heard, stderr) = (Arc::clone(&said), child.stderr.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        let service = Self { child, said };
        service.code();
        service
    }

    /// Where its console is, as `127.0.0.1:8180`.
    pub fn host(&self) -> String {
        let line = self.heard("the console is at http://");
        line.trim_end_matches('/').to_owned()
    }

    /// The present one-time code.
    pub fn code(&self) -> String {
        self.heard("one-time code to sign in: ")
    }

    /// All that it said.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(mut self) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        assert!(told.success(), "it was told to stop");
        let ended = wait(|| self.child.try_wait().expect("it is ours"));
        (ended, self.said())
    }

    /// The rest of the newest line that begins so.
    fn heard(&self, begin: &str) -> String {
        wait(|| {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.iter().rev().find_map(|line| Some(line.strip_prefix(begin)?.to_owned()))
        })
    }

    /// Signs in, and returns the cookie.
    pub fn sign_in(&self) -> String {
        self.try_sign_in().expect("the present code is accepted")
    }

    /// The same; none where too many codes were tried.
    fn try_sign_in(&self) -> Option<String> {
        let code = self.code();
        let host = self.host();
        let body = format!("code={code}&to=%2F");
        let answer = ask(&host, "POST", "/sign-in", &[("origin", &format!("http://{host}")), FORM], &body);
        let cookie = answer.header("set-cookie")?;
        Some(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    /// All that whoever looks on can see of it: what it logs, how it was started, and what it answers.
    pub fn seen(&self, integrations: &[&str]) -> String {
        let process = format!("/proc/{}", self.child.id());
        let about = ["cmdline", "environ"].map(|file| std::fs::read(format!("{process}/{file}")).unwrap_or_default());
        let mut seen = about.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
        let cookie = self.try_sign_in().unwrap_or_default();
        let of_one = integrations.iter().flat_map(|name| {
            let pages =
                ["", "/edit", "/runs", "/runs/1", "/runs/1/plan", "/reauthenticate?step=credentials", "/delete"];
            pages.map(|page| format!("/integrations/{name}{page}"))
        });
        let all = ["/", "/discover/asset-management/servicenow/add", "/metrics", "/healthz"].map(str::to_owned);
        for page in all.into_iter().chain(of_one) {
            let answer = ask(&self.host(), "GET", &page, &[("cookie", &cookie)], "");
            seen.push_str(&format!("{}{}", answer.head, answer.body));
        }
        seen.push_str(&self.said());
        seen
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The header of a form.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The head as it came.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Answered {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// Sends one request with exactly these headers; `host` is added where none is among them.
pub fn ask(host: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answered {
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(WAITED_FOR)).expect("a limit");
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        request.push_str(&format!("host: {host}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answered { status, head: head.to_owned(), body: body.to_owned() }
}

/// Waits until something is there, and panics where it never is.
pub fn wait<T>(mut look: impl FnMut() -> Option<T>) -> T {
    wait_for(WAITED_FOR, &mut look).expect("it did not come in time")
}

/// Waits until something is there, for so long.
pub fn wait_for<T>(within: Duration, look: &mut dyn FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if began.elapsed() > within {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
