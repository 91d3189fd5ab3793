//! From the records of a transform map to a [`Plan`]. What a map says and the dictionary does not hold is an error
//! here, when the update set is installed, and not a surprise in the middle of a run.

use rusqlite::{Connection, Row};

use super::dates::DateFormat;
use super::plan::{BeforeRow, ChoiceAction, Choices, Field, Home, Map, Plan, Reference, Source};
use super::rule::{Rule, Usage};
use super::{robust, statements};
use crate::dictionary::{Column, Dictionary, Kind, Table};
use crate::error::Error;
use crate::records::finders;

/// A `sys_transform_map` record.
pub(super) struct MapRecord {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) target: String,
    pub(super) business_rules: bool,
    pub(super) copy_empty: bool,
    pub(super) insert_on_empty: bool,
    pub(super) enforce_mandatory: String,
}

/// A `sys_transform_entry` record.
pub(super) struct EntryRecord {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) coalesce: bool,
    pub(super) coalesce_empty: bool,
    pub(super) case_sensitive: bool,
    pub(super) action: String,
    pub(super) value_field: String,
    pub(super) date_format: String,
    pub(super) scripted: bool,
    pub(super) script: String,
}

/// What is the same for all fields of a plan.
struct Compiler<'a> {
    connection: &'a Connection,
    dictionary: &'a Dictionary,
    columns: Vec<String>,
    targets: Vec<String>,
    fields: usize,
}

/// Compiles what transforms a staging table: its active robust transformer, else its active maps, in their order.
pub(crate) fn compile(connection: &Connection, dictionary: &Dictionary, staging: &str) -> Result<Plan, Error> {
    let definition = dictionary.require(staging)?;
    let robust = robust::transformer(connection, staging)?;
    let records = match &robust {
        Some(transformer) => robust::entities(connection, transformer)?,
        None => map_records(connection, staging)?
            .into_iter()
            .map(|record| {
                let entries = entry_records(connection, &record.id)?;
                Ok((record, entries))
            })
            .collect::<Result<_, Error>>()?,
    };
    let mut compiler = Compiler {
        connection,
        dictionary,
        columns: definition.loadable().map(|column| column.name.clone()).collect(),
        targets: records.iter().map(|(record, _)| record.target.clone()).collect(),
        fields: 0,
    };
    let maps = records.into_iter().map(|(record, entries)| compiler.map(record, &entries));
    let maps = maps.collect::<Result<Vec<Map>, Error>>()?;
    Ok(Plan {
        staging: staging.to_owned(),
        read: statements::read(staging, &compiler.columns),
        finish: statements::finish(staging),
        copy: statements::copy(definition),
        strict_truth: property(connection, "glide.transform.boolean.casesensitive")?.as_deref() != Some("false"),
        columns: compiler.columns,
        maps,
        robust,
        fields: compiler.fields,
    })
}

impl Compiler<'_> {
    fn map(&mut self, record: MapRecord, entries: &[EntryRecord]) -> Result<Map, Error> {
        let dictionary = self.dictionary;
        let target = dictionary
            .table(&record.target)
            .ok_or_else(|| fault(&record.name, format!("its target table `{}` is unknown", record.target)))?;
        let mut slots: Vec<String> = Vec::new();
        let mut fields = Vec::with_capacity(entries.len());
        for entry in entries {
            fields.push(self.field(&record.name, target, entry, &mut slots)?);
        }
        let written = slots.len();
        let before = self.before(&record, target, &mut slots)?;
        let mut coalesce: Vec<(&Column, bool)> = Vec::new();
        for entry in entries.iter().filter(|entry| entry.coalesce) {
            coalesce.extend(target.column(&entry.target).map(|column| (column, entry.case_sensitive)));
        }
        let homes = dictionary
            .family(&record.target)
            .into_iter()
            .map(|table| Home {
                table: table.to_owned(),
                find: statements::find(table, &slots, &coalesce),
                update: statements::update(table, &slots[..written]),
            })
            .collect();
        let mandatory = mandatory(target, &record.enforce_mandatory, &slots[..written]);
        Ok(Map {
            coalesces: !coalesce.is_empty(),
            match_empty: entries.iter().any(|entry| entry.coalesce && entry.coalesce_empty),
            id: record.id,
            target: record.target,
            fields,
            slots,
            written,
            homes,
            before,
            copy_empty: record.copy_empty,
            insert_on_empty: record.insert_on_empty,
            mandatory,
            business_rules: record.business_rules,
        })
    }

    fn field(
        &mut self,
        map: &str,
        target: &Table,
        entry: &EntryRecord,
        slots: &mut Vec<String>,
    ) -> Result<Field, Error> {
        let column = target
            .column(&entry.target)
            .ok_or_else(|| fault(map, format!("there is no column `{}.{}`", target.name, entry.target)))?;
        let date_format = DateFormat::parse(&entry.date_format).ok_or_else(|| {
            fault(map, format!("`{}`: the date format `{}` is not known here", entry.target, entry.date_format))
        })?;
        let key = self.fields;
        self.fields += 1;
        Ok(Field {
            key,
            from: self.source(map, entry)?,
            target: entry.target.clone(),
            slot: slot(slots, &entry.target),
            kind: column.kind,
            max_length: column.max_length,
            date_format,
            coalesce: entry.coalesce,
            action: action(map, entry)?,
            reference: self.reference(map, column, entry)?,
            choices: self.choices(target, column),
        })
    }

    fn source(&self, map: &str, entry: &EntryRecord) -> Result<Source, Error> {
        if !entry.scripted {
            return self.position(map, &entry.source).map(Source::Column);
        }
        let rule = Rule::parse(&entry.script, Usage::FieldValue).map_err(|reason| fault(map, reason))?;
        for column in rule.sources() {
            self.position(map, column)?;
        }
        Source::of(&rule, |name| self.columns.iter().position(|column| column == name))
            .ok_or_else(|| fault(map, format!("`{}` has a rule that answers no value", entry.target)))
    }

    fn reference(&self, map: &str, column: &Column, entry: &EntryRecord) -> Result<Option<Reference>, Error> {
        if !matches!(column.kind, Kind::Reference | Kind::List) {
            return Ok(None);
        }
        let Some(table) = self.dictionary.table(&column.reference) else { return Ok(None) };
        let field = if entry.value_field.is_empty() { table.display.clone() } else { entry.value_field.clone() };
        if table.column(&field).is_none() {
            return Err(fault(map, format!("there is no column `{}.{field}`", table.name)));
        }
        let settled = !self
            .targets
            .iter()
            .any(|target| self.dictionary.is_a(target, &table.name) || self.dictionary.is_a(&table.name, target));
        let finders = finders(self.dictionary, &table.name, &field);
        Ok(Some(Reference { table: table.name.clone(), field, finders, settled }))
    }

    fn choices(&self, target: &Table, column: &Column) -> Option<Choices> {
        column.choice.then(|| Choices {
            table: column.declared_on.clone(),
            listed_on: self.dictionary.lineage(&target.name).map(str::to_owned).collect(),
        })
    }

    fn before(&self, record: &MapRecord, target: &Table, slots: &mut Vec<String>) -> Result<Vec<BeforeRow>, Error> {
        let mut rules = Vec::new();
        for script in before_scripts(self.connection, &record.id)? {
            let rule = Rule::parse(&script, Usage::BeforeRow).map_err(|reason| fault(&record.name, reason))?;
            match rule {
                Rule::NeverInsert { retire } => {
                    rules.push(BeforeRow::NeverInsert { retire: self.position(&record.name, &retire)? });
                }
                Rule::SkipOlderRun { source, target: column } => {
                    if target.column(&column).is_none() {
                        return Err(fault(&record.name, format!("there is no column `{}.{column}`", target.name)));
                    }
                    let source = self.position(&record.name, &source)?;
                    rules.push(BeforeRow::SkipOlderRun { source, slot: slot(slots, &column) });
                }
                Rule::MakeAndModel { .. } | Rule::ProductOfInstall { .. } => {}
            }
        }
        Ok(rules)
    }

    fn position(&self, map: &str, name: &str) -> Result<usize, Error> {
        self.columns
            .iter()
            .position(|column| column == name)
            .ok_or_else(|| fault(map, format!("the staging table has no column `{}`", name.escape_debug())))
    }
}

/// The mandatory columns that a map minds: `No`, `Only Mapped Fields` or `All Fields`.
fn mandatory(target: &Table, enforce: &str, mapped: &[String]) -> Vec<String> {
    let enforce = enforce.to_lowercase();
    let minds = |column: &&Column| match enforce.split_whitespace().next() {
        Some("all") => true,
        Some("only") => mapped.contains(&column.name),
        _ => false,
    };
    let mandatory = target.columns.iter().filter(|column| column.mandatory).filter(minds);
    mandatory.map(|column| column.name.clone()).collect()
}

/// The place of a target column among those compared; two field maps of one column share it.
fn slot(slots: &mut Vec<String>, column: &str) -> usize {
    slots.iter().position(|slot| slot == column).unwrap_or_else(|| {
        slots.push(column.to_owned());
        slots.len() - 1
    })
}

fn action(map: &str, entry: &EntryRecord) -> Result<ChoiceAction, Error> {
    match entry.action.as_str() {
        "" | "create" => Ok(ChoiceAction::Create),
        "ignore" => Ok(ChoiceAction::Ignore),
        "reject" => Ok(ChoiceAction::Reject),
        other => Err(fault(map, format!("`{}`: there is no choice action `{}`", entry.target, other.escape_debug()))),
    }
}

fn fault(map: &str, reason: impl std::fmt::Display) -> Error {
    Error::UpdateSet(format!("the transform map `{}`: {reason}", map.escape_debug()))
}

pub(super) fn truth(row: &Row<'_>, position: usize) -> rusqlite::Result<bool> {
    Ok(row.get_ref(position)?.as_str()? == "true")
}

fn map_records(connection: &Connection, staging: &str) -> Result<Vec<MapRecord>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT sys_id, name, target_table, run_business_rules, copy_empty_fields, \
         create_new_record_on_empty_coalesce_fields, enforce_mandatory_fields FROM sys_transform_map \
         WHERE source_table = ?1 COLLATE NOCASE AND active = 'true' ORDER BY CAST(\"order\" AS INTEGER), rowid",
    )?;
    let records = statement.query_map([staging], |row| {
        Ok(MapRecord {
            id: row.get(0)?,
            name: row.get(1)?,
            target: row.get(2)?,
            business_rules: truth(row, 3)?,
            copy_empty: truth(row, 4)?,
            insert_on_empty: truth(row, 5)?,
            enforce_mandatory: row.get(6)?,
        })
    })?;
    Ok(records.collect::<Result<_, _>>()?)
}

fn entry_records(connection: &Connection, map: &str) -> Result<Vec<EntryRecord>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT source_field, target_field, coalesce, coalesce_empty_fields, coalesce_case_sensitive, choice_action, \
         reference_value_field, date_format, use_source_script, source_script FROM sys_transform_entry \
         WHERE map = ?1 ORDER BY rowid",
    )?;
    let records = statement.query_map([map], |row| {
        Ok(EntryRecord {
            source: row.get(0)?,
            target: row.get(1)?,
            coalesce: truth(row, 2)?,
            coalesce_empty: truth(row, 3)?,
            case_sensitive: truth(row, 4)?,
            action: row.get(5)?,
            value_field: row.get(6)?,
            date_format: row.get(7)?,
            scripted: truth(row, 8)?,
            script: row.get(9)?,
        })
    })?;
    Ok(records.collect::<Result<_, _>>()?)
}

fn before_scripts(connection: &Connection, map: &str) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT script FROM sys_transform_script WHERE map = ?1 AND \"when\" = 'onBefore' AND active = 'true' \
         ORDER BY CAST(\"order\" AS INTEGER), rowid",
    )?;
    let scripts = statement.query_map([map], |row| row.get(0))?;
    Ok(scripts.collect::<Result<_, _>>()?)
}

/// The value of a system property.
pub(crate) fn property(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    use rusqlite::OptionalExtension as _;
    let value = connection
        .prepare_cached("SELECT value FROM sys_properties WHERE name = ?1 COLLATE NOCASE")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value)
}
