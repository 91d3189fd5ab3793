//! Pages for people: `/{table}_list.do` and `/{table}.do?sys_id=…`, so that a newcomer can look at what arrived. They only
//! read, as far as the user may read, and hold no script.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use super::blocking;
use super::caller::Caller;
use super::listing::{Display, Listing};
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::table;
use crate::dictionary::{IMPORT_SET_ROW, SYSTEM_COLUMNS, Table};
use crate::instance::Shared;
use crate::limits::{PAGE_COLUMNS, PAGE_ROWS};

/// Tables that are worth a look, beside staging tables.
const WORTH_A_LOOK: [&str; 7] = [
    "cmdb_ci_computer",
    "cmdb_sam_sw_install",
    "alm_hardware",
    "sys_import_set",
    "sys_import_set_run",
    "sys_transform_map",
    "sys_user",
];

/// Columns that say nothing of what arrived.
const OF_THE_PLATFORM: [&str; 4] = ["sys_class", "sys_domain", "sys_tags", "template_import_log"];

const STYLE: &str = "
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{margin:0 auto;padding:1rem;max-width:80rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-bottom:1rem}
h1{font-size:1.25rem;margin:.5rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;min-width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #8884}
td{max-width:28rem;overflow-wrap:break-word}
th{white-space:nowrap}
form{margin:.5rem 0 1rem;display:flex;gap:.5rem;flex-wrap:wrap}
input{font:inherit;flex:1 1 16rem;padding:.25rem .5rem}
button{font:inherit}
";

/// Any address that is no interface: a page, or nothing.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    OriginalUri(uri): OriginalUri,
    caller: Result<Caller, Refusal>,
) -> Result<Response, Refusal> {
    let Some(name) = uri.path().strip_prefix('/').and_then(|path| path.strip_suffix(".do")).map(str::to_owned) else {
        return Err(Refusal::nowhere());
    };
    let caller = caller?;
    let parameters = Parameters::of_uri(&uri);
    blocking(move || {
        let body = match name.strip_suffix("_list") {
            Some(table) => list(&shared, &caller, table, &parameters)?,
            None => form(&shared, &caller, &name, parameters.get("sys_id").unwrap_or_default())?,
        };
        let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
        Ok((StatusCode::OK, [(header::CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response())
    })
    .await
}

fn list(shared: &Shared, caller: &Caller, name: &str, parameters: &Parameters) -> Result<String, Refusal> {
    let dictionary = shared.dictionary();
    let definition = dictionary.table(name).ok_or_else(|| Refusal::invalid_table(name))?;
    let asked = Listing::of(parameters)?;
    let columns = columns(definition);
    let mut fields = columns.clone();
    fields.push("sys_id".to_owned());
    let listing = Listing { fields, display: Display::Both, count: true, limit: PAGE_ROWS, ..asked };
    let page = shared.database.read(|connection| table::page(connection, &dictionary, name, &listing, caller))?;
    let body: Value = serde_json::from_slice(&page.body).map_err(|_| Refusal::internal())?;
    let rows = body["result"].as_array().map(Vec::as_slice).unwrap_or_default();
    let total = page.total.unwrap_or_default();
    let mut html = head(shared, name);
    let query = parameters.get("sysparm_query").unwrap_or_default();
    write(
        &mut html,
        format_args!("<h1>{}: {total} {}</h1>", escaped(name), if total == 1 { "record" } else { "records" }),
    );
    write(
        &mut html,
        format_args!(
            "<form><input name=\"sysparm_query\" aria-label=\"Encoded query\" placeholder=\"encoded query\" value=\"{}\">\
             <button>Filter</button></form>",
            escaped(query)
        ),
    );
    html.push_str("<div class=\"scroll\"><table><thead><tr>");
    for column in &columns {
        let label = definition.column(column).map_or(column.as_str(), |column| column.label.as_str());
        write(&mut html, format_args!("<th>{}</th>", escaped(label)));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows.iter().filter_map(Value::as_object) {
        html.push_str("<tr>");
        for (place, column) in columns.iter().enumerate() {
            let shown = cell(definition, column, row);
            let id = text(row.get("sys_id"), "value");
            // The first column leads to the record, whatever it holds.
            let shown = if place == 0 && !shown.starts_with("<a") { to_record(name, &id, &shown) } else { shown };
            write(&mut html, format_args!("<td>{shown}</td>"));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div><nav>");
    let encoded: String = byte_serialize(query.as_bytes()).collect();
    let mut page = |label: &str, offset: usize| {
        write(
            &mut html,
            format_args!(
                "<a href=\"/{}_list.do?sysparm_query={encoded}&amp;sysparm_offset={offset}\">{label}</a>",
                escaped(name)
            ),
        );
    };
    if listing.offset > 0 {
        page("previous", listing.offset.saturating_sub(PAGE_ROWS));
    }
    if (listing.offset + rows.len()) < usize::try_from(total).unwrap_or(usize::MAX) {
        page("next", listing.offset + PAGE_ROWS);
    }
    html.push_str("</nav></body></html>");
    Ok(html)
}

fn form(shared: &Shared, caller: &Caller, name: &str, id: &str) -> Result<String, Refusal> {
    let dictionary = shared.dictionary();
    let definition = dictionary.table(name).ok_or_else(|| Refusal::invalid_table(name))?;
    let listing = Listing { display: Display::Both, ..Listing::of(&Parameters::default())? };
    let record =
        shared.database.read(|connection| table::record(connection, &dictionary, name, id, listing, caller))?;
    let record: Value = serde_json::from_slice(&record).map_err(|_| Refusal::internal())?;
    let empty = Map::new();
    let record = record["result"].as_object().unwrap_or(&empty);
    let mut html = head(shared, name);
    let title = text(record.get(&definition.display), "display_value");
    write(&mut html, format_args!("<h1>{}: {}</h1>", escaped(name), escaped(&title)));
    html.push_str("<div class=\"scroll\"><table><tbody>");
    for column in &definition.columns {
        if record.contains_key(&column.name) {
            let shown = cell(definition, &column.name, record);
            write(&mut html, format_args!("<tr><th>{}</th><td>{shown}</td></tr>", escaped(&column.label)));
        }
    }
    html.push_str("</tbody></table></div></body></html>");
    Ok(html)
}

/// The columns of a list: what names a record, then its own, then when it changed.
fn columns(table: &Table) -> Vec<String> {
    let is_own =
        |name: &str| !SYSTEM_COLUMNS.contains(&name) && !OF_THE_PLATFORM.iter().any(|one| name.starts_with(one));
    let own = table.columns.iter().filter(|column| is_own(&column.name));
    let mut names: Vec<String> = own.map(|column| column.name.clone()).collect();
    let first = [
        "number",
        "name",
        "serial_number",
        "u_serial_number",
        "sys_import_state",
        "sys_import_state_comment",
        "assigned_to",
        "model_id",
        "os",
        "os_version",
        "display_name",
        "installed_on",
    ];
    names.sort_by_key(|name| {
        let place = first.iter().position(|known| known == name);
        (place.unwrap_or(first.len()), *name != table.display)
    });
    names.truncate(PAGE_COLUMNS - 1);
    names.push("sys_updated_on".to_owned());
    names
}

/// One value, a reference as a link to its record.
fn cell(table: &Table, column: &str, row: &Map<String, Value>) -> String {
    let value = row.get(column);
    let (shown, raw) = (text(value, "display_value"), text(value, "value"));
    let shown = escaped(if shown.is_empty() { &raw } else { &shown });
    let reference = table.column(column).map(|column| column.reference.as_str()).unwrap_or_default();
    if reference.is_empty() || raw.is_empty() { shown } else { to_record(reference, &raw, &shown) }
}

fn to_record(table: &str, id: &str, shown: &str) -> String {
    let shown = if shown.is_empty() { "(empty)" } else { shown };
    format!("<a href=\"/{}.do?sys_id={}\">{shown}</a>", escaped(table), escaped(id))
}

fn text(value: Option<&Value>, form: &str) -> String {
    value.and_then(|value| value[form].as_str()).unwrap_or_default().to_owned()
}

fn head(shared: &Shared, title: &str) -> String {
    let dictionary = shared.dictionary();
    let staging = dictionary.tables().filter(|table| table.parent.as_deref() == Some(IMPORT_SET_ROW));
    let staging: Vec<String> = staging.map(|table| table.name.clone()).collect();
    let known = WORTH_A_LOOK.iter().filter(|name| dictionary.table(name).is_some()).map(|name| (*name).to_owned());
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>{STYLE}</style></head>\
         <body><nav aria-label=\"Tables\">",
        escaped(title)
    );
    for name in known.chain(staging) {
        write(&mut html, format_args!("<a href=\"/{0}_list.do\">{0}</a>", escaped(&name)));
    }
    html.push_str("</nav>");
    html
}

/// What a page shows of a value: nothing in it is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn write(html: &mut String, arguments: std::fmt::Arguments<'_>) {
    html.write_fmt(arguments).expect("writing to a text cannot fail");
}
