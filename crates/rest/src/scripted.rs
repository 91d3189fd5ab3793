//! The other side in tests: a few lines of raw HTTP on this machine, and a clock that is moved by hand, since a
//! runtime with paused time would jump over every socket that has nothing to say yet.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::Instant;

use crate::Clock;

/// What a scripted server was asked, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("no test panics while it holds this").clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.all().len()
    }

    fn keep(&self, request: String) {
        self.0.lock().expect("no test panics while it holds this").push(request);
    }
}

/// Gives one scripted answer a connection and keeps what it was asked. An empty answer closes the connection.
pub(crate) fn serve(answers: Vec<Vec<u8>>) -> (SocketAddr, Asked) {
    serve_and_note(answers, || {})
}

/// As [`serve`]; `note` is called when a request has come.
pub(crate) fn serve_and_note(answers: Vec<Vec<u8>>, note: impl Fn() + Send + 'static) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let asked = Asked::default();
    let kept = asked.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let request = read(&mut BufReader::new(&stream));
            note();
            kept.keep(request);
            // A client that stops reading at its cap closes the connection; that is what the test is about.
            let _closed = stream.write_all(&answer);
        }
    });
    (address, asked)
}

fn read(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|bytes| bytes > 0) {}
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).expect("the client sends the body that it announced");
    head + &String::from_utf8_lossy(&body)
}

/// One answer; `headers` are whole lines.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// A clock that moves only when it is told to, or when somebody sleeps: then it is at once as late as that.
#[derive(Debug)]
pub(crate) struct HandClock {
    began: Instant,
    passed: Mutex<Duration>,
}

impl HandClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), passed: Mutex::default() })
    }

    /// The time since the clock was made.
    pub(crate) fn passed(&self) -> Duration {
        *self.passed.lock().expect("no test panics while it holds this")
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.reach(self.passed() + by);
    }

    fn reach(&self, then: Duration) {
        let mut passed = self.passed.lock().expect("no test panics while it holds this");
        *passed = then.max(*passed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        self.began + self.passed()
    }

    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples, and on from there.
    fn calendar(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777) + self.passed()
    }

    fn sleep_until(&self, then: Instant) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.reach(then.saturating_duration_since(self.began));
        Box::pin(tokio::task::yield_now())
    }
}
