//! From what is written to what is trusted. Apart because every rule about declarations stands here, and each
//! refusal says where and what to do.

use std::collections::BTreeMap;

use extract::DataSet;
use transform::{Column, Join, JoinOn, Longer, Mapping, ScopeRule, Unreadable};

use super::raw::{RawCheck, RawColumn, RawField, RawMap, RawPipeline, RawTable};
use super::retire::{RawRetire, Retire, Within};
use super::{
    Check, Expects, FieldMap, Keys, Kind, OwnColumn, OwnTable, Pipeline, Rule, StagingColumn, TransformMap, Unknown,
};
use crate::error::Error;

/// Columns that every staging table has beside the declared ones: name, label, type, length.
pub(crate) const LINEAGE: [(&str, &str, Kind, u32); 4] = [
    ("u_run", "Run", Kind::Integer, 40),
    ("u_batch", "Batch", Kind::Text, 40),
    ("u_row_key", "Row key", Kind::Text, 40),
    ("u_fingerprint", "Fingerprint", Kind::Text, 40),
];

/// True where the staging table has a column of that name.
fn is_column(columns: &[StagingColumn], name: &str) -> bool {
    columns.iter().any(|column| column.name == name) || LINEAGE.iter().any(|(lineage, ..)| *lineage == name)
}

/// Says what is wrong in one file.
struct Judge<'a> {
    file: &'a str,
}

impl Pipeline {
    /// Parses a declaration; `file` is named in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let raw: RawPipeline =
            toml::from_str(text).map_err(|source| Error::Toml { file: file.to_owned(), source: Box::new(source) })?;
        Judge { file }.pipeline(raw)
    }
}

impl Judge<'_> {
    fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, Error> {
        Err(Error::Declaration { file: self.file.to_owned(), reason: reason.into() })
    }

    fn pipeline(&self, raw: RawPipeline) -> Result<Pipeline, Error> {
        if raw.promote != "transform-map" {
            return self.wrong(format!("`promote = \"{}\"` is not known here: write `transform-map`", raw.promote));
        }
        let keys = match raw.keys.as_str() {
            "labels" => Keys::Labels,
            "names" => Keys::Names,
            word => return self.wrong(format!("`keys = \"{word}\"`; write labels or names")),
        };
        let columns = raw.column.iter().map(|column| self.staging_column(column)).collect::<Result<Vec<_>, _>>()?;
        self.labels_are_distinct(&columns)?;
        let maps = raw.map.iter().map(|map| self.map(map, &columns)).collect::<Result<Vec<_>, _>>()?;
        self.every_column_is_used(&raw.column, &maps)?;
        let tables = raw.table.into_iter().map(|table| self.table(table)).collect::<Result<Vec<_>, _>>()?;
        let checks =
            raw.check.into_iter().map(|check| self.check(check, &raw.column)).collect::<Result<Vec<_>, _>>()?;
        for data_set in raw.join.iter().map(|join| &join.data_set).chain([&raw.source.data_set]) {
            self.data_set(data_set)?;
        }
        if let Some(unknown) = raw.title.iter().find(|title| !raw.column.iter().any(|column| column.name == **title)) {
            return self.wrong(format!("`title` names `{unknown}`, which is no column"));
        }
        let retire = raw.retire.map(|retire| self.retire(retire, &raw.column, &raw.key)).transpose()?;
        if let Some(fault) = raw.brakes.fault() {
            return self.wrong(fault);
        }
        let title = if raw.title.is_empty() { raw.key.clone() } else { raw.title };
        let lengths = columns.iter().map(|column| column.length).collect::<Vec<_>>();
        let mapping = Mapping {
            name: raw.name,
            driver: raw.source.data_set,
            alias: raw.source.alias,
            joins: raw
                .join
                .into_iter()
                .map(|join| Join {
                    data_set: join.data_set,
                    alias: join.alias,
                    on: join.on.into_iter().map(|on| JoinOn { driver: on.source, joined: on.joined }).collect(),
                    newest: join.newest,
                    orphans: join.orphans,
                })
                .collect(),
            scope: raw.scope.into_iter().map(|rule| ScopeRule { name: rule.name, out_when: rule.out_when }).collect(),
            columns: raw
                .column
                .into_iter()
                .zip(lengths)
                .map(|(column, length)| self.column(column, length))
                .collect::<Result<Vec<_>, _>>()?,
            key: raw.key,
            newest: raw.source.newest,
            who: raw.source.who,
            volatile_days: raw.volatile_days,
            row_bytes_max: raw.row_bytes_max.unwrap_or(transform::limits::ROW_BYTES_MAX),
        };
        let lineage = LINEAGE.map(|(name, label, kind, length)| StagingColumn {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            length,
        });
        // Compiling judges what only the mapping as a whole can tell: keys, names taken twice, limits.
        let mapping = mapping.compile().map_err(|source| Error::Mapping(Box::new(source)))?.mapping().clone();
        Ok(Pipeline {
            summary: raw.summary,
            staging_table: raw.staging.table,
            staging_label: raw.staging.label,
            mapping,
            keys,
            title,
            columns: columns.into_iter().chain(lineage).collect(),
            maps,
            retire,
            brakes: raw.brakes,
            tables,
            checks,
        })
    }

    fn retire(&self, raw: RawRetire, columns: &[RawColumn], key: &[String]) -> Result<Retire, Error> {
        let within = raw.within.map(|within| Within { pipeline: within.pipeline, column: within.column });
        let set = raw.set.keys().chain(raw.back.keys()).map(String::as_str);
        let named = set.chain(raw.alive_by.as_deref()).chain(within.iter().map(|within| within.column.as_str()));
        for name in named {
            if !columns.iter().any(|column| column.name == name) {
                return self.wrong(format!("`retire` names `{name}`, which is no column"));
            }
        }
        if let Some(name) = raw.set.keys().chain(raw.back.keys()).find(|name| key.contains(name)) {
            return self.wrong(format!("`retire` sets `{name}`, which is of the key"));
        }
        if raw.snapshots == 0 || raw.set.is_empty() {
            return self.wrong("`retire` needs at least one snapshot and a value that it sets");
        }
        let (snapshots, hours) = (raw.snapshots, raw.hours);
        Ok(Retire { snapshots, hours, set: raw.set, back: raw.back, alive_by: raw.alive_by, within })
    }

    fn data_set(&self, name: &str) -> Result<(), Error> {
        if DataSet::parse(name).is_some() {
            return Ok(());
        }
        let known: Vec<&str> = DataSet::ALL.iter().map(|data_set| data_set.name()).collect();
        self.wrong(format!("`{name}` is no data set; there are {}", known.join(", ")))
    }

    fn kind(&self, word: &str) -> Result<Kind, Error> {
        Ok(match word {
            "string" => Kind::Text,
            "integer" => Kind::Integer,
            "decimal" => Kind::Decimal,
            "truth" => Kind::Truth,
            "date-time" => Kind::DateTime,
            "reference" => Kind::Reference,
            _ => {
                return self.wrong(format!(
                    "`{word}` is no type; write string, integer, decimal, truth, date-time or reference"
                ));
            }
        })
    }

    fn staging_column(&self, raw: &RawColumn) -> Result<StagingColumn, Error> {
        let kind = self.kind(&raw.r#type)?;
        let length = match (kind, raw.length) {
            (Kind::Text, None) => return self.wrong(format!("column `{}` is a string and needs a `length`", raw.name)),
            (_, length) => length.unwrap_or(40),
        };
        if LINEAGE.iter().any(|(name, ..)| *name == raw.name) {
            return self.wrong(format!("column `{}` is ours: every staging table has it already", raw.name));
        }
        Ok(StagingColumn { name: raw.name.clone(), label: raw.label.clone(), kind, length })
    }

    fn column(&self, raw: RawColumn, length: u32) -> Result<Column, Error> {
        let longer = match raw.longer.as_str() {
            "reject" => Longer::Reject,
            "cut" => Longer::Cut,
            word => return self.wrong(format!("column `{}`: `longer = \"{word}\"`; write reject or cut", raw.name)),
        };
        let unreadable = match raw.unreadable.as_str() {
            "reject" => Unreadable::Reject,
            "empty" => Unreadable::Empty,
            word => {
                return self.wrong(format!("column `{}`: `unreadable = \"{word}\"`; write reject or empty", raw.name));
            }
        };
        Ok(Column {
            name: raw.name,
            length,
            value: raw.value,
            required: raw.required,
            longer,
            unreadable,
            volatile: raw.volatile,
        })
    }

    fn map(&self, raw: &RawMap, columns: &[StagingColumn]) -> Result<TransformMap, Error> {
        let fields = raw.field.iter().map(|field| self.field(raw, field, columns)).collect::<Result<Vec<_>, _>>()?;
        if !fields.iter().any(|field| field.coalesce) {
            return self.wrong(format!("map `{}` has no coalesce field: every run would insert anew", raw.name));
        }
        let rules = raw.rules.iter().map(|rule| self.rule(rule)).collect::<Result<Vec<_>, _>>()?;
        if let Some(rule) = rules.iter().find(|rule| !rule.name.is_event()) {
            return self
                .wrong(format!("map `{}`: `{rule}` computes a field and belongs in a field's `rule`", raw.name));
        }
        let mut written = std::collections::BTreeSet::new();
        if let Some(twice) = fields.iter().find(|field| !written.insert(field.to.as_str())) {
            return self.wrong(format!(
                "map `{}` writes `{}` twice: an instance keeps one field map a column",
                raw.name, twice.to
            ));
        }
        for rule in rules.iter().chain(fields.iter().filter_map(|field| field.rule.as_ref())) {
            self.arguments_are_columns(raw, rule, columns)?;
        }
        Ok(TransformMap { name: raw.name.clone(), order: raw.order, target: raw.target.clone(), rules, fields })
    }

    fn field(&self, map: &RawMap, raw: &RawField, columns: &[StagingColumn]) -> Result<FieldMap, Error> {
        if !is_column(columns, &raw.from) {
            return self
                .wrong(format!("map `{}` reads `{}`, which is no column of the staging table", map.name, raw.from));
        }
        let unknown = match (raw.unknown.as_deref(), raw.reference.is_some()) {
            (Some("create"), _) => Unknown::Create,
            (Some("ignore"), _) => Unknown::Ignore,
            (Some("reject"), _) => Unknown::Reject,
            // Making records or choices is never implied; a plain field asks nothing.
            (None, false) => Unknown::Ignore,
            (None, true) => {
                return self.wrong(format!(
                    "map `{}`, field `{}`: a reference states what happens when it is unknown: create, ignore or reject",
                    map.name, raw.to
                ));
            }
            (Some(word), _) => {
                return self.wrong(format!("map `{}`, field `{}`: `unknown = \"{word}\"`", map.name, raw.to));
            }
        };
        let rule = raw.rule.as_deref().map(|rule| self.rule(rule)).transpose()?;
        if let Some(rule) = rule.as_ref().filter(|rule| rule.name.is_event()) {
            return self
                .wrong(format!("map `{}`: `{rule}` decides about the row and belongs in the map's `rules`", map.name));
        }
        Ok(FieldMap {
            from: raw.from.clone(),
            to: raw.to.clone(),
            coalesce: raw.coalesce,
            reference: raw.reference.clone(),
            unknown,
            rule,
        })
    }

    fn rule(&self, text: &str) -> Result<Rule, Error> {
        Rule::parse(text).or_else(|reason| self.wrong(reason))
    }

    /// A rule reads columns of the staging table; one that compares with the target's record names a field of the map.
    fn arguments_are_columns(&self, map: &RawMap, rule: &Rule, columns: &[StagingColumn]) -> Result<(), Error> {
        for (place, argument) in rule.arguments.iter().enumerate() {
            let (is_known, what) = if rule.names_target(place) {
                (map.field.iter().any(|field| field.to == *argument), "no field that the map writes")
            } else {
                (is_column(columns, argument), "no column of the staging table")
            };
            if !is_known {
                return self.wrong(format!("map `{}`: `{rule}` names `{argument}`, which is {what}", map.name));
            }
        }
        Ok(())
    }

    /// A batch names columns by their labels: of two columns with one label, one would stay empty without a word.
    fn labels_are_distinct(&self, columns: &[StagingColumn]) -> Result<(), Error> {
        let mut known: BTreeMap<String, &str> =
            LINEAGE.iter().map(|(name, label, ..)| (label.to_lowercase(), *name)).collect();
        for column in columns {
            if let Some(other) = known.insert(column.label.trim().to_lowercase(), &column.name) {
                return self.wrong(format!(
                    "columns `{other}` and `{}` have one label, `{}`: each column needs its own",
                    column.name, column.label
                ));
            }
        }
        Ok(())
    }

    /// A column that reaches no target is a mistake, unless it says that it is meant to stay behind.
    fn every_column_is_used(&self, columns: &[RawColumn], maps: &[TransformMap]) -> Result<(), Error> {
        for column in columns {
            let is_mapped = maps.iter().any(|map| {
                map.fields.iter().any(|field| {
                    field.from == column.name
                        || field.rule.as_ref().is_some_and(|rule| rule.arguments.contains(&column.name))
                }) || map.rules.iter().any(|rule| rule.arguments.contains(&column.name))
            });
            if is_mapped == column.lineage {
                let advice = if is_mapped { "drop its `lineage`" } else { "map it, or say `lineage = true`" };
                return self.wrong(format!(
                    "column `{}` is {} to a target: {advice}",
                    column.name,
                    if is_mapped { "mapped" } else { "not mapped" }
                ));
            }
        }
        Ok(())
    }

    fn table(&self, raw: RawTable) -> Result<OwnTable, Error> {
        let columns = raw.column.into_iter().map(|column| {
            let kind = self.kind(&column.r#type)?;
            if (kind == Kind::Reference) != column.reference.is_some() {
                return self.wrong(format!("column `{}` of `{}`: a reference names its table", column.name, raw.name));
            }
            Ok(OwnColumn {
                name: column.name,
                label: column.label,
                kind,
                length: column.length.unwrap_or(if kind == Kind::Reference { 32 } else { 40 }),
                reference: column.reference,
            })
        });
        Ok(OwnTable { columns: columns.collect::<Result<_, _>>()?, name: raw.name, label: raw.label })
    }

    fn check(&self, raw: RawCheck, columns: &[RawColumn]) -> Result<Check, Error> {
        for column in raw.then.keys() {
            if !columns.iter().any(|known| known.name == *column) {
                return self.wrong(format!("check `{}` expects `{column}`, which is no column", raw.name));
            }
        }
        for data_set in raw.given.keys() {
            self.data_set(data_set)?;
        }
        let expects = match (raw.then.is_empty(), raw.rejected, raw.out_of_scope) {
            (false, None, None) => Expects::Row(raw.then),
            (true, Some(reason), None) => Expects::Rejected(reason),
            (true, None, Some(rule)) => Expects::OutOfScope(rule),
            _ => return self.wrong(format!("check `{}` expects one of then, rejected, out_of_scope", raw.name)),
        };
        Ok(Check { name: raw.name, given: raw.given, expects })
    }
}
