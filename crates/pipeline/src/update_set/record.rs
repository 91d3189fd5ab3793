//! The XML of an update set: a wrapper a record, the record's own document inside it as text. Elements and their order
//! are those of published exports. Nothing here asks a clock or draws a number: the same records give the same bytes.

use quick_xml::escape::{escape, minimal_escape};

/// When generated files say that they were made. A fixed moment, as the same declarations must give the same bytes.
const MADE: &str = "2026-01-01 00:00:00";

/// The same in milliseconds since 1970, with which exports begin the moment that a change was recorded at.
const MADE_MILLISECONDS: u64 = 1_767_225_600_000;

/// Who generated files say made them.
const MAKER: &str = "snowhaul";

/// What belongs to no application: value and what a person sees of it.
const GLOBAL: (&str, &str) = ("global", "Global");

/// An update set in the making.
pub(super) struct UpdateSet {
    name: String,
    body: String,
    records: u64,
}

impl UpdateSet {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), body: String::new(), records: 0 }
    }

    /// Appends a record; `kind` is the human label of its table.
    pub(super) fn push(&mut self, record: &Record, kind: &str) {
        self.records += 1;
        let update = record.update_name();
        let set = sys_id("sys_remote_update_set", &[&self.name]);
        let payload = record.document();
        let hash = hash_of(&payload).to_string();
        let guid = sys_id("update_guid", &[&update, &payload]);
        let mut xml = Elements::default();
        xml.text("action", "INSERT_OR_UPDATE");
        xml.shown("application", GLOBAL.0, GLOBAL.1);
        xml.text("category", "customer");
        xml.text("comments", "");
        xml.text("name", &update);
        xml.text("payload", &payload);
        xml.text("payload_hash", &hash);
        xml.shown("remote_update_set", &set, &self.name);
        xml.text("replace_on_upgrade", "false");
        xml.text("sys_created_by", MAKER);
        xml.text("sys_created_on", MADE);
        xml.text("sys_id", &sys_id("sys_update_xml", &[&update]));
        xml.text("sys_mod_count", "0");
        // A moment and a number: changes are applied in this order, which is that of the file.
        xml.text("sys_recorded_at", &format!("{MADE_MILLISECONDS:x}{:07x}", self.records));
        xml.text("sys_updated_by", MAKER);
        xml.text("sys_updated_on", MADE);
        xml.text("table", &record.table);
        xml.text("target_name", &record.called);
        xml.text("type", kind);
        xml.text("update_domain", GLOBAL.0);
        xml.text("update_guid", &guid);
        xml.text("update_guid_history", &format!("{guid}:{hash}"));
        xml.text("update_set", "");
        xml.text("view", "");
        self.body.push_str(&format!("<sys_update_xml action=\"INSERT_OR_UPDATE\">{}</sys_update_xml>\n", xml.0));
    }

    pub(super) fn into_xml(self) -> String {
        let id = sys_id("sys_remote_update_set", &[&self.name]);
        let mut set = Elements::default();
        set.shown("application", GLOBAL.0, GLOBAL.1);
        for (name, value) in [
            ("application_name", "Global"),
            ("application_scope", "global"),
            ("application_version", ""),
            ("collisions", ""),
            ("commit_date", ""),
            ("deleted", ""),
            ("description", "Staging tables, transform maps, choices and the loader's role of Snowhaul"),
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
            ("sys_created_by", MAKER),
            ("sys_created_on", MADE),
            ("sys_id", &id),
            ("sys_mod_count", "0"),
            ("sys_updated_by", MAKER),
            ("sys_updated_on", MADE),
            ("update_set", ""),
            ("update_source", ""),
            ("updated", ""),
        ] {
            set.text(name, value);
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"{MADE}\">\n\
             <sys_remote_update_set action=\"INSERT_OR_UPDATE\">{}</sys_remote_update_set>\n{}</unload>\n",
            set.0, self.body
        )
    }
}

/// One record.
pub(super) struct Record {
    table: String,
    id: String,
    called: String,
    attributes: Vec<(&'static str, String)>,
    update_name: Option<String>,
    columns: Vec<(&'static str, Option<String>, String)>,
}

impl Record {
    /// A record whose id follows from its table and what names it there; `called` is what a person calls it.
    pub(super) fn new(table: &str, names: &[&str], called: &str) -> Self {
        Self {
            table: table.to_owned(),
            id: sys_id(table, names),
            called: called.to_owned(),
            attributes: Vec::new(),
            update_name: None,
            columns: Vec::new(),
        }
    }

    /// An attribute of the record itself; they stand in the order of their names.
    pub(super) fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self.attributes.sort_unstable();
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
        // Dictionary records name their table on the record itself and not on the wrapper.
        let wrapper = if self.attributes.is_empty() { attribute("table", &self.table) } else { String::new() };
        let attributes: String = self.attributes.iter().map(|(name, value)| attribute(name, value)).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><record_update{wrapper}>\
             <{0} action=\"INSERT_OR_UPDATE\"{attributes}>{1}</{0}></record_update>",
            self.table,
            self.elements()
        )
    }

    /// Its own columns and those that every record of metadata has, in the order of their names.
    fn elements(&self) -> String {
        let update_name = self.update_name();
        let (global, shown) = GLOBAL;
        let mut columns: Vec<(&str, Option<&str>, &str)> =
            self.columns.iter().map(|(name, display, value)| (*name, display.as_deref(), value.as_str())).collect();
        columns.extend([
            ("sys_class_name", None, self.table.as_str()),
            ("sys_created_by", None, MAKER),
            ("sys_created_on", None, MADE),
            ("sys_id", None, self.id.as_str()),
            ("sys_mod_count", None, "0"),
            ("sys_name", None, self.called.as_str()),
            ("sys_package", Some(shown), global),
            ("sys_scope", Some(shown), global),
            ("sys_update_name", None, update_name.as_str()),
            ("sys_updated_by", None, MAKER),
            ("sys_updated_on", None, MADE),
        ]);
        columns.sort_unstable_by_key(|(name, ..)| *name);
        let mut xml = Elements::default();
        for (name, display, value) in columns {
            match display {
                Some(display) => xml.shown(name, value, display),
                None => xml.text(name, value),
            }
        }
        xml.0
    }
}

/// Elements one after the other.
#[derive(Default)]
struct Elements(String);

impl Elements {
    fn text(&mut self, name: &str, value: &str) {
        self.push(name, "", value);
    }

    fn shown(&mut self, name: &str, value: &str, display: &str) {
        self.push(name, &attribute("display_value", display), value);
    }

    fn push(&mut self, name: &str, attributes: &str, value: &str) {
        if value.is_empty() {
            self.0.push_str(&format!("<{name}{attributes}/>"));
        } else {
            let value = minimal_escape(value).replace('>', "&gt;");
            self.0.push_str(&format!("<{name}{attributes}>{value}</{name}>"));
        }
    }
}

fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escape(value))
}

/// A signed number of 32 bits, as exports have one of each payload. How an instance makes it is in no public document;
/// what counts is that another payload has another.
fn hash_of(payload: &str) -> i32 {
    payload.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
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
