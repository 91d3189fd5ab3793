//! The search for a device: its way from the page that it was read from to the record that it became.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use pipeline::foretell::{ForetoldField, ForetoldMap};
use serde::Deserialize;

use super::{Console, Named, Signed, failure, told, working};
use crate::pages::{self, Devices};

/// What is searched for.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    app: String,
}

pub(super) async fn page(
    State(console): State<Console>,
    Signed(frame): Signed,
    Named(name): Named,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Err(error) = console.desk.connected(&name) {
        return failure(&frame, &error);
    }
    let (q, app) = (wanted.q.trim().to_owned(), wanted.app.trim().to_owned());
    let mut view = Devices {
        integration: name.to_string(),
        wanted: q.clone(),
        app: app.clone(),
        found: None,
        failure: String::new(),
    };
    if !q.is_empty() {
        let app = Some(app).filter(|app| !app.is_empty());
        let (desk, of) = (console.desk.clone(), name.clone());
        let explained = service::apart(move || async move { Box::pin(desk.explain(&of, &q, app.as_deref())).await });
        match explained.await {
            Ok(explanation) => view.found = Some(of_explanation(explanation)),
            Err(error) => view.failure = working::told_with_hint(&error),
        }
    }
    pages::devices(&frame, &view).into_response()
}

fn of_explanation(found: pipeline::Explanation) -> pages::Explanation {
    pages::Explanation {
        verdict: found.verdict,
        snapshot: found.snapshot.map(looked_at),
        rows: found.rows.into_iter().map(row).collect(),
        called: found.called as u64,
        notes: found.notes,
    }
}

fn looked_at(looked_at: pipeline::LookedAt) -> pages::LookedAt {
    pages::LookedAt {
        snapshot: looked_at.snapshot,
        read_at: looked_at.read_at,
        completeness: looked_at.completeness.to_owned(),
        source: looked_at.source,
        scope: looked_at.scope,
    }
}

fn row(row: pipeline::ExplainedRow) -> pages::ExplainedRow {
    pages::ExplainedRow {
        pipeline: row.pipeline,
        staging_table: row.staging_table,
        row_key: row.row_key,
        title: row.title,
        records: row.records.into_iter().map(record).collect(),
        last_seen: row.last_seen.map(looked_at),
        columns: row.columns.into_iter().map(column).collect(),
        held: row.held.map(held),
        targets: row.targets.into_iter().map(target).collect(),
        next: row.next.words,
        next_maps: row.next.maps.into_iter().map(map).collect(),
        runs: row.runs.into_iter().map(run).collect(),
    }
}

fn record(record: pipeline::ExplainedRecord) -> pages::ExplainedRecord {
    let reason = [record.reason, record.column, record.value];
    pages::ExplainedRecord {
        data_set: record.data_set,
        place: record.place,
        read_at: record.read_at,
        is_carried: record.is_carried,
        fate: match record.fate {
            pipeline::Fate::Staged => pages::Fate::Staged,
            pipeline::Fate::Completed => pages::Fate::Completed,
            pipeline::Fate::Unused => pages::Fate::Unused,
            pipeline::Fate::Duplicate => pages::Fate::Duplicate,
            pipeline::Fate::OutOfScope => pages::Fate::OutOfScope,
            pipeline::Fate::Rejected => pages::Fate::Rejected,
            pipeline::Fate::Unreadable => pages::Fate::Unreadable,
        },
        reason: reason.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "),
    }
}

fn column(column: pipeline::ExplainedColumn) -> pages::ExplainedColumn {
    let raw = column.raw.into_iter().map(|raw| named(raw.field, raw.value.unwrap_or_default()));
    pages::ExplainedColumn {
        column: column.column,
        value: column.value,
        expression: column.expression,
        raw: raw.collect(),
        goes_to: column.goes_to,
        held: column.held,
        note: column.note,
    }
}

fn held(held: pipeline::HeldTold) -> pages::HeldTold {
    pages::HeldTold {
        standing: held.standing.to_owned(),
        outcome: held.outcome.to_owned(),
        comment: held.comment,
        cause: held.cause.unwrap_or_default().to_owned(),
        remedy: held.remedy.unwrap_or_default().to_owned(),
        run: told::number(held.run),
        at: held.at,
        missing: u64::from(held.missing),
        missing_since: held.missing_since,
    }
}

fn target(target: pipeline::TargetNow) -> pages::TargetTold {
    pages::TargetTold {
        table: target.table,
        sys_id: target.sys_id,
        is_there: target.is_there,
        fields: target.fields.into_iter().map(|(name, value)| named(name, value)).collect(),
        updated_by: target.updated_by,
        updated_at: target.updated_at,
        otherwise: target.otherwise.into_iter().map(field).collect(),
    }
}

fn map(map: ForetoldMap) -> pages::MapTold {
    pages::MapTold {
        map: map.map,
        table: map.table,
        outcome: map.outcome.as_str().to_owned(),
        comment: map.comment,
        fields: map.fields.into_iter().map(field).collect(),
    }
}

fn field(field: ForetoldField) -> pages::FieldTold {
    pages::FieldTold { field: field.field, old: field.old, new: field.new }
}

fn run(run: pipeline::RunTold) -> pages::RunTold {
    let outcomes = run.outcomes.into_iter().map(|one| pages::OutcomeTold {
        outcome: one.line.outcome,
        batch: one.line.batch,
        import_set: one.line.import_set,
        import_row: one.line.import_row,
        target_table: one.line.target_table,
        sys_id: one.line.sys_id,
        comment: one.line.comment,
    });
    pages::RunTold {
        run: told::number(run.run),
        command: run.command,
        begun_at: run.begun_at,
        state: run.state.to_owned(),
        snapshot: run.snapshot,
        change: run.change.map(|change| change.as_str().to_owned()).unwrap_or_default(),
        outcomes: outcomes.collect(),
    }
}

fn named(name: String, value: String) -> pages::Named {
    pages::Named { name, value }
}
