//! One group of a plan's rows: first everything that the instance is to be asked, in as few requests as that takes, then row
//! by row what each transform map makes of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::array::RecordBatch;
use engine::TextColumn;
use flow::Outcome;
use load::Target;
use transform::lineage;

use super::file::{ForetoldField, ForetoldLine, ForetoldMap};
use super::maps::{FieldKind, FieldPlan, MapPlan};
use crate::declaration::{Pipeline, Rule, RuleName, Unknown};
use crate::error::Error;

/// What stands for a record that a row of the plan will make.
const NEW: &str = "(new)";

/// Who knows what there is, and what the rows before will have made.
pub(super) struct Oracle<'t> {
    pub(super) target: &'t Target,
    run: String,
    requests: u64,
    /// Records that are known by a value, by table, column and value in lower case; none where there is no such record.
    known: HashMap<(String, String), HashMap<String, Option<String>>>,
    /// Values in those columns that the plan itself will have made.
    foreseen: HashMap<(String, String), HashSet<String>>,
    /// Choices by table and column: value and label in lower case, to the value.
    choices: HashMap<(String, String), HashMap<String, String>>,
    /// Hardware models by name, manufacturer's record and number.
    models: HashMap<(String, String, String), String>,
    models_asked: HashSet<String>,
    /// The product of an install by its key; none where there is no such install, empty where it has no product yet.
    products: HashMap<String, Option<String>>,
}

/// Records that match the coalesce values of a map, by those values in lower case.
type Matches = HashMap<Vec<String>, Vec<Record>>;

/// A record as it is now.
#[derive(Clone)]
struct Record {
    sys_id: String,
    class: String,
    /// By the map's slots.
    values: Vec<String>,
}

/// Why a row ends in a map.
enum Stop {
    Ignored(String),
    Rejected(u16, String),
}

/// The values of a group's rows.
struct Rows {
    columns: HashMap<String, TextColumn>,
    run: String,
    count: usize,
}

impl Rows {
    fn of(group: &RecordBatch, run: &str) -> Result<Self, Error> {
        let mut columns = HashMap::new();
        for (field, array) in group.schema().fields().iter().zip(group.columns()) {
            columns.insert(field.name().clone(), TextColumn::new(array).map_err(transform::Error::Gather)?);
        }
        Ok(Self { columns, run: run.to_owned(), count: group.num_rows() })
    }

    fn text(&self, column: &str, row: usize) -> &str {
        if column == "u_run" {
            return &self.run;
        }
        self.columns.get(column).and_then(|column| column.text(row)).unwrap_or_default()
    }

    /// The distinct values of a column.
    fn distinct(&self, column: &str) -> BTreeSet<&str> {
        (0..self.count).map(|row| self.text(column, row)).filter(|value| !value.is_empty()).collect()
    }
}

impl<'t> Oracle<'t> {
    pub(super) fn new(target: &'t Target, run: i64) -> Self {
        Self {
            target,
            run: run.to_string(),
            requests: 0,
            known: HashMap::new(),
            foreseen: HashMap::new(),
            choices: HashMap::new(),
            models: HashMap::new(),
            models_asked: HashSet::new(),
            products: HashMap::new(),
        }
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    /// What becomes of a group's rows, in their order.
    pub(super) async fn group(
        &mut self,
        pipeline: &Pipeline,
        maps: &[MapPlan],
        group: &RecordBatch,
    ) -> Result<Vec<ForetoldLine>, Error> {
        let rows = Rows::of(group, &self.run)?;
        let mut matches = Vec::new();
        for map in maps {
            self.learn(map, &rows).await?;
            matches.push(self.records(map, &rows).await?);
        }
        let mut lines = Vec::with_capacity(rows.count);
        for row in 0..rows.count {
            let told = maps.iter().zip(&matches).map(|(map, matches)| self.row(map, matches, &rows, row)).collect();
            let title = pipeline.title.iter().map(|column| rows.text(column, row)).filter(|text| !text.is_empty());
            lines.push(ForetoldLine {
                row_key: rows.text(lineage::ROW_KEY, row).to_owned(),
                title: title.collect::<Vec<_>>().join(" "),
                maps: told,
            });
        }
        Ok(lines)
    }

    /// Asks for everything that a map's fields refer to.
    async fn learn(&mut self, map: &MapPlan, rows: &Rows) -> Result<(), Error> {
        for field in &map.fields {
            match &field.rule {
                Some(rule) if rule.name == RuleName::MakeAndModel => self.learn_models(rule, rows).await?,
                Some(rule) if rule.name == RuleName::ProductOfInstall => self.learn_products(rule, rows).await?,
                _ => {}
            }
            match &field.kind {
                FieldKind::Reference { table, field: by } if field.rule.is_none() => {
                    self.learn_records(table, by, rows.distinct(&field.from)).await?;
                }
                FieldKind::List { table, field: by } => {
                    let values = rows.distinct(&field.from);
                    let each = values.iter().flat_map(|value| value.split(',')).map(str::trim);
                    self.learn_records(table, by, each.filter(|value| !value.is_empty()).collect()).await?;
                }
                _ => {}
            }
            if !field.choices_of.is_empty() {
                self.learn_choices(&map.target, field).await?;
            }
        }
        Ok(())
    }

    async fn learn_records(&mut self, table: &str, by: &str, values: BTreeSet<&str>) -> Result<(), Error> {
        let key = (table.to_owned(), by.to_owned());
        let known = self.known.entry(key).or_default();
        let asked: Vec<&str> = values.into_iter().filter(|value| !known.contains_key(&value.to_lowercase())).collect();
        if asked.is_empty() {
            return Ok(());
        }
        self.requests += requests_of(asked.len());
        let found = self.target.matching(table, by, &asked, &["sys_id"]).await;
        let found = found.map_err(Error::target(format!("look up records of `{table}`")))?;
        for value in asked {
            known.insert(value.to_lowercase(), None);
        }
        for record in found {
            // The oldest comes first, and is the one that an instance takes.
            let slot = known.entry(record[0].to_lowercase()).or_default();
            slot.get_or_insert_with(|| record[1].clone());
        }
        Ok(())
    }

    async fn learn_choices(&mut self, target: &str, field: &FieldPlan) -> Result<(), Error> {
        let key = (target.to_owned(), field.to.clone());
        if self.choices.contains_key(&key) {
            return Ok(());
        }
        self.requests += 1;
        let query = format!("element={}^nameIN{}", field.to, field.choices_of.join(","));
        let fields = ["name", "element", "value", "label", "inactive"];
        let found = self.target.read("sys_choice", &query, &fields).await;
        let found = found.map_err(Error::target("read the choices of `sys_choice`"))?;
        let mut listed: HashMap<String, String> = HashMap::new();
        let own = |row: &&Vec<String>| {
            field.choices_of.iter().any(|table| table.eq_ignore_ascii_case(&row[0])) && row[1] == field.to
        };
        for row in found.iter().filter(own).filter(|row| row[4] != "true") {
            listed.entry(row[3].to_lowercase()).or_insert_with(|| row[2].clone());
            listed.insert(row[2].to_lowercase(), row[2].clone());
        }
        self.choices.insert(key, listed);
        Ok(())
    }

    async fn learn_models(&mut self, rule: &Rule, rows: &Rows) -> Result<(), Error> {
        let [manufacturer, name, _] = rule.arguments.as_slice() else { return Ok(()) };
        self.learn_records("core_company", "name", rows.distinct(manufacturer)).await?;
        let names: Vec<&str> =
            rows.distinct(name).into_iter().filter(|name| self.models_asked.insert(name.to_lowercase())).collect();
        if names.is_empty() {
            return Ok(());
        }
        self.requests += requests_of(names.len());
        let table = "cmdb_hardware_product_model";
        let found = self.target.matching(table, "name", &names, &["sys_id", "manufacturer", "model_number"]).await;
        for record in found.map_err(Error::target(format!("look up records of `{table}`")))? {
            let [name, sys_id, manufacturer, number] = record.as_slice() else { continue };
            let key = (name.to_lowercase(), manufacturer.clone(), number.to_lowercase());
            self.models.entry(key).or_insert_with(|| sys_id.clone());
        }
        Ok(())
    }

    async fn learn_products(&mut self, rule: &Rule, rows: &Rows) -> Result<(), Error> {
        let [key] = rule.arguments.as_slice() else { return Ok(()) };
        let keys: Vec<&str> =
            rows.distinct(key).into_iter().filter(|key| !self.products.contains_key(&key.to_lowercase())).collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.requests += requests_of(keys.len());
        let fields = ["norm_product", "discovery_model.norm_product"];
        let found = self.target.matching("cmdb_sam_sw_install", "instance_key", &keys, &fields).await;
        let found = found.map_err(Error::target("look up records of `cmdb_sam_sw_install`"))?;
        for key in keys {
            self.products.insert(key.to_lowercase(), None);
        }
        for record in found {
            let product = if record[1].is_empty() { &record[2] } else { &record[1] };
            let slot = self.products.entry(record[0].to_lowercase()).or_default();
            slot.get_or_insert_with(|| product.clone());
        }
        Ok(())
    }

    /// The records that the rows of a group match in a map.
    async fn records(&mut self, map: &MapPlan, rows: &Rows) -> Result<Matches, Error> {
        let mut matches = Matches::new();
        let coalesce: Vec<&FieldPlan> = map.fields.iter().filter(|field| field.coalesce).collect();
        // Asked for by the first of them; the others are compared here.
        let Some(first) = coalesce.first() else { return Ok(matches) };
        let mut values = BTreeSet::new();
        for row in 0..rows.count {
            if let Ok(Some(value)) = self.field(map, first, rows, row)
                && value != NEW
            {
                values.insert(value);
            }
        }
        if values.is_empty() {
            return Ok(matches);
        }
        self.requests += requests_of(values.len());
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut fields: Vec<&str> = vec!["sys_id"];
        fields.extend(map.has_class.then_some("sys_class_name"));
        let heads = fields.len();
        fields.extend(map.slots.iter().map(String::as_str));
        let found = self.target.matching(&map.target, &first.to, &values, &fields).await;
        for record in found.map_err(Error::target(format!("look up records of `{}`", map.target)))? {
            let class = if map.has_class { record[2].clone() } else { map.target.clone() };
            let values = record[1 + heads..].to_vec();
            let key = coalesce.iter().map(|field| values[field.slot].to_lowercase()).collect();
            matches.entry(key).or_default().push(Record { sys_id: record[1].clone(), class, values });
        }
        for records in matches.values_mut() {
            // The target's own before those of tables that extend it, the oldest first.
            records.sort_by_key(|record| record.class != map.target);
        }
        Ok(matches)
    }

    /// What one map makes of one row.
    fn row(&mut self, map: &MapPlan, matches: &Matches, rows: &Rows, row: usize) -> ForetoldMap {
        let mut told = ForetoldMap {
            map: map.name.clone(),
            table: map.target.clone(),
            sys_id: String::new(),
            outcome: Outcome::Skipped,
            comment: String::new(),
            matches: 0,
            fields: Vec::new(),
        };
        match self.promote(map, matches, rows, row, &mut told) {
            Ok(()) => {}
            Err(Stop::Ignored(comment)) => (told.outcome, told.comment) = (Outcome::Ignored, comment),
            Err(Stop::Rejected(code, said)) => {
                (told.outcome, told.comment) = (Outcome::Error, format!("{code}: {said}"))
            }
        }
        if told.outcome == Outcome::Error || told.outcome == Outcome::Skipped {
            told.fields.clear();
        }
        told
    }

    fn promote(
        &mut self,
        map: &MapPlan,
        matches: &Matches,
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
        told.matches = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let record = found.first();
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
            None => {
                told.outcome = Outcome::Inserted;
                for (name, value) in map.slots.iter().zip(&new) {
                    for table in value.iter().flat_map(|_| &map.lineage) {
                        let made = self.foreseen.entry((table.clone(), name.clone())).or_default();
                        made.insert(value.unwrap_or_default().to_lowercase());
                    }
                }
            }
        }
        Ok(())
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
    fn field(&self, map: &MapPlan, field: &FieldPlan, rows: &Rows, row: usize) -> Result<Option<String>, Stop> {
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
            FieldKind::Truth => Some(if matches!(text, "true" | "1") { "true" } else { "false" }.to_owned()),
            FieldKind::Integer => text.trim().parse::<i64>().ok().map(|number| number.to_string()),
            FieldKind::Decimal => {
                text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text.trim().to_owned())
            }
            FieldKind::DateTime => text.parse::<jiff::civil::DateTime>().ok().map(|_| text.to_owned()),
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
        let is_foreseen = self.foreseen.get(&key).is_some_and(|made| made.contains(&lower));
        match field.unknown {
            _ if is_foreseen => Ok(Some(NEW.to_owned())),
            Unknown::Create => Ok(Some(NEW.to_owned())),
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

/// Requests that so many values take, about.
fn requests_of(values: usize) -> u64 {
    values.div_ceil(load::limits::QUERY_VALUES_MAX) as u64
}
