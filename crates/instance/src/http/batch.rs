//! The Batch API: several requests in one, each served as if it had come alone, under the batch's own credentials
//! (ServiceNow documentation, REST Batch API). It is no transaction.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt as _;

use super::caller::Caller;
use super::parameters::require_json;
use super::refusal::Refusal;
use crate::instance::Shared;
use crate::limits::{BATCH_ANSWER_BYTES_MAX, BATCH_BYTES_MAX, BATCH_DURATION};

#[derive(Deserialize)]
struct Batch {
    batch_request_id: Value,
    rest_requests: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    id: String,
    url: String,
    method: String,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    exclude_response_headers: bool,
}

#[derive(Deserialize, Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Answer {
    batch_request_id: String,
    serviced_requests: Vec<Serviced>,
    unserviced_requests: Vec<String>,
}

#[derive(Serialize)]
struct Serviced {
    id: String,
    body: String,
    status_code: u16,
    status_text: &'static str,
    headers: Vec<Pair>,
    execution_time: u64,
}

/// `POST /api/now/batch`.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    _: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    require_json(&headers)?;
    let body = body.map_err(|rejection| Refusal::body(&rejection))?;
    if body.len() > BATCH_BYTES_MAX {
        return Err(Refusal::invalid_body(format!("A batch has at most {BATCH_BYTES_MAX} bytes")));
    }
    let batch: Batch = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid_body(format!("The payload is not valid JSON: {error}")))?;
    let mut answer = Answer {
        // It is answered as text, whatever it was.
        batch_request_id: batch.batch_request_id.as_str().map_or(batch.batch_request_id.to_string(), str::to_owned),
        serviced_requests: Vec::new(),
        unserviced_requests: Vec::new(),
    };
    let (began, mut bytes) = (Instant::now(), 0);
    for one in batch.rest_requests {
        if began.elapsed() > BATCH_DURATION || bytes > BATCH_ANSWER_BYTES_MAX {
            answer.unserviced_requests.push(one.id);
            continue;
        }
        let serviced = serve_one(&shared, &headers, one).await?;
        bytes += serviced.body.len();
        answer.serviced_requests.push(serviced);
    }
    Ok(Json(answer).into_response())
}

async fn serve_one(shared: &Arc<Shared>, of_batch: &HeaderMap, one: One) -> Result<Serviced, Refusal> {
    let began = Instant::now();
    let request = request(of_batch, &one)?;
    // A batch in a batch is an address that is none; boxed, because the router holds this handler too.
    let router = Box::pin(super::api(Arc::clone(shared)).oneshot(request));
    let response = match router.await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let headers = if one.exclude_response_headers { Vec::new() } else { pairs(response.headers()) };
    let body = axum::body::to_bytes(response.into_body(), BATCH_ANSWER_BYTES_MAX).await;
    let body = body.map_err(|_| Refusal::internal())?;
    Ok(Serviced {
        id: one.id,
        body: STANDARD.encode(body),
        status_code: status.as_u16(),
        status_text: status.canonical_reason().unwrap_or_default(),
        headers,
        execution_time: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn request(of_batch: &HeaderMap, one: &One) -> Result<Request<Body>, Refusal> {
    let wrong = |what: &str| Refusal::invalid_body(format!("The request {} has no valid {what}", one.id));
    let method = Method::from_bytes(one.method.to_ascii_uppercase().as_bytes()).map_err(|_| wrong("method"))?;
    let body = STANDARD.decode(&one.body).map_err(|_| wrong("body"))?;
    let mut request = Request::builder().method(method).uri(&one.url);
    for Pair { name, value } in &one.headers {
        // The length is that of the decoded body, and who asks is who sent the batch.
        if !["content-length", "authorization", "host"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
            request = request.header(name, value);
        }
    }
    for own in [header::AUTHORIZATION, header::HOST] {
        if let Some(value) = of_batch.get(&own) {
            request = request.header(own, value);
        }
    }
    request.body(Body::from(body)).map_err(|_| wrong("address or header"))
}

fn pairs(headers: &HeaderMap) -> Vec<Pair> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| Pair { name: name.to_string(), value: text(value) }).collect()
}
