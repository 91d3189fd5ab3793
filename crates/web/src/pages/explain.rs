//! The way of a device, or of an application on it: the verdict first, then step by step what it rests on, from the page
//! that it was read from to the record that it is now, and what comes next.

use maud::{Markup, html};
use pipeline::foretell::{ForetoldField, ForetoldMap};
use pipeline::{
    Change, ExplainedColumn, ExplainedRecord, ExplainedRow, Explanation, Fate, HeldTold, LookedAt, Next, OutcomeLine,
    RunTold, TargetNow,
};

use super::details::search_form;
use super::frame::{Frame, Place, Sheet, document};
use super::limits::VALUE_CHARS_MAX;
use super::links;
use super::parts::{Tone, badge, facts, head, notice, sentence};
use super::plan::value;
use super::table::{Column, table, text};
use super::words::{counted, cut, grouped, moment, plain, prose};

/// A search, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    /// The integration's name.
    pub integration: String,
    /// Field `q`: what was searched for.
    pub wanted: String,
    /// Field `app`: the application on it; empty for the device itself.
    pub app: String,
    /// What was found; none before anything was searched for.
    pub found: Option<Explanation>,
    /// Why nothing could be looked up, with its hint; empty where that is not so.
    pub failure: String,
}

/// The page of a search.
pub fn devices(frame: &Frame, view: &Devices) -> Markup {
    let inside = html! {
        (head(html! { "Explain a device" }, None, Some(html! { (plain(&view.integration)) }), None))
        div.card { (search_form(&view.integration, &view.wanted, &view.app)) }
        @if !view.failure.is_empty() { (notice(Tone::Bad, html! { div #failure { (sentence("", &view.failure)) } })) }
        @if let Some(found) = &view.found { (explanation(&view.integration, found)) }
    };
    let name = view.integration.as_str();
    let above = [("Integrations", links::HOME.to_owned()), (name, links::integration(name))];
    let title =
        if view.wanted.is_empty() { "Explain a device".to_owned() } else { format!("Why {}", cut(&view.wanted, 60)) };
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events: None }, &inside)
}

fn explanation(integration: &str, found: &Explanation) -> Markup {
    html! {
        section.verdict.card aria-labelledby="verdict" {
            h2 #verdict { "What it comes to" }
            @for (at, said) in found.verdict.iter().enumerate() { (sentence(if at == 0 { "first" } else { "" }, said)) }
            @if let Some(snapshot) = &found.snapshot { p.hint { "Newest snapshot: " (snapshot_told(snapshot)) } }
        }
        @for (at, row) in found.rows.iter().enumerate() { (self::row(integration, at + 1, row)) }
        @if found.called > found.rows.len() {
            p.hint { (grouped(found.called as u64)) " rows are called so; these are the first " (found.rows.len()) ". Search by serial number." }
        }
        @if !found.notes.is_empty() {
            section aria-labelledby="notes" {
                h2 #notes { "What could not be looked at" }
                ul.notes { @for note in &found.notes { li.sentence { (prose(note)) } } }
            }
        }
    }
}

fn snapshot_told(snapshot: &LookedAt) -> Markup {
    html! {
        code { (plain(&snapshot.snapshot)) } ", read " (moment(&snapshot.read_at)) ", " (plain(snapshot.completeness))
        @if let Some(scope) = &snapshot.scope { ", of " (plain(scope)) " alone" }
        ", of " (plain(&snapshot.source))
    }
}

fn row(integration: &str, number: usize, row: &ExplainedRow) -> Markup {
    let id = format!("row-{number}");
    let is_staged = row.records.iter().any(|record| record.fate == Fate::Staged);
    html! {
        section.card.explained aria-labelledby=(id) {
            div.check-head {
                h2 id=(id) { (plain(&row.title)) }
                span.hint { code { (plain(&row.pipeline)) } " to " code { (plain(&row.staging_table)) } }
            }
            @if !row.row_key.is_empty() { p.hint { "Row key " code { (plain(&row.row_key)) } } }
            ol.way {
                li { h3 { "Read" } (read(row)) }
                @if !row.columns.is_empty() {
                    li {
                        h3 { (if is_staged { "Normalised" } else { "What it was" }) }
                        (columns(&id, &row.columns))
                    }
                }
                @if let Some(held) = &row.held { li { h3 { "Proven" } (self::held(integration, held)) } }
                @if !row.runs.is_empty() { li { h3 { "Sent" } (runs(integration, &id, &row.runs)) } }
                @if !row.targets.is_empty() { li { h3 { "In ServiceNow now" } @for one in &row.targets { (target(one)) } } }
                li { h3 { "What comes next" } (next(&row.next)) }
            }
        }
    }
}

fn read(row: &ExplainedRow) -> Markup {
    html! {
        @if row.records.is_empty() { p { "The newest snapshot has no record of it." } }
        @else { ul.records { @for one in &row.records { li { (record(one)) } } } }
        @if let Some(seen) = &row.last_seen { p { "Seen last in " (snapshot_told(seen)) "." } }
    }
}

fn record(record: &ExplainedRecord) -> Markup {
    let (tone, words) = match record.fate {
        Fate::Staged => (Tone::Good, "became the staging row"),
        Fate::Completed => (Tone::Good, "completed it"),
        Fate::Unused => (Tone::Quiet, "another record completed it"),
        Fate::Duplicate => (Tone::Warning, "is a duplicate"),
        Fate::OutOfScope => (Tone::Quiet, "is out of scope"),
        Fate::Rejected => (Tone::Bad, "is rejected"),
        Fate::Unreadable => (Tone::Bad, "could not be read"),
    };
    let reason = [&record.reason, &record.column, &record.value].map(String::as_str);
    let reason: Vec<&str> = reason.into_iter().filter(|part| !part.is_empty()).collect();
    html! {
        p { b { (plain(&record.place)) } " " (badge(tone, words)) }
        p.hint {
            (plain(&record.data_set)) ", " (moment(&record.read_at)) @if record.is_carried { ", carried over from an earlier snapshot" }
        }
        @if !reason.is_empty() { (sentence("", &reason.join(": "))) }
    }
}

fn columns(id: &str, columns: &[ExplainedColumn]) -> Markup {
    const HEADS: [Column; 5] = [text("Column"), text("Value"), text("Read as"), text("Expression"), text("Goes to")];
    let is_telling = |column: &&ExplainedColumn| {
        let has_raw = column.raw.iter().any(|raw| raw.value.as_ref().is_some_and(|value| !value.is_empty()));
        column.value.is_some() || column.held.is_some() || !column.note.is_empty() || has_raw
    };
    let told = columns.iter().filter(is_telling).map(column).collect::<Vec<_>>();
    let empty = columns.len() - told.len();
    html! {
        (table(&format!("{id}-columns"), "Staging columns, and what made them", &HEADS, &told))
        @if empty > 0 { p.hint { (counted(empty as u64, "more column is", "more columns are")) " empty and made of nothing." } }
    }
}

fn column(column: &ExplainedColumn) -> Vec<Markup> {
    let told = html! {
        (value("", column.value.as_deref().unwrap_or_default()))
        @if let Some(held) = &column.held { p.hint { "held is " (value("", held)) } }
        @if !column.note.is_empty() { p.hint { (plain(&column.note)) } }
    };
    let raw = html! {
        @for raw in &column.raw { div { span.hint { (plain(&raw.field)) ": " } (value("", raw.value.as_deref().unwrap_or_default())) } }
    };
    let expression = html! { code { (plain(&cut(&column.expression, VALUE_CHARS_MAX))) } };
    let goes_to = html! { @for one in &column.goes_to { div { code { (plain(one)) } } } };
    vec![html! { code { (plain(&column.column)) } }, told, raw, expression, goes_to]
}

fn held(integration: &str, held: &HeldTold) -> Markup {
    html! {
        p { b { (plain(held.standing)) } ", " (plain(held.outcome)) " in "
            a.target href=(run_link(integration, held.run)) { "run " (held.run) } ", " (moment(&held.at)) }
        @if !held.comment.is_empty() { p.hint { (plain(&held.comment)) } }
        @if let Some(cause) = held.cause { (sentence("", cause)) }
        @if let Some(remedy) = held.remedy { p.remedy { b { "To do: " } (prose(remedy)) } }
        @if held.missing > 0 {
            p {
                (grouped(u64::from(held.missing))) " complete snapshots in a row did not have it, since "
                (moment(&held.missing_since)) "."
            }
        }
    }
}

fn run_link(integration: &str, run: i64) -> String {
    links::run(integration, run.unsigned_abs())
}

/// Runs, the newest first; those that did nothing with the row are counted.
fn runs(integration: &str, id: &str, runs: &[RunTold]) -> Markup {
    const HEADS: [Column; 6] =
        [text("Run"), text("Why"), text("Outcome"), text("Batch"), text("Import set and row"), text("Record")];
    let is_idle = |run: &&RunTold| run.change.is_none() && run.outcomes.is_empty();
    let idle = runs.iter().filter(is_idle).count();
    let mut rows = Vec::new();
    for run in runs.iter().filter(|run| !is_idle(run)) {
        if run.outcomes.is_empty() {
            rows.push(run_row(integration, run, None));
        }
        rows.extend(run.outcomes.iter().map(|outcome| run_row(integration, run, Some(&outcome.line))));
    }
    html! {
        @if !rows.is_empty() { (table(&format!("{id}-runs"), "Runs that sent it, the newest first", &HEADS, &rows)) }
        @if idle > 0 { p.hint { "Not in the plan of " (super::words::counted(idle as u64, "other run", "other runs")) ": nothing of it had changed, or it was not there." } }
    }
}

fn run_row(integration: &str, run: &RunTold, outcome: Option<&OutcomeLine>) -> Vec<Markup> {
    let of_outcome = |one: fn(&OutcomeLine) -> &String| outcome.map_or("", |outcome| one(outcome).as_str());
    let comment = of_outcome(|one| &one.comment);
    vec![
        html! {
            a.target href=(run_link(integration, run.run)) { (run.run) } " "
            span.command { (plain(&run.command)) ", " (plain(run.state)) }
            span.when { (moment(&run.begun_at)) }
        },
        html! { (run.change.map_or("", Change::as_str)) },
        html! {
            b { (plain(outcome.map_or("nothing of it left", |outcome| &outcome.outcome))) }
            @if !comment.is_empty() { p.hint { (plain(comment)) } }
        },
        codes(of_outcome(|one| &one.batch), ""),
        codes(of_outcome(|one| &one.import_set), of_outcome(|one| &one.import_row)),
        codes(of_outcome(|one| &one.target_table), of_outcome(|one| &one.sys_id)),
    ]
}

/// What is called by a code or two; or that nothing is.
fn codes(one: &str, other: &str) -> Markup {
    html! {
        @if one.is_empty() && other.is_empty() { span.none { "none" } }
        @for code in [one, other].into_iter().filter(|code| !code.is_empty()) { div { code { (plain(code)) } } }
    }
}

fn target(target: &TargetNow) -> Markup {
    html! {
        div.target-record {
            p { code { (plain(&target.table)) } " " code.quiet { (plain(&target.sys_id)) } " "
                @if !target.is_there { (badge(Tone::Bad, "is not there any more")) }
            }
            @if target.is_there {
                p.hint { "Changed last by " (plain(&target.updated_by)) ", " (plain(&target.updated_at)) }
                @let named: Vec<(&str, Markup)> = target.fields.iter().filter(|(_, held)| !held.is_empty())
                    .map(|(name, held)| (name.as_str(), value("", held))).collect();
                (facts(&named))
                @for field in &target.otherwise {
                    (notice(Tone::Warning, html! {
                        p { code { (plain(&field.field)) } " holds " (value("", &field.old)) ", and " (value("", &field.new)) " was written." }
                    }))
                }
            }
        }
    }
}

fn next(next: &Next) -> Markup {
    html! {
        (sentence("", &next.words))
        @for map in &next.maps { (self::map(map)) }
    }
}

fn map(map: &ForetoldMap) -> Markup {
    html! {
        p { code { (plain(&map.map)) } ", in " code { (plain(&map.table)) } ": " b { (plain(map.outcome.as_str())) }
            @if !map.comment.is_empty() { ", " (plain(&map.comment)) } }
        @if !map.fields.is_empty() { dl.diff { @for field in &map.fields { (change(field)) } } }
    }
}

fn change(field: &ForetoldField) -> Markup {
    html! {
        div {
            dt { (plain(&field.field)) }
            dd { (value("old", &field.old)) span.to { " → " } (value("new", &field.new)) }
        }
    }
}
