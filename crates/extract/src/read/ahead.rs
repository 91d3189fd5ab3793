//! One page: asked for, decoded on the cores, asked for again where it cannot be read. Apart because decoding is work for
//! processors and must not hold up a socket, and because the next page is asked for while this one is decoded.

use tokio::sync::oneshot;
use url::form_urlencoded;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::tenant::{Got, Tenant};
use crate::{DataSet, Decoded, PageRef, decode, limits};

/// Parameters of one page.
pub(crate) type Query = Vec<(&'static str, String)>;

/// A page that came and can be read.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) total: Option<u64>,
    pub(crate) decoded: Decoded,
}

/// Path and query as people read them.
pub(crate) fn name_of(endpoint: Endpoint, id: &str, query: &Query) -> String {
    let path = endpoint.path(id);
    if query.is_empty() {
        return path;
    }
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish())
}

/// Decodes a page that came. One that cannot be read is asked for again: a proxy's page, a body cut short, are seldom
/// there twice.
pub(crate) async fn page(
    tenant: &Tenant,
    data_set: DataSet,
    (endpoint, id): (Endpoint, &str),
    query: &Query,
    number: u32,
    mut got: Got,
) -> Result<Page, Error> {
    let name = name_of(endpoint, id, query);
    let mut attempt = 1;
    loop {
        let (decoded, body) = decoded(data_set, name.clone(), number, got.body).await;
        match decoded {
            Ok(decoded) => return Ok(Page { name, body, total: got.total, decoded }),
            Err(error) if attempt >= limits::PAGE_ATTEMPTS_MAX => return Err(error.into()),
            Err(error) => {
                tracing::warn!(page = name, %error, attempt, "a page could not be read and is asked for again");
                attempt += 1;
                got = tenant.get(endpoint, id, query).await?;
            }
        }
    }
}

/// Decodes on the cores, away from the sockets' threads; the body comes back.
async fn decoded(
    data_set: DataSet,
    name: String,
    number: u32,
    body: Vec<u8>,
) -> (Result<Decoded, crate::DecodeError>, Vec<u8>) {
    let (done, when_done) = oneshot::channel();
    rayon::spawn(move || {
        let decoded = decode(data_set, PageRef { name: &name, number }, &body);
        // Whoever asked may have gone; then nobody misses the page.
        drop(done.send((decoded, body)));
    });
    when_done.await.expect("decoding does not panic, and answers before it ends")
}

/// The cursor that stands at the end of a page, found without reading what is before it. Only a guess: the decoded
/// envelope decides, and a wrong guess costs one request.
pub(crate) fn cursor_at_end(body: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"\"cursor\"";
    let tail = &body[body.len().saturating_sub(limits::TAIL_BYTES)..];
    let at = memchr::memmem::rfind(tail, KEY)?;
    let rest = tail[at + KEY.len()..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let text = rest.strip_prefix(b"\"")?;
    let end = text.iter().position(|&byte| byte == b'"')?;
    let cursor = std::str::from_utf8(&text[..end]).ok()?;
    (!cursor.is_empty() && !cursor.contains('\\')).then(|| cursor.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_guessed_from_the_end_of_a_page_only() {
        let of = |body: &str| cursor_at_end(body.as_bytes());
        assert_eq!(of(r#"{"data": [{"a": 1}], "cursor": "x|7"}"#).as_deref(), Some("x|7"));
        assert_eq!(of(r#"{"data": [], "cursor":null}"#), None);
        assert_eq!(of(r#"{"data": [], "cursor":""}"#), None);
        assert_eq!(of(r#"{"data": [], "cursor":"a\"b"}"#), None);
        assert_eq!(of(r#"{"data": []}"#), None);
        let early = format!(r#"{{"cursor": "early", "data": ["{}"]}}"#, "x".repeat(2 * limits::TAIL_BYTES));
        assert_eq!(of(&early), None);
    }

    #[test]
    fn a_page_is_named_as_it_is_asked_for() {
        let query = vec![("limit", "300".to_owned()), ("cursor", "a|b=".to_owned())];
        assert_eq!(name_of(Endpoint::Prism(DataSet::Apps), "", &query), "/api/v1/prism/apps?limit=300&cursor=a%7Cb%3D");
        assert_eq!(name_of(Endpoint::DeviceApps, "d1", &Vec::new()), "/api/v1/devices/d1/apps");
    }
}
