//! The wire to chromedriver: plain HTTP on loopback, one connection a command. Apart because the WebDriver library
//! would bring a client that speaks TLS, and finds no provider of it in a program that has not chosen one.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};
use tokio::net::TcpStream;

use super::limits;

/// The client that the WebDriver library is given. It holds nothing, so that any runtime may use it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire;

#[async_trait]
impl HttpClient for Wire {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let bytes = match body {
            Body::Empty => Bytes::new(),
            Body::Json(value) => Bytes::from(serde_json::to_vec(value)?),
        };
        let what = format!("{} {}", parts.method, parts.uri.path());
        let answered = tokio::time::timeout(limits::COMMAND, exchange(Request::from_parts(parts, bytes))).await;
        let answer = answered.unwrap_or_else(|_| Err(format!("no answer within {:?}", limits::COMMAND)));
        answer.map_err(|why| WebDriverError::RequestFailed(format!("{what}: {why}")))
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self)
    }
}

/// One request to an absolute address on loopback, and the whole answer.
pub(super) async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, String> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("the address names no host")?.clone();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse::<Uri>().map_err(told)?;
    parts.headers.insert(HOST, authority.as_str().parse().map_err(told)?);
    if body.is_empty() {
        parts.headers.remove(CONTENT_TYPE);
    }
    let stream = TcpStream::connect(authority.as_str()).await.map_err(told)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(told)?;
    // It ends when the sender is dropped; a failure of it is the answer's failure.
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(Request::from_parts(parts, Full::new(body))).await.map_err(told)?;
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map_err(told)?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, bytes))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
