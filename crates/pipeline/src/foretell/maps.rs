//! A pipeline's transform maps with what the instance's dictionary says of their target columns.

use std::collections::BTreeSet;

use ledger::HeldTarget;
use load::{Column, Target};

use crate::declaration::{FieldMap, Pipeline, Rule, RuleName, TransformMap, Unknown};
use crate::error::Error;

/// One transform map, ready to be foretold.
pub(crate) struct MapPlan {
    pub(crate) name: String,
    pub(crate) target: String,
    /// The target and every table that it extends: by any of them a reference finds its records.
    pub(crate) lineage: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) fields: Vec<FieldPlan>,
    /// True where records of the target say of which class they are.
    pub(crate) has_class: bool,
    /// Target columns that are compared, each once.
    pub(crate) slots: Vec<String>,
    /// Two rows of the pipeline may find one record: what finds it is not all of their key.
    pub(crate) is_shared: bool,
}

/// One field map.
pub(crate) struct FieldPlan {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) slot: usize,
    pub(crate) coalesce: bool,
    pub(crate) kind: FieldKind,
    pub(crate) max_length: usize,
    pub(crate) unknown: Unknown,
    pub(crate) rule: Option<Rule>,
    /// The tables that may list the column's choices; none where it has no choices.
    pub(crate) choices_of: Vec<String>,
}

/// What a target column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    Truth,
    Integer,
    Decimal,
    DateTime,
    Date,
    /// A record of that table, named by a value of that column.
    Reference {
        table: String,
        field: String,
    },
    /// Several of them.
    List {
        table: String,
        field: String,
    },
}

impl MapPlan {
    /// The maps of a pipeline in their order.
    pub(crate) async fn all(target: &Target, pipeline: &Pipeline) -> Result<Vec<Self>, Error> {
        let mut maps: Vec<&TransformMap> = pipeline.maps.iter().collect();
        maps.sort_by_key(|map| map.order);
        let mut plans = Vec::new();
        for map in maps {
            let doing = || format!("read the columns of `{}`", map.target);
            let lineage = target.lineage(&map.target).await.map_err(Error::target(doing()))?;
            let columns = target.columns_with_inherited(&map.target).await.map_err(Error::target(doing()))?;
            plans.push(Self::of(map, &columns, &lineage, &pipeline.mapping().key));
        }
        Ok(plans)
    }

    fn of(map: &TransformMap, columns: &[Column], lineage: &[String], key: &[String]) -> Self {
        let mut slots: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        for field in &map.fields {
            let column = columns.iter().find(|column| column.name == field.to);
            let slot = slots.iter().position(|slot| *slot == field.to).unwrap_or_else(|| {
                slots.push(field.to.clone());
                slots.len() - 1
            });
            let is_choice = column.is_some_and(|column| column.is_choice);
            fields.push(FieldPlan {
                from: field.from.clone(),
                to: field.to.clone(),
                slot,
                coalesce: field.coalesce,
                kind: kind_of(field, column),
                max_length: column.and_then(|column| column.max_length).map_or(usize::MAX, |length| length as usize),
                unknown: field.unknown,
                rule: field.rule.clone(),
                choices_of: if is_choice { lineage.to_vec() } else { Vec::new() },
            });
        }
        // What a rule compares with is read beside what is written.
        for rule in map.rules.iter().filter(|rule| rule.name == RuleName::SkipOlderRun) {
            if let Some(column) = rule.arguments.get(1)
                && !slots.contains(column)
            {
                slots.push(column.clone());
            }
        }
        Self {
            name: map.name.clone(),
            target: map.target.clone(),
            lineage: lineage.to_vec(),
            rules: map.rules.clone(),
            fields,
            has_class: columns.iter().any(|column| column.name == "sys_class_name"),
            slots,
            is_shared: !key.iter().all(|name| map.fields.iter().any(|field| field.coalesce && field.from == *name)),
        }
    }

    /// The tables and columns by which its references name records.
    pub(crate) fn references(&self) -> impl Iterator<Item = (String, String)> {
        self.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Reference { table, field } | FieldKind::List { table, field } => {
                Some((table.clone(), field.clone()))
            }
            _ => None,
        })
    }

    /// The staging columns that its fields and rules read.
    pub(super) fn sources(&self) -> BTreeSet<&str> {
        let rules = self.rules.iter().chain(self.fields.iter().filter_map(|field| field.rule.as_ref()));
        let arguments = rules.flat_map(|rule| rule.arguments.iter().map(String::as_str));
        self.fields.iter().map(|field| field.from.as_str()).chain(arguments).collect()
    }
}

/// The record that the map at a place made of a held row: the one of its own table, else the one that no map's own table
/// claims, which is of a table that extends it.
pub(crate) fn target_of<'r>(maps: &[MapPlan], place: usize, targets: &'r [HeldTarget]) -> Option<&'r HeldTarget> {
    let own = targets.iter().find(|target| target.table == maps[place].target);
    let is_claimed = |target: &&HeldTarget| maps.iter().any(|map| map.target == target.table);
    let has_none = |map: &&MapPlan| !targets.iter().any(|target| target.table == map.target);
    own.or_else(|| {
        let before = maps[..place].iter().filter(has_none).count();
        targets.iter().filter(|target| !is_claimed(target)).nth(before)
    })
}

fn kind_of(field: &FieldMap, column: Option<&Column>) -> FieldKind {
    let Some(column) = column else { return FieldKind::Text };
    let named = || (column.reference.clone(), field.reference.clone().unwrap_or_else(|| "name".to_owned()));
    match column.kind.as_str() {
        "reference" if !column.reference.is_empty() => {
            let (table, field) = named();
            FieldKind::Reference { table, field }
        }
        "glide_list" if !column.reference.is_empty() => {
            let (table, field) = named();
            FieldKind::List { table, field }
        }
        "boolean" => FieldKind::Truth,
        "integer" | "longint" => FieldKind::Integer,
        "decimal" | "float" | "currency" | "currency2" | "percent_complete" => FieldKind::Decimal,
        "glide_date_time" | "due_date" => FieldKind::DateTime,
        "glide_date" => FieldKind::Date,
        _ => FieldKind::Text,
    }
}
