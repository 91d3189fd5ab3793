//! An explanation in words: what it comes to, then the way of each row, the newest run first.

use pipeline::{ExplainedColumn, ExplainedRow, Explanation, Fate, RunTold, TargetNow};

use super::{line, plain};

/// An explanation: the verdict, then row by row what it rests on.
pub(crate) fn explanation(told: &Explanation) -> String {
    let mut text = String::new();
    for sentence in &told.verdict {
        line(&mut text, plain(sentence));
    }
    if let Some(snapshot) = &told.snapshot {
        let scope = snapshot.scope.as_ref().map(|scope| format!(", of {} alone", plain(scope))).unwrap_or_default();
        line(&mut text, String::new());
        line(
            &mut text,
            format!(
                "newest snapshot: {}, read at {}, {}{scope}, of {}",
                snapshot.snapshot,
                snapshot.read_at,
                snapshot.completeness,
                plain(&snapshot.source)
            ),
        );
    }
    for row in &told.rows {
        line(&mut text, String::new());
        self::row(&mut text, row);
    }
    for note in &told.notes {
        line(&mut text, format!("note: {}", plain(note)));
    }
    text
}

fn row(text: &mut String, row: &ExplainedRow) {
    let key = if row.row_key.is_empty() { "no key".to_owned() } else { format!("key {}", row.row_key) };
    line(text, format!("{} → {}   {}   {key}", row.pipeline, row.staging_table, plain(&row.title)));
    for (place, record) in row.records.iter().enumerate() {
        let head = if place == 0 { "read" } else { "" };
        let carried = if record.is_carried { ", carried over" } else { "" };
        let reason = if record.reason.is_empty() { String::new() } else { format!(": {}", plain(&record.reason)) };
        let (place, fate) = (plain(&record.place), fate(record.fate));
        line(text, format!("  {head:8}{place}   at {}{carried}   {fate}{reason}", record.read_at));
    }
    let is_staged = row.records.iter().any(|record| record.fate == Fate::Staged);
    for (place, column) in row.columns.iter().filter(|column| is_telling(column)).enumerate() {
        match (is_staged, place) {
            (true, 0) => self::column(text, "became", column),
            (true, _) => self::column(text, "", column),
            (false, _) => held_column(text, if place == 0 { "was" } else { "" }, column),
        }
    }
    if let Some(held) = &row.held {
        let comment = if held.comment.is_empty() { String::new() } else { format!(": {}", plain(&held.comment)) };
        let missing = if held.missing == 0 {
            String::new()
        } else {
            format!("; {} complete snapshots did not have it, since {}", held.missing, held.missing_since)
        };
        let (standing, outcome) = (held.standing, held.outcome);
        line(text, format!("  {:8}{standing}, {outcome}{comment}, run {} at {}{missing}", "held", held.run, held.at));
        if let (Some(cause), Some(remedy)) = (held.cause, held.remedy) {
            line(text, format!("            cause: {cause}; remedy: {remedy}"));
        }
    }
    for target in &row.targets {
        self::target(text, target);
    }
    line(text, format!("  {:8}{}", "next", plain(&row.next.words)));
    for map in &row.next.maps {
        let comment = if map.comment.is_empty() { String::new() } else { format!(" ({})", plain(&map.comment)) };
        let outcome = map.outcome.as_str();
        let sent = if row.next.change.is_some() { "it would be" } else { "sent now, it would be" };
        line(text, format!("            {} → `{}`: {sent} {outcome}{comment}", map.map, map.table));
        for field in &map.fields {
            line(text, format!("                {}: {} → {}", field.field, shown(&field.old), shown(&field.new)));
        }
    }
    runs(text, &row.runs);
}

/// A column without a value that is made of nothing says nothing.
fn is_telling(column: &ExplainedColumn) -> bool {
    column.value.is_some()
        || column.held.is_some()
        || !column.note.is_empty()
        || column.raw.iter().any(|raw| raw.value.is_some())
}

fn column(text: &mut String, head: &str, column: &ExplainedColumn) {
    let value = column.value.as_deref().map_or_else(|| "nothing".to_owned(), shown);
    let goes_to = if column.goes_to.is_empty() { String::new() } else { format!(" → {}", column.goes_to.join(", ")) };
    let held = column.held.as_deref().map(|held| format!("; held is {}", shown(held))).unwrap_or_default();
    let volatile = if column.is_volatile { "; often only newer" } else { "" };
    let note = if column.note.is_empty() { String::new() } else { format!("; {}", column.note) };
    line(text, format!("  {head:8}{} = {value}{goes_to}{held}{volatile}{note}", column.column));
    let raw: Vec<String> =
        column.raw.iter().filter_map(|raw| Some(format!("{} = {}", raw.field, shown(raw.value.as_deref()?)))).collect();
    let raw = if raw.is_empty() { String::new() } else { format!("   of {}", raw.join(", ")) };
    line(text, format!("            {}{raw}", plain(&column.expression)));
}

/// A column of a row that is held and no longer read.
fn held_column(text: &mut String, head: &str, column: &ExplainedColumn) {
    let Some(held) = &column.held else { return };
    let goes_to = if column.goes_to.is_empty() { String::new() } else { format!(" → {}", column.goes_to.join(", ")) };
    line(text, format!("  {head:8}{} = {}{goes_to}", column.column, shown(held)));
}

fn target(text: &mut String, target: &TargetNow) {
    let head = "now";
    if !target.is_there {
        line(text, format!("  {head:8}`{}` {}: the instance does not have it", target.table, target.sys_id));
        return;
    }
    let by = plain(&target.updated_by);
    line(
        text,
        format!("  {head:8}`{}` {}, changed last by {by} at {}", target.table, target.sys_id, target.updated_at),
    );
    let fields: Vec<String> = target
        .fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| format!("{field} = {}", shown(value)))
        .collect();
    line(text, format!("            {}", fields.join(", ")));
    for field in &target.otherwise {
        let (now, written) = (shown(&field.old), shown(&field.new));
        line(text, format!("            {} holds {now}, and {written} was written", field.field));
    }
}

/// Runs, the newest first; those that did nothing with the row together.
fn runs(text: &mut String, runs: &[RunTold]) {
    let mut idle: Vec<i64> = Vec::new();
    for run in runs {
        if run.change.is_none() && run.outcomes.is_empty() {
            idle.push(run.run);
            continue;
        }
        self::idle(text, &mut idle);
        let why = run.change.map_or("", pipeline::Change::as_str);
        line(
            text,
            format!(
                "  run {:<4}{} at {} ({}), snapshot {}: {why}",
                run.run, run.command, run.begun_at, run.state, run.snapshot
            ),
        );
        for field in &run.fields {
            line(text, format!("            {}: {} → {}", field.field, shown(&field.old), shown(&field.new)));
        }
        if run.outcomes.is_empty() {
            line(text, "            nothing of it left".to_owned());
        }
        for told in &run.outcomes {
            let one = &told.line;
            let comment = if one.comment.is_empty() { String::new() } else { format!(" ({})", plain(&one.comment)) };
            line(
                text,
                format!(
                    "            batch {}, import set {}, row {} → `{}` {}: {}{comment}",
                    or_none(&one.batch),
                    or_none(&one.import_set),
                    or_none(&one.import_row),
                    or_none(&one.target_table),
                    or_none(&one.sys_id),
                    one.outcome
                ),
            );
        }
    }
    self::idle(text, &mut idle);
}

fn idle(text: &mut String, runs: &mut Vec<i64>) {
    let (Some(newest), Some(oldest)) = (runs.first(), runs.last()) else { return };
    let which = if newest == oldest { format!("run {newest}") } else { format!("runs {oldest} to {newest}") };
    line(text, format!("  {which}: it was not in their plan: what is held said the same, or it was not there"));
    runs.clear();
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}

fn shown(value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { format!("`{}`", plain(value)) }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Staged => "became the staging row",
        Fate::Completed => "completed it",
        Fate::Unused => "is of the device, and another record completed it",
        Fate::Duplicate => "is a duplicate",
        Fate::OutOfScope => "is out of scope",
        Fate::Rejected => "is rejected",
        Fate::Unreadable => "could not be read",
    }
}
