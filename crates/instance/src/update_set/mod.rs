//! Update sets: ServiceNow's own XML for carrying tables, labels, maps, roles and access from one instance to another.
//!
//! ```text
//! <unload> ─▶ <sys_remote_update_set> its name
//!          └▶ <sys_update_xml> one a record ─▶ payload, XML again ─▶ <record_update><TABLE action="…"> columns
//! ```
//!
//! [`parse`] reads the form, [`install()`] stores the records and lets the dictionary grow. What must hold: all in
//! one transaction, and nothing that this instance would have to run and cannot.

mod install;
mod xml;

use crate::error::Error;
use xml::Element;

pub(crate) use install::install;

/// What an update set brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The update set's name.
    pub name: String,
    /// Tables that it declares.
    pub tables: Vec<String>,
    /// Transform maps that it declares.
    pub maps: Vec<String>,
    /// Records in it.
    pub records: usize,
}

/// An update set as it is written.
pub(crate) struct UpdateSet {
    name: String,
    changes: Vec<Change>,
}

/// One record that is to be stored or removed.
struct Change {
    table: String,
    /// The update's name, for messages and for an id when the record has none.
    update: String,
    delete: bool,
    values: Vec<Value>,
    /// The parent of a table, from the wrapper of a table's dictionary record.
    extends: Option<String>,
}

/// One column of a record.
struct Value {
    column: String,
    text: String,
    /// What a reference displays; the platform's sys_ids are not the same everywhere, its names are.
    display: String,
}

impl Change {
    fn get(&self, column: &str) -> &str {
        self.values.iter().find(|value| value.column == column).map_or("", |value| value.text.as_str())
    }

    fn is_true(&self, column: &str) -> bool {
        self.get(column) == "true"
    }
}

/// Reads an update set. Fails on XML of another form.
pub(crate) fn parse(text: &str) -> Result<UpdateSet, Error> {
    let root = xml::read(text)?;
    if root.name != "unload" {
        return Err(Error::UpdateSet(format!("its root is `{}` and not `unload`", root.name.escape_debug())));
    }
    let mut set = UpdateSet { name: String::new(), changes: Vec::new() };
    for child in &root.children {
        match child.name.as_str() {
            "sys_remote_update_set" => child.child_text("name").clone_into(&mut set.name),
            "sys_update_xml" => read_update(child, &mut set.changes)?,
            other => return Err(Error::UpdateSet(format!("it holds `{}`, which is no update", other.escape_debug()))),
        }
    }
    if set.changes.is_empty() {
        return Err(Error::UpdateSet("it holds no update".to_owned()));
    }
    Ok(set)
}

fn read_update(update: &Element, changes: &mut Vec<Change>) -> Result<(), Error> {
    let name = update.child_text("name");
    let payload = xml::read(update.child_text("payload").trim_start())?;
    if payload.name != "record_update" {
        return Err(Error::UpdateSet(format!("the payload of `{name}` is no `record_update`")));
    }
    let deletes = update.child_text("action") == "DELETE";
    for record in &payload.children {
        changes.push(read_record(name, &payload, record, deletes));
    }
    Ok(())
}

/// A dictionary record says its table, column and parent on the wrapper, not always inside.
fn read_record(update: &str, payload: &Element, record: &Element, deletes: bool) -> Change {
    let wrapper = |name: &str| record.attribute(name).or_else(|| payload.attribute(name));
    let mut values: Vec<Value> = record
        .children
        .iter()
        .map(|child| Value {
            column: child.name.clone(),
            text: child.text.clone(),
            display: child.attribute("display_value").unwrap_or_default().to_owned(),
        })
        .collect();
    if matches!(record.name.as_str(), "sys_dictionary" | "sys_documentation") {
        for (column, attribute) in [("name", record.attribute("table")), ("element", wrapper("element"))] {
            let missing = !values.iter().any(|value| value.column == column && !value.text.is_empty());
            if let Some(text) = attribute.filter(|text| missing && !text.is_empty()) {
                values.retain(|value| value.column != column);
                values.push(Value { column: column.to_owned(), text: text.to_owned(), display: String::new() });
            }
        }
    }
    Change {
        table: record.name.clone(),
        update: update.to_owned(),
        delete: deletes || record.attribute("action") == Some("DELETE"),
        values,
        extends: wrapper("extends").filter(|parent| !parent.is_empty()).map(str::to_owned),
    }
}
