//! The Table API, for reading, as far as the access rules let the user read: a table that they keep is refused, one of
//! its records is not found, and a column that they keep is left out.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;

use super::access::Access;
use super::blocking;
use super::caller::Caller;
use super::listing::Listing;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::render::Renderer;
use crate::dictionary::Dictionary;
use crate::instance::Shared;
use crate::query::{self, Selection};
use crate::transform::property;

pub(super) const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// A list of records as it will be sent.
pub(super) struct Page {
    pub(super) body: Vec<u8>,
    written: usize,
    pub(super) total: Option<u64>,
}

/// `GET /api/now/table/{table}`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(table): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_uri(&uri);
    let listing = Listing::of(&parameters)?;
    blocking(move || {
        let dictionary = shared.dictionary();
        let page = shared.database.read(|connection| page(connection, &dictionary, &table, &listing, &caller))?;
        // The first version of the interface answers an empty list as if it were a missing record.
        if page.written == 0 && uri.path().starts_with("/api/now/v1/") {
            return Err(Refusal::no_record());
        }
        let mut response = json(StatusCode::OK, page.body);
        if let Some(total) = page.total {
            response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
            let links = links(&caller.base, &uri, &parameters, &listing, total);
            if let Some(links) = links.and_then(|links| HeaderValue::from_str(&links).ok()) {
                response.headers_mut().insert(header::LINK, links);
            }
        }
        Ok(response)
    })
    .await
}

/// `GET /api/now/table/{table}/{sys_id}`.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((table, id)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Refusal> {
    let listing = Listing::of(&Parameters::of_uri(&uri))?;
    blocking(move || {
        let dictionary = shared.dictionary();
        shared.database.read(|connection| {
            let body = record(connection, &dictionary, &table, &id, listing, &caller)?;
            Ok(json(StatusCode::OK, body))
        })
    })
    .await
}

/// One record as the body of an answer. One that the user may not read is not told from one that is not there.
pub(super) fn record(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &str,
    id: &str,
    listing: Listing,
    caller: &Caller,
) -> Result<Vec<u8>, Refusal> {
    let definition = dictionary.table(table).ok_or_else(|| Refusal::invalid_table(table))?;
    let access = Access::of(connection, caller)?;
    if !access.reads_table(dictionary, table) {
        return Err(Refusal::no_record());
    }
    let term = query::Term { path: "sys_id".to_owned(), operator: query::Operator::Equals, value: id.to_owned() };
    let one = query::Query { alternatives: vec![vec![vec![term]]], ..query::Query::default() };
    let selection = Selection::new(dictionary, definition, &one, false);
    let mut body = b"{\"result\":".to_vec();
    let written = Renderer::new(connection, dictionary, definition, &listing, &access, &caller.base)
        .records(&selection, 1, 0, &mut body)?;
    if written == 0 {
        return Err(Refusal::no_record());
    }
    body.push(b'}');
    Ok(body)
}

/// An answer that is JSON already.
pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// True where unknown query terms must answer nothing.
pub(super) fn is_strict(connection: &Connection) -> Result<bool, Refusal> {
    Ok(property(connection, "glide.invalid_query.returns_no_rows")?.as_deref() == Some("true"))
}

pub(super) fn page(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &str,
    listing: &Listing,
    caller: &Caller,
) -> Result<Page, Refusal> {
    let definition = dictionary.table(table).ok_or_else(|| Refusal::invalid_table(table))?;
    let access = Access::of(connection, caller)?;
    access.require(dictionary, definition, &listing.query)?;
    let selection = Selection::new(dictionary, definition, &listing.query, is_strict(connection)?);
    let total = if listing.count { Some(selection.count(connection)?) } else { None };
    let mut body = b"{\"result\":[".to_vec();
    let written = Renderer::new(connection, dictionary, definition, listing, &access, &caller.base).records(
        &selection,
        listing.limit,
        listing.offset,
        &mut body,
    )?;
    body.extend_from_slice(b"]}");
    Ok(Page { body, written, total })
}

/// `<URL>;rel="first",<URL>;rel="prev",<URL>;rel="next",<URL>;rel="last"`, where there is more than one page.
fn links(base: &str, uri: &Uri, parameters: &Parameters, listing: &Listing, total: u64) -> Option<String> {
    let (limit, offset) = (u64::try_from(listing.limit).ok()?, u64::try_from(listing.offset).ok()?);
    if !listing.pages || limit == 0 || total <= limit {
        return None;
    }
    let link = |relation: &str, offset: u64| {
        let query = parameters.with("sysparm_offset", &offset.to_string());
        format!("<{base}{}?{query}>;rel=\"{relation}\"", uri.path())
    };
    let mut links = vec![link("first", 0)];
    if offset > 0 {
        links.push(link("prev", offset.saturating_sub(limit)));
    }
    if offset + limit < total {
        links.push(link("next", offset + limit));
    }
    links.push(link("last", (total - 1) / limit * limit));
    Some(links.join(","))
}
