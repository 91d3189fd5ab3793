//! What each transform map makes of a row, by its own rules, once everything is known that they ask for.

use flow::Outcome;

use super::{Matches, NEW, Oracle, Record, Rows, Stop, UnknownReference};
use crate::declaration::{Rule, RuleName, Unknown};
use crate::foretell::file::{ForetoldField, ForetoldMap};
use crate::foretell::maps::{FieldKind, FieldPlan, MapPlan};

impl Oracle<'_> {
    /// What one map makes of one row.
    pub(super) fn row<'m>(
        &mut self,
        map: &MapPlan,
        matches: &'m Matches,
        rows: &Rows,
        row: usize,
    ) -> (ForetoldMap, &'m [Record]) {
        let mut told = ForetoldMap {
            map: map.name.clone(),
            table: map.target.clone(),
            sys_id: String::new(),
            outcome: Outcome::Skipped,
            comment: String::new(),
            matches: 0,
            fields: Vec::new(),
        };
        let mut records: &[Record] = &[];
        match self.promote(map, (matches, &mut records), rows, row, &mut told) {
            Ok(()) => {}
            Err(Stop::Ignored(comment)) => (told.outcome, told.comment) = (Outcome::Ignored, comment),
            Err(Stop::Rejected(code, said)) => {
                (told.outcome, told.comment) = (Outcome::Error, format!("{code}: {said}"))
            }
        }
        self.take_created();
        if told.outcome == Outcome::Error || told.outcome == Outcome::Skipped {
            told.fields.clear();
        }
        (told, records)
    }

    fn promote<'m>(
        &mut self,
        map: &MapPlan,
        (matches, matched): (&'m Matches, &mut &'m [Record]),
        rows: &Rows,
        row: usize,
        told: &mut ForetoldMap,
    ) -> Result<(), Stop> {
        if map.sources().iter().all(|column| rows.text(column, row).is_empty()) {
            told.comment = "the row holds no value".to_owned();
            return Ok(());
        }
        let mut values: Vec<Option<String>> = vec![None; map.fields.len()];
        for (field, value) in map.fields.iter().zip(&mut values).filter(|(field, _)| field.coalesce) {
            *value = self.field(map, field, rows, row)?;
        }
        let key: Vec<String> = map
            .fields
            .iter()
            .zip(&values)
            .filter(|(field, _)| field.coalesce)
            .map(|(_, value)| value.as_deref().unwrap_or_default().to_lowercase())
            .collect();
        if key.iter().any(String::is_empty) {
            told.comment = "a coalesce value is missing".to_owned();
            return Ok(());
        }
        let found = matches.get(&key).map(Vec::as_slice).unwrap_or_default();
        *matched = found;
        let place = (self.foresees && map.is_shared).then(|| (map.target.clone(), key));
        let left = place.as_ref().and_then(|place| self.left.get(place)).cloned();
        let is_made = left.is_some() && found.is_empty();
        told.matches = u32::try_from(found.len().max(usize::from(is_made))).unwrap_or(u32::MAX);
        let record = left.as_ref().or(found.first());
        self.obey(map, record, rows, row)?;
        for (field, value) in map.fields.iter().zip(&mut values).filter(|(field, _)| !field.coalesce) {
            *value = self.field(map, field, rows, row)?;
        }
        let mut new: Vec<Option<&str>> = vec![None; map.slots.len()];
        for (field, value) in map.fields.iter().zip(&values) {
            if let Some(value) = value {
                new[field.slot] = Some(value);
            }
        }
        for (slot, name) in map.slots.iter().enumerate() {
            let Some(value) = new[slot] else { continue };
            let old = record.map(|record| record.values[slot].as_str());
            if old != Some(value) && (old.is_some() || !value.is_empty()) {
                told.fields.push(ForetoldField {
                    field: name.clone(),
                    old: old.unwrap_or_default().to_owned(),
                    new: value.to_owned(),
                });
            }
        }
        match record {
            Some(record) => {
                told.sys_id.clone_from(&record.sys_id);
                told.table.clone_from(&record.class);
                told.outcome = if told.fields.is_empty() { Outcome::Ignored } else { Outcome::Updated };
            }
            None => told.outcome = Outcome::Inserted,
        }
        let new: Vec<Option<String>> = new.into_iter().map(|value| value.map(str::to_owned)).collect();
        self.foresee(map, &new);
        if let Some(place) = place {
            let mut left = record.cloned().unwrap_or_else(|| Record {
                sys_id: NEW.to_owned(),
                class: map.target.clone(),
                values: vec![String::new(); map.slots.len()],
                by: String::new(),
                at: String::new(),
            });
            for (value, new) in left.values.iter_mut().zip(new) {
                *value = new.unwrap_or_else(|| std::mem::take(value));
            }
            self.left.insert(place, left);
        }
        Ok(())
    }

    /// Remembers what a row will have written where a reference of the plan may name it.
    fn foresee(&mut self, map: &MapPlan, new: &[Option<String>]) {
        for (name, value) in map.slots.iter().zip(new) {
            let Some(value) = value else { continue };
            for table in &map.lineage {
                let place = (table.clone(), name.clone());
                if self.referred.contains(&place) {
                    self.foreseen.entry(place).or_default().insert(value.to_lowercase());
                }
            }
        }
    }

    /// Remembers the records that a row made for its references.
    fn take_created(&mut self) {
        for (table, by, value) in self.created.take() {
            let place = (table, by);
            if self.referred.contains(&place) {
                self.foreseen.entry(place).or_default().insert(value.to_lowercase());
            }
        }
    }

    /// The rules that decide once it is known whether the row inserts or updates.
    fn obey(&self, map: &MapPlan, record: Option<&Record>, rows: &Rows, row: usize) -> Result<(), Stop> {
        for rule in &map.rules {
            let argument = |place: usize| rule.arguments.get(place).map(String::as_str).unwrap_or_default();
            let stops = match (rule.name, record) {
                (RuleName::NeverInsert, None) => rows.text(argument(0), row) == "true",
                (RuleName::SkipOlderRun, Some(record)) => {
                    let slot = map.slots.iter().position(|slot| slot == argument(1));
                    let held = slot.and_then(|slot| record.values[slot].trim().parse::<i64>().ok());
                    let new = rows.text(argument(0), row).trim().parse::<i64>().ok();
                    matches!((new, held), (Some(new), Some(held)) if new < held)
                }
                _ => false,
            };
            if stops {
                return Err(Stop::Ignored(rule.name.comment().unwrap_or_default().to_owned()));
            }
        }
        Ok(())
    }

    /// The new value of a field; none where it stays as it is.
    pub(super) fn field(
        &self,
        map: &MapPlan,
        field: &FieldPlan,
        rows: &Rows,
        row: usize,
    ) -> Result<Option<String>, Stop> {
        if let Some(rule) = &field.rule {
            return self.computed(rule, rows, row);
        }
        let text = rows.text(&field.from, row);
        if text.is_empty() {
            return Ok(None);
        }
        // The one word that clears a field.
        if text == "NULL" {
            return Ok(Some(String::new()));
        }
        let stored = match &field.kind {
            FieldKind::Reference { table, field: by } => {
                let said = (100, "Reference value rejected");
                return self.reference(field, (table, by), text, said);
            }
            FieldKind::List { table, field: by } => {
                let mut found = Vec::new();
                for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    found.extend(self.reference(field, (table, by), name, (300, "List reference rejected"))?);
                }
                return Ok(Some(found.join(",")));
            }
            FieldKind::Truth => {
                let is_loose = self.strict_truth == Some(false) && text.eq_ignore_ascii_case("true");
                Some(if is_loose || matches!(text, "true" | "1") { "true" } else { "false" }.to_owned())
            }
            FieldKind::Integer => text.trim().parse::<i64>().ok().map(|number| number.to_string()),
            FieldKind::Decimal => {
                text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text.trim().to_owned())
            }
            FieldKind::DateTime => moment(text),
            FieldKind::Date => moment(text).map(|moment| moment[..DATE_BYTES].to_owned()),
            FieldKind::Text => Some(text.chars().take(field.max_length).collect()),
        };
        let Some(stored) = stored else { return Ok(None) };
        match self.choices.get(&(map.target.clone(), field.to.clone())) {
            Some(choices) => match (choices.get(&stored.to_lowercase()), field.unknown) {
                (Some(value), _) => Ok(Some(value.clone())),
                (None, Unknown::Create) => Ok(Some(stored)),
                (None, Unknown::Ignore) => Ok(None),
                (None, Unknown::Reject) => {
                    let said = format!("Choice value rejected: {} has no choice {stored}", field.to);
                    Err(Stop::Rejected(200, said))
                }
            },
            None => Ok(Some(stored)),
        }
    }

    /// References that name nothing and are to be ignored for it.
    pub(super) fn unknown(&self, map: &MapPlan, rows: &Rows, row: usize) -> Vec<UnknownReference> {
        let mut unknown = Vec::new();
        for field in map.fields.iter().filter(|field| field.unknown == Unknown::Ignore && field.rule.is_none()) {
            let FieldKind::Reference { table, .. } = &field.kind else { continue };
            let value = rows.text(&field.from, row);
            let is_unknown = !value.is_empty() && value != "NULL";
            if is_unknown && matches!(self.field(map, field, rows, row), Ok(None)) {
                unknown.push(UnknownReference {
                    field: field.to.clone(),
                    table: table.clone(),
                    value: value.to_owned(),
                });
            }
        }
        unknown
    }

    fn reference(
        &self,
        field: &FieldPlan,
        (table, by): (&str, &str),
        text: &str,
        (code, refusal): (u16, &str),
    ) -> Result<Option<String>, Stop> {
        let key = (table.to_owned(), by.to_owned());
        let lower = text.to_lowercase();
        if let Some(Some(found)) = self.known.get(&key).and_then(|known| known.get(&lower)) {
            return Ok(Some(found.clone()));
        }
        let is_created =
            |made: &(String, String, String)| made.0 == table && made.1 == by && made.2.to_lowercase() == lower;
        let is_foreseen = self.foreseen.get(&key).is_some_and(|made| made.contains(&lower))
            || self.created.borrow().iter().any(is_created);
        match field.unknown {
            _ if is_foreseen => Ok(Some(NEW.to_owned())),
            Unknown::Create => {
                self.created.borrow_mut().push((table.to_owned(), by.to_owned(), text.to_owned()));
                Ok(Some(NEW.to_owned()))
            }
            Unknown::Ignore => Ok(None),
            Unknown::Reject => {
                let said = format!("{refusal}: {} has no {table} with {by} {text}", field.to);
                Err(Stop::Rejected(code, said))
            }
        }
    }

    fn computed(&self, rule: &Rule, rows: &Rows, row: usize) -> Result<Option<String>, Stop> {
        let text = |place: usize| rows.text(rule.arguments.get(place).map(String::as_str).unwrap_or_default(), row);
        match rule.name {
            RuleName::MakeAndModel => {
                let (manufacturer, name, number) = (text(0), text(1), text(2));
                if name.is_empty() || name == "NULL" {
                    return Ok(None);
                }
                let companies = self.known.get(&("core_company".to_owned(), "name".to_owned()));
                let is_company = |known: &std::collections::HashMap<String, Option<String>>| {
                    known.get(&manufacturer.to_lowercase()).is_some_and(Option::is_some)
                };
                if !manufacturer.is_empty() && manufacturer != "NULL" && !companies.is_some_and(is_company) {
                    let company = ("core_company".to_owned(), "name".to_owned(), manufacturer.to_owned());
                    self.created.borrow_mut().push(company);
                }
                let company = match manufacturer {
                    "" => Some(String::new()),
                    _ => companies.and_then(|known| known.get(&manufacturer.to_lowercase()).cloned().flatten()),
                };
                let model = company.and_then(|company| {
                    self.models.get(&(name.to_lowercase(), company, number.to_lowercase())).cloned()
                });
                Ok(Some(model.unwrap_or_else(|| NEW.to_owned())))
            }
            RuleName::ProductOfInstall => {
                let key = text(0);
                match self.products.get(&key.to_lowercase()) {
                    Some(Some(product)) if !product.is_empty() => Ok(Some(product.clone())),
                    Some(Some(_)) => Err(Stop::Ignored(format!(
                        "product_of_install: the install {key} has no normalized product yet"
                    ))),
                    _ => Err(Stop::Ignored(format!("product_of_install: no install has the key {key}"))),
                }
            }
            RuleName::NeverInsert | RuleName::SkipOlderRun => Ok(None),
        }
    }
}

/// `YYYY-MM-DD`.
const DATE_BYTES: usize = 10;

/// A moment as the platform's own format reads it, `yyyy-MM-dd HH:mm:ss`: what is left out at its end is zero, and anything
/// else is no date.
fn moment(text: &str) -> Option<String> {
    const FORM: &str = "0000-00-00 00:00:00";
    let text = text.trim();
    let is_of_form = text.bytes().zip(FORM.bytes()).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    });
    // A part of two digits is whole or not there.
    let is_whole = matches!(text.len(), DATE_BYTES | 13 | 14 | 16 | 17 | 19);
    let whole = (is_of_form && is_whole).then(|| format!("{text}{}", &FORM[text.len()..]))?;
    whole.parse::<jiff::civil::DateTime>().ok().map(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_moment_is_read_in_the_platforms_own_format_alone() {
        assert_eq!(moment("2026-11-02 03:04:05").as_deref(), Some("2026-11-02 03:04:05"));
        assert_eq!(moment(" 2026-11-02 ").as_deref(), Some("2026-11-02 00:00:00"));
        assert_eq!(moment("2026-11-02 03:04").as_deref(), Some("2026-11-02 03:04:00"));
        for wrong in ["2026-11-02T03:04:05", "2026-11-02 03:04:05.5", "2026-13-02", "2026-11-2", "02.11.2026", ""] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
