//! One staging row beside its records: what is otherwise there, and whether that is the tenant's doing, ours or somebody's.
//!
//! A field that differs was changed by hand where we were proven to have written what the tenant still says; it is stale
//! where the tenant says something newer. A value that is often only newer is not stale before it is due.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;
use engine::TextColumn;
use flow::Outcome;
use ledger::{HeldBatch, Standing};

use super::finding::{Finding, FindingKind, Reconciled};
use super::{Explained, keys, number_of, texts};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::foretell::{Looked, MapPlan, Record};

/// The column of a target that says who sent a record.
pub(super) const SENDER: &str = "discovery_source";

/// The table of people.
const PEOPLE: &str = "sys_user";

/// Staging rows of a batch, their columns at hand.
pub(super) struct Staged {
    keys: TextColumn,
    columns: HashMap<String, TextColumn>,
    title: Vec<String>,
}

impl Staged {
    pub(super) fn of(batch: &RecordBatch, pipeline: &Pipeline) -> Result<Self, Error> {
        let mut columns = HashMap::new();
        for name in pipeline.value_columns() {
            if let Some(column) = texts(batch, &name)? {
                columns.insert(name, column);
            }
        }
        Ok(Self { keys: keys(batch)?, columns, title: pipeline.title.clone() })
    }

    pub(super) fn key(&self, row: usize) -> &str {
        self.keys.text(row).unwrap_or_default()
    }

    fn text(&self, column: &str, row: usize) -> &str {
        self.columns.get(column).and_then(|column| column.text(row)).unwrap_or_default()
    }

    fn title(&self, row: usize) -> String {
        let words = self.title.iter().map(|column| self.text(column, row)).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Who judges the rows of one pipeline.
pub(super) struct Judging<'a> {
    pipeline: &'a Pipeline,
    maps: &'a [MapPlan],
    /// The place of its first table in the report.
    first: usize,
    volatile: HashSet<&'a str>,
    /// What the rows say of who sends them.
    senders: HashSet<String>,
}

/// What is known of a row while it is judged.
struct Beside<'r> {
    staged: &'r Staged,
    row: usize,
    held: Option<(&'r HeldBatch, usize)>,
}

impl Beside<'_> {
    fn standing(&self) -> Option<Standing> {
        self.held.map(|(batch, place)| batch.standing(place))
    }

    /// True where we were proven to have written what the tenant still says.
    fn was_written(&self, column: &str) -> bool {
        let Some((batch, place)) = self.held else { return false };
        let held = batch.values().text(column, place).unwrap_or_default();
        batch.standing(place) == Standing::Held && held == self.staged.text(column, self.row)
    }

    /// What the ledger has to say about it.
    fn said(&self) -> String {
        let Some((batch, place)) = self.held else { return "it was never sent".to_owned() };
        let row = batch.row(place);
        match row.standing {
            Standing::Held => format!("it was there by run {}", row.run),
            Standing::Retired => format!("it was retired by run {} and is there again", row.run),
            Standing::Waiting => format!("the instance left it out in run {}: {}", row.run, row.comment),
            Standing::Unresolved => format!("it left in run {}, and what became of it is not proven", row.run),
        }
    }
}

impl<'a> Judging<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, maps: &'a [MapPlan], first: usize) -> Self {
        let volatile = pipeline.mapping().columns.iter().filter(|column| column.volatile);
        let volatile = volatile.map(|column| column.name.as_str()).collect();
        Self { pipeline, maps, first, volatile, senders: HashSet::new() }
    }

    pub(super) fn into_senders(self) -> HashSet<String> {
        self.senders
    }

    /// Judges a staging row in every map.
    pub(super) fn row(
        &mut self,
        staged: &Staged,
        row: usize,
        looked: &[Looked],
        held: Option<(&HeldBatch, usize)>,
        (report, explained): (&mut Reconciled, &mut Explained),
    ) {
        let beside = Beside { staged, row, held };
        for (place, (map, looked)) in self.maps.iter().zip(looked).enumerate() {
            explained[place].extend(looked.records.iter().filter_map(|record| number_of(&record.sys_id)));
            for field in map.fields.iter().filter(|field| field.to == SENDER) {
                let sender = staged.text(&field.from, row);
                if !sender.is_empty() && !self.senders.contains(sender) {
                    self.senders.insert(sender.to_owned());
                }
            }
            let mut found = Vec::new();
            self.judge(map, looked, &beside, &mut found);
            let table = self.first + place;
            report.tables[table].rows += 1;
            report.tables[table].agree += u64::from(found.is_empty() && !looked.records.is_empty());
            for finding in found {
                report.find(table, finding);
            }
        }
    }

    fn judge(&self, map: &MapPlan, looked: &Looked, beside: &Beside<'_>, found: &mut Vec<Finding>) {
        let record = looked.records.first();
        let told = &looked.told;
        for unknown in looked.unknown.iter().filter(|unknown| unknown.table == PEOPLE) {
            found.push(Finding {
                field: unknown.field.clone(),
                expected: unknown.value.clone(),
                detail: "no user has this e-mail address, so the field stays as it is".to_owned(),
                ..self.finding(FindingKind::UnknownUser, map, record, beside)
            });
        }
        if looked.records.len() > 1 {
            let others: Vec<&str> = looked.records.iter().map(|record| record.sys_id.as_str()).collect();
            found.push(Finding {
                expected: "1".to_owned(),
                found: looked.records.len().to_string(),
                detail: format!("records {}; the first is written to", others.join(", ")),
                ..self.finding(FindingKind::Doubled, map, record, beside)
            });
        }
        match told.outcome {
            Outcome::Inserted => {
                found.push(Finding { detail: beside.said(), ..self.finding(FindingKind::Missing, map, None, beside) })
            }
            Outcome::Error | Outcome::Skipped | Outcome::Unresolved => {
                let kind = match self.lacks_parent(&told.comment) {
                    true => FindingKind::WithoutComputer,
                    false => FindingKind::Missing,
                };
                let detail = format!("the instance would refuse it: {}", told.comment);
                found.push(Finding { detail, ..self.finding(kind, map, record, beside) });
            }
            Outcome::Updated | Outcome::Ignored => {}
        }
        if let Some(record) = record {
            self.record(map, looked, record, beside, found);
        }
    }

    /// What a record says that is there.
    fn record(&self, map: &MapPlan, looked: &Looked, record: &Record, beside: &Beside<'_>, found: &mut Vec<Finding>) {
        if record.class != map.target {
            found.push(Finding {
                field: "sys_class_name".to_owned(),
                expected: map.target.clone(),
                found: record.class.clone(),
                ..self.finding(FindingKind::WrongClass, map, Some(record), beside)
            });
        }
        let retired = self.retired_field(map, record);
        // What we retired ourselves is put in use again by the next run.
        let is_ours = beside.standing() == Some(Standing::Retired);
        if let Some((field, value)) = retired.filter(|_| !is_ours) {
            found.push(Finding {
                field: field.to_owned(),
                found: value.to_owned(),
                detail: beside.said(),
                ..self.finding(FindingKind::AliveYetRetired, map, Some(record), beside)
            });
        }
        for changed in &looked.told.fields {
            let of_field = map.fields.iter().find(|field| field.to == changed.field);
            // Of a row's own lineage nothing is wrong in the target.
            let Some(from) = of_field.map(|field| field.from.as_str()).filter(|from| self.is_declared(from)) else {
                continue;
            };
            if retired.is_some_and(|(field, _)| field == changed.field) {
                continue;
            }
            let was_written = beside.was_written(from);
            if !was_written && self.volatile.contains(from) && beside.standing() == Some(Standing::Held) {
                continue;
            }
            let kind = if was_written { FindingKind::ChangedByHand } else { FindingKind::Stale };
            found.push(Finding {
                field: changed.field.clone(),
                expected: beside.staged.text(from, beside.row).to_owned(),
                found: changed.old.clone(),
                detail: if was_written {
                    String::new()
                } else {
                    format!("the tenant says it otherwise now; {}", beside.said())
                },
                ..self.finding(kind, map, Some(record), beside)
            });
        }
    }

    /// The field by which a record says that it is retired, and what it says.
    pub(super) fn retired_field<'m>(&self, map: &'m MapPlan, record: &'m Record) -> Option<(&'m str, &'m str)> {
        retired_field(self.pipeline, map, &record.values)
    }

    /// True where a row is refused for the record that it is a part of.
    fn lacks_parent(&self, comment: &str) -> bool {
        let is_part = self.pipeline.retire.as_ref().is_some_and(|retire| retire.within.is_some());
        is_part && comment.to_lowercase().contains("reference value rejected")
    }

    fn is_declared(&self, column: &str) -> bool {
        self.pipeline.mapping().columns.iter().any(|declared| declared.name == column)
    }

    fn finding(&self, kind: FindingKind, map: &MapPlan, record: Option<&Record>, beside: &Beside<'_>) -> Finding {
        Finding {
            kind,
            pipeline: self.pipeline.name().to_owned(),
            row_key: beside.staged.key(beside.row).to_owned(),
            title: beside.staged.title(beside.row),
            table: record.map_or_else(|| map.target.clone(), |record| record.class.clone()),
            sys_id: record.map(|record| record.sys_id.clone()).unwrap_or_default(),
            field: String::new(),
            expected: String::new(),
            found: String::new(),
            by: record.map(|record| record.by.clone()).unwrap_or_default(),
            at: record.map(|record| record.at.clone()).unwrap_or_default(),
            detail: String::new(),
        }
    }
}

/// The field, of those that a retiring row sets, that says so in a record's values, and what it says; none where the record
/// is not retired.
pub(super) fn retired_field<'m>(
    pipeline: &Pipeline,
    map: &'m MapPlan,
    values: &'m [String],
) -> Option<(&'m str, &'m str)> {
    let retire = pipeline.retire.as_ref()?;
    let says = |field: &&crate::foretell::FieldPlan| {
        retire.set.get(&field.from).is_some_and(|set| values.get(field.slot) == Some(set))
    };
    let field = map.fields.iter().find(says)?;
    Some((&field.to, &values[field.slot]))
}
