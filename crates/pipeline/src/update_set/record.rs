//! The XML of an update set: a wrapper a record, the record's own document inside it as text.

use quick_xml::escape::{escape, minimal_escape};

/// When generated files say that they were made. A fixed moment, as the same declarations must give the same bytes.
const MADE: &str = "2026-01-01 00:00:00";

/// An update set in the making.
pub(super) struct UpdateSet {
    name: String,
    body: String,
}

impl UpdateSet {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), body: String::new() }
    }

    /// Appends a record; `kind` is the human label of its table.
    pub(super) fn push(&mut self, record: Record, kind: &str) {
        let update = record.update_name();
        let set = sys_id("sys_remote_update_set", &[&self.name]);
        let payload = record.document();
        let mut xml = String::from("<sys_update_xml action=\"INSERT_OR_UPDATE\">");
        for (name, value) in [
            ("action", "INSERT_OR_UPDATE"),
            ("application", "global"),
            ("category", "customer"),
            ("comments", ""),
            ("name", &update),
            ("payload", &payload),
        ] {
            xml.push_str(&element(name, &[], value));
        }
        xml.push_str(&element("remote_update_set", &[("display_value", &self.name)], &set));
        for (name, value) in [
            ("replace_on_upgrade", "false"),
            ("sys_created_on", MADE),
            ("sys_id", &sys_id("sys_update_xml", &[&update])),
            ("sys_updated_on", MADE),
            ("table", &record.table),
            ("target_name", &update),
            ("type", kind),
            ("update_domain", "global"),
            ("update_set", ""),
            ("view", ""),
        ] {
            xml.push_str(&element(name, &[], value));
        }
        xml.push_str("</sys_update_xml>\n");
        self.body.push_str(&xml);
    }

    pub(super) fn into_xml(self) -> String {
        let id = sys_id("sys_remote_update_set", &[&self.name]);
        let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"{MADE}\">\n");
        xml.push_str("<sys_remote_update_set action=\"INSERT_OR_UPDATE\">");
        xml.push_str(&element("application", &[("display_value", "Global")], "global"));
        for (name, value) in [
            ("application_name", "Global"),
            ("application_scope", "global"),
            ("application_version", ""),
            ("collisions", ""),
            ("commit_date", ""),
            ("deleted", ""),
            ("description", "Staging tables and transform maps of Snowhaul"),
            ("inserted", ""),
            ("name", &self.name),
            ("origin_sys_id", ""),
            ("parent", ""),
            ("release_date", ""),
            ("remote_base_update_set", ""),
            ("remote_parent_id", ""),
            ("remote_sys_id", &id),
            ("state", "loaded"),
            ("summary", ""),
            ("sys_class_name", "sys_remote_update_set"),
            ("sys_created_by", "snowhaul"),
            ("sys_created_on", MADE),
            ("sys_id", &id),
            ("sys_mod_count", "0"),
            ("sys_updated_by", "snowhaul"),
            ("sys_updated_on", MADE),
            ("update_set", ""),
            ("update_source", ""),
            ("updated", ""),
        ] {
            xml.push_str(&element(name, &[], value));
        }
        xml.push_str("</sys_remote_update_set>\n");
        xml.push_str(&self.body);
        xml.push_str("</unload>\n");
        xml
    }
}

/// One record: its columns in the order in which they were given.
pub(super) struct Record {
    table: String,
    id: String,
    attributes: Vec<(&'static str, String)>,
    update_name: Option<String>,
    columns: Vec<(&'static str, Option<String>, String)>,
}

impl Record {
    /// A record whose id follows from its table and what names it there.
    pub(super) fn new(table: &str, names: &[&str]) -> Self {
        Self {
            table: table.to_owned(),
            id: sys_id(table, names),
            attributes: Vec::new(),
            update_name: None,
            columns: Vec::new(),
        }
    }

    pub(super) fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self
    }

    pub(super) fn named(mut self, update_name: &str) -> Self {
        self.update_name = Some(update_name.to_owned());
        self
    }

    pub(super) fn text(mut self, column: &'static str, value: &str) -> Self {
        self.columns.push((column, None, value.to_owned()));
        self
    }

    /// A column that is written with what a person sees of it.
    pub(super) fn shown(mut self, column: &'static str, value: &str, display: &str) -> Self {
        self.columns.push((column, Some(display.to_owned()), value.to_owned()));
        self
    }

    fn update_name(&self) -> String {
        self.update_name.clone().unwrap_or_else(|| format!("{}_{}", self.table, self.id))
    }

    fn document(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        // Dictionary records name their table on the record itself and not on the wrapper.
        if self.attributes.is_empty() {
            xml.push_str(&format!("<record_update table=\"{}\">", escape(&self.table)));
        } else {
            xml.push_str("<record_update>");
        }
        xml.push_str(&format!("<{} action=\"INSERT_OR_UPDATE\"", self.table));
        for (name, value) in &self.attributes {
            xml.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        xml.push('>');
        for (name, display, value) in &self.columns {
            let attributes: Vec<(&str, &str)> =
                display.iter().map(|display| ("display_value", display.as_str())).collect();
            xml.push_str(&element(name, &attributes, value));
        }
        let update_name = self.update_name();
        for (name, value) in [
            ("sys_class_name", self.table.as_str()),
            ("sys_created_by", "snowhaul"),
            ("sys_created_on", MADE),
            ("sys_id", &self.id),
            ("sys_mod_count", "0"),
        ] {
            xml.push_str(&element(name, &[], value));
        }
        for name in ["sys_package", "sys_scope"] {
            xml.push_str(&element(name, &[("display_value", "Global")], "global"));
        }
        for (name, value) in
            [("sys_update_name", update_name.as_str()), ("sys_updated_by", "snowhaul"), ("sys_updated_on", MADE)]
        {
            xml.push_str(&element(name, &[], value));
        }
        xml.push_str(&format!("</{}></record_update>", self.table));
        xml
    }
}

fn element(name: &str, attributes: &[(&str, &str)], value: &str) -> String {
    let mut xml = format!("<{name}");
    for (attribute, text) in attributes {
        xml.push_str(&format!(" {attribute}=\"{}\"", escape(*text)));
    }
    if value.is_empty() {
        xml.push_str("/>");
    } else {
        xml.push('>');
        xml.push_str(&minimal_escape(value).replace('>', "&gt;"));
        xml.push_str(&format!("</{name}>"));
    }
    xml
}

/// A record's id: 32 hexadecimal digits that follow from what it is, so that importing again updates.
pub(super) fn sys_id(table: &str, names: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [table].iter().chain(names) {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let mut id = hasher.finalize().to_hex().to_string();
    id.truncate(32);
    id
}
