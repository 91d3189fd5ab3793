//! Real connections on loopback: slow clients lose theirs, and the others are answered all the same.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::response::sse::Sse;
use futures::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::super::{Ended, ServeLimits, serve};
use super::*;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(50);

/// Limits that no test reaches unless it sets its own.
const WIDE: ServeLimits = ServeLimits { connections_max: 64, header_read: LONG, write_stall: LONG, drain: LONG };

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Ended>,
}

impl Served {
    async fn with(limits: ServeLimits, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(serve(listener, router, limits, async {
            stopped.await.ok();
        }));
        Self { address, stop, ended }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it listens")
    }

    /// A whole request, and everything that comes back until the connection ends.
    async fn ask(&self, path: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(head(path).as_bytes()).await.expect("it is read");
        rest(&mut stream).await
    }

    async fn stop(self) -> Ended {
        self.stop.send(()).expect("it serves");
        self.ended.await.expect("no panic")
    }
}

fn head(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n")
}

/// What comes until the connection ends, rudely or not.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.ok();
    String::from_utf8_lossy(&text).into_owned()
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn a_head_that_does_not_end_ends_the_connection() {
    let served = Served::with(ServeLimits { header_read: SHORT, ..WIDE }, hello()).await;
    for begun in ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Slow: "] {
        let mut stream = served.connect().await;
        stream.write_all(begun.as_bytes()).await.expect("it is read");
        assert!(!rest(&mut stream).await.contains("200 OK"), "{begun:?}");
    }
    // One that is kept open after an answer, for the next request that never comes.
    let mut kept = served.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n").await.expect("it is read");
    assert!(rest(&mut kept).await.ends_with("hello"));
    assert_eq!(served.stop().await, Ended::Drained);
}

#[tokio::test]
async fn silent_clients_do_not_keep_others_out() {
    let served = Served::with(ServeLimits { connections_max: 2, header_read: SHORT, ..WIDE }, hello()).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut stream = served.connect().await;
        stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.expect("the system takes it");
        silent.push(stream);
    }
    assert!(served.ask("/").await.ends_with("hello"));
    for mut stream in silent {
        rest(&mut stream).await;
    }
    assert_eq!(served.stop().await, Ended::Drained);
}

#[tokio::test]
async fn no_more_are_answered_at_once_than_there_are_places() {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let most_there = Arc::clone(&most);
    let stay = async move || {
        most_there.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // All others run meanwhile, and would come in if there were a place.
        for _ in 0..2_000 {
            tokio::task::yield_now().await;
        }
        inside.fetch_sub(1, Ordering::SeqCst);
        "stayed"
    };
    let router = Router::new().route("/", get(stay));
    let served = Served::with(ServeLimits { connections_max: 1, ..WIDE }, router).await;
    let answers = futures::future::join_all((0..4).map(|_| served.ask("/"))).await;
    assert!(answers.iter().all(|answer| answer.ends_with("stayed")));
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_that_does_not_read_on_loses_its_connection() {
    let (dropped, gone) = oneshot::channel::<()>();
    let dropped = Arc::new(Mutex::new(Some(dropped)));
    let large = async move || {
        let held = dropped.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The stream holds the sender, which tells of its end when the answer is given up.
        Body::from_stream(stream::repeat_with(move || {
            let _ = &held;
            Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024])
        }))
    };
    let served = Served::with(ServeLimits { write_stall: SHORT, ..WIDE }, hello().route("/large", get(large))).await;
    let mut stream = served.connect().await;
    stream.write_all(head("/large").as_bytes()).await.expect("it is read");
    gone.await.expect_err("the sender is dropped with the answer");
    assert!(served.ask("/").await.ends_with("hello"));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let served = Served::with(WIDE, hello()).await;
    let mut stream = served.connect().await;
    let large = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Large: {}\r\n\r\n", "x".repeat(64 * 1024));
    stream.write_all(large.as_bytes()).await.ok();
    assert!(!rest(&mut stream).await.contains("200 OK"));
}

#[tokio::test]
async fn the_shutdown_waits_for_what_is_being_answered() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begun_there, go_there) = (Arc::clone(&begun), Arc::clone(&go));
    let wait = async move || {
        begun_there.notify_one();
        go_there.notified().await;
        "waited"
    };
    let served = Served::with(WIDE, hello().route("/wait", get(wait))).await;
    let address = served.address;
    let mut stream = served.connect().await;
    stream.write_all(head("/wait").as_bytes()).await.expect("it is read");
    begun.notified().await;
    let ended = served.ended;
    served.stop.send(()).expect("it serves");
    // The listener is gone before the request in progress is answered.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go.notify_one();
    assert!(rest(&mut stream).await.ends_with("waited"));
    assert_eq!(ended.await.expect("no panic"), Ended::Drained);
}

#[tokio::test]
async fn an_event_stream_that_does_not_end_is_cut_off() {
    let events = async || Sse::new(stream::pending::<Result<axum::response::sse::Event, std::io::Error>>());
    let served = Served::with(ServeLimits { drain: SHORT, ..WIDE }, hello().route("/events", get(events))).await;
    let mut stream = served.connect().await;
    stream.write_all(head("/events").as_bytes()).await.expect("it is read");
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.expect("the head of the answer");
    assert_eq!(&first, b"HTTP/1.1 200");
    assert_eq!(served.stop().await, Ended::CutOff { connections: 1 });
    rest(&mut stream).await;
}

#[tokio::test]
async fn the_guard_stands_before_real_requests_as_well() {
    let served = Served::with(WIDE, Console::new().router).await;
    let answer = served.ask("/").await;
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /sign-in?to=%2F\r\n"), "{answer}");
    let mut stream = served.connect().await;
    let foreign = head("/").replace("127.0.0.1:8080", "evil.example");
    stream.write_all(foreign.as_bytes()).await.expect("it is read");
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 421 "));
}
