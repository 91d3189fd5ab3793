//! The Aggregate API: counts, sums, averages, extremes, by groups (ServiceNow documentation, Aggregate API). Every figure
//! is a text, as everything is.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

use super::access::Access;
use super::blocking;
use super::caller::Caller;
use super::listing::{Display, Listing};
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::table;
use crate::dictionary::{Dictionary, Kind, Table};
use crate::error::Error;
use crate::instance::Shared;
use crate::limits::TABLE_ROWS_MAX;
use crate::query::{ROOT, Selection, walk};
use crate::records::{Memory, Records};

/// What can be asked of a field: the parameter, its name in the answer, and its SQL.
const FIGURES: [(&str, &str, &str); 4] = [
    ("sysparm_sum_fields", "sum", "SUM"),
    ("sysparm_avg_fields", "avg", "AVG"),
    ("sysparm_min_fields", "min", "MIN"),
    ("sysparm_max_fields", "max", "MAX"),
];

/// One figure of one field.
struct Figure {
    name: &'static str,
    field: String,
    sql: String,
}

/// What is asked.
struct Asked {
    counts: bool,
    figures: Vec<Figure>,
    groups: Vec<(String, String)>,
    display: Display,
}

/// `GET /api/now/stats/{table}`.
pub(super) async fn aggregate(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_uri(&uri);
    let listing = Listing::of(&parameters)?;
    blocking(move || {
        let dictionary = shared.dictionary();
        let definition = dictionary.table(&name).ok_or_else(|| Refusal::invalid_table(&name))?;
        let result = shared.database.read::<_, Refusal>(|connection| {
            let access = Access::of(connection, &caller)?;
            access.require(&dictionary, definition, &listing.query)?;
            let asked = Asked::of(&dictionary, definition, &parameters, &listing, &access)?;
            let strict = table::is_strict(connection)?;
            let selection = Selection::new(&dictionary, definition, &listing.query, strict);
            answer(connection, &dictionary, definition, &asked, &selection, &caller.user)
        })?;
        let body = json!({ "result": result });
        Ok(table::json(StatusCode::OK, body.to_string().into_bytes()))
    })
    .await
}

impl Asked {
    /// Reads the parameters; a field that is not there, or that the user may not read, is left out.
    fn of(
        dictionary: &Dictionary,
        table: &Table,
        parameters: &Parameters,
        listing: &Listing,
        access: &Access,
    ) -> Result<Self, Refusal> {
        let fields = |parameter: &str| -> Vec<String> {
            let fields = parameters.get(parameter).unwrap_or_default().split(',').map(str::trim);
            let known = |field: &&str| {
                !field.is_empty()
                    && walk(dictionary, table, ROOT, field).is_some()
                    && access.reads_path(dictionary, table, field)
            };
            fields.filter(known).map(str::to_owned).collect()
        };
        let mut figures = Vec::new();
        for (parameter, name, function) in FIGURES {
            for field in fields(parameter) {
                let Some(walked) = walk(dictionary, table, ROOT, &field) else { continue };
                // What is empty is no value; text has a least and a greatest, and no sum.
                let value = format!("NULLIF({}, '')", walked.sql);
                let number =
                    matches!(walked.column.kind, Kind::Integer | Kind::Decimal) || matches!(name, "sum" | "avg");
                let value = if number { format!("CAST({value} AS REAL)") } else { value };
                figures.push(Figure { name, field, sql: format!("{function}({value})") });
            }
        }
        let groups = fields("sysparm_group_by");
        let groups = groups.into_iter().filter_map(|field| {
            let sql = walk(dictionary, table, ROOT, &field)?.sql;
            Some((field, sql))
        });
        Ok(Self {
            counts: parameters.is_true("sysparm_count"),
            figures,
            groups: groups.collect(),
            display: listing.display,
        })
    }

    fn expressions(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|(_, sql)| sql.clone());
        let figures = self.figures.iter().map(|figure| figure.sql.clone());
        groups.chain(["COUNT(*)".to_owned()]).chain(figures).collect()
    }
}

fn answer(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &Table,
    asked: &Asked,
    selection: &Selection<'_>,
    user: &str,
) -> Result<Value, Refusal> {
    let groups: Vec<String> = asked.groups.iter().map(|(_, sql)| sql.clone()).collect();
    let sql = selection.grouped(&asked.expressions(), &groups, TABLE_ROWS_MAX);
    let mut statement = connection.prepare_cached(&sql).map_err(Error::from)?;
    let mut rows = statement.query(params_from_iter(selection.values())).map_err(Error::from)?;
    let mut memory = Memory::default();
    let records = Records::new(connection, dictionary, user, &mut memory);
    let mut results = Vec::new();
    while let Some(row) = rows.next().map_err(Error::from)? {
        let place = asked.groups.len();
        let mut stats = Map::new();
        if asked.counts {
            let count: i64 = row.get(place).map_err(Error::from)?;
            stats.insert("count".to_owned(), json!(count.to_string()));
        }
        for (index, figure) in asked.figures.iter().enumerate() {
            let value = row.get_ref(place + 1 + index).map_err(Error::from)?;
            let said = stats.entry(figure.name).or_insert_with(|| json!({}));
            said[figure.field.as_str()] = json!(shown(value));
        }
        let mut result = Map::from_iter([("stats".to_owned(), Value::Object(stats))]);
        if !asked.groups.is_empty() {
            let mut fields = Vec::new();
            for (index, (field, _)) in asked.groups.iter().enumerate() {
                let value: String = row.get(index).map_err(Error::from)?;
                fields.push(group(&records, table, field, value, asked.display)?);
            }
            result.insert("groupby_fields".to_owned(), Value::Array(fields));
        }
        results.push(Value::Object(result));
    }
    // Without groups there is one answer, and no list.
    Ok(if asked.groups.is_empty() { results.pop().unwrap_or_else(|| json!({ "stats": {} })) } else { json!(results) })
}

/// The value of a group, as people see it where that is asked for.
fn group(records: &Records<'_>, table: &Table, field: &str, value: String, display: Display) -> Result<Value, Refusal> {
    let walked = walk(records.dictionary, table, ROOT, field);
    let reference = walked.map(|walked| walked.column.reference.clone()).unwrap_or_default();
    let shown = if display == Display::Values || reference.is_empty() || value.is_empty() {
        value.clone()
    } else {
        records.display(&reference, &value)?
    };
    Ok(match display {
        Display::Values => json!({ "field": field, "value": value }),
        Display::Displayed => json!({ "field": field, "value": shown }),
        Display::Both => json!({ "field": field, "value": value, "display_value": shown }),
    })
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) if number.fract() == 0.0 => format!("{number:.0}"),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
    }
}
