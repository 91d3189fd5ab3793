//! The other side in tests: a few lines of raw HTTP on this machine, which answer as they are told and keep what they
//! were asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Request line and headers.
    pub(crate) head: String,
    /// The body's bytes.
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The value of a header, whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Gives one answer a connection, in turn; an empty one is kept waiting until the other side goes.
pub(crate) fn serve(answers: Vec<String>) -> (SocketAddr, Receiver<Asked>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _nobody_asks = sender.send(read(&stream));
            if answer.is_empty() {
                let _gone = stream.read(&mut [0]);
            }
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

/// An address of this machine on which nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port")
}

/// One answer; `headers` are whole lines.
pub(crate) fn answer(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n")
}

fn read(stream: &TcpStream) -> Asked {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|bytes| bytes > 0) {}
    let mut asked = Asked { head, body: Vec::new() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    stream.read_exact(&mut asked.body).expect("the client sends the body that it announced");
    asked
}
