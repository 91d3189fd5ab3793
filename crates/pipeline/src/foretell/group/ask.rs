//! What the instance is asked for a group of rows, in as few requests as that takes: records that they match, records that
//! they refer to, choices. What was asked once is remembered for as long as a plan is foretold.

use std::collections::{BTreeSet, HashMap};

use super::{Matches, NEW, Oracle, Record, Rows};
use crate::declaration::{Rule, RuleName};
use crate::error::Error;
use crate::foretell::maps::{FieldKind, FieldPlan, MapPlan};

/// The property by which only `true` in lower case is true, as it is where nobody set it.
const STRICT_TRUTH: &str = "glide.transform.boolean.casesensitive";

impl Oracle<'_> {
    /// Asks for everything that a map's fields refer to.
    pub(super) async fn learn(&mut self, map: &MapPlan, rows: &Rows) -> Result<(), Error> {
        if self.strict_truth.is_none() && map.fields.iter().any(|field| field.kind == FieldKind::Truth) {
            self.requests += 1;
            // Who may not read properties knows no better than the platform's default.
            let said = self.target.property(STRICT_TRUTH).await.ok().flatten();
            self.strict_truth = Some(said.as_deref() != Some("false"));
        }
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
        let mut found = found.map_err(Error::target("read the choices of `sys_choice`"))?;
        // The target's own choices count before those of the tables that it extends.
        let nearness = |row: &[String]| field.choices_of.iter().position(|table| table.eq_ignore_ascii_case(&row[0]));
        found.sort_by_key(|row| nearness(row));
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
    pub(super) async fn records(&mut self, map: &MapPlan, rows: &Rows) -> Result<Matches, Error> {
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
        self.created.borrow_mut().clear();
        if values.is_empty() {
            return Ok(matches);
        }
        self.requests += requests_of(values.len());
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut fields: Vec<&str> = vec!["sys_id"];
        fields.extend(map.has_class.then_some("sys_class_name"));
        let who = 1 + fields.len();
        if self.asks_who {
            fields.extend(["sys_updated_by", "sys_updated_on"]);
        }
        let heads = fields.len();
        fields.extend(map.slots.iter().map(String::as_str));
        let found = self.target.matching(&map.target, &first.to, &values, &fields).await;
        for record in found.map_err(Error::target(format!("look up records of `{}`", map.target)))? {
            let class = if map.has_class { record[2].clone() } else { map.target.clone() };
            let values = record[1 + heads..].to_vec();
            let key = coalesce.iter().map(|field| values[field.slot].to_lowercase()).collect();
            let (by, at) =
                if self.asks_who { (record[who].clone(), record[who + 1].clone()) } else { Default::default() };
            matches.entry(key).or_default().push(Record { sys_id: record[1].clone(), class, values, by, at });
        }
        for records in matches.values_mut() {
            // The target's own before those of tables that extend it, the oldest first.
            records.sort_by_key(|record| record.class != map.target);
        }
        Ok(matches)
    }
}

/// Requests that so many values take, about.
fn requests_of(values: usize) -> u64 {
    values.div_ceil(load::limits::QUERY_VALUES_MAX) as u64
}
