//! Which data set a recorded body belongs to, by its shape. Recorded bodies come in folders of files with names of all
//! kinds; the name is a hint only, and it decides only where the shape cannot.

mod outline;
mod prism;

use crate::DataSet;
use outline::Outline;

/// What a recorded body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Records of this data set; [`crate::decode()`] reads them.
    DataSet(DataSet),
    /// Something else, and what; a sentence without a full stop.
    NotInventory(String),
}

/// Recognises a body by its keys and those of its first record. It looks no further: that a body is recognised does not
/// mean that all of it can be read.
pub fn recognise(file_name: &str, bytes: &[u8]) -> Recognised {
    let hint = Hint::new(file_name);
    let outline = match Outline::of(bytes) {
        Ok(outline) => outline,
        Err(reason) => return Recognised::NotInventory(reason),
    };
    let found = match &outline {
        Outline::Bare(None) => empty_list(&hint),
        Outline::Bare(Some(record)) => record_of(record, &hint),
        Outline::Object { keys, list: Some((list, first)) } => under(list, keys, first.as_deref(), &hint),
        Outline::Object { keys, list: None } => record_of(keys, &hint).map_err(|reason| not_a_record(keys, reason)),
    };
    found.map_or_else(Recognised::NotInventory, Recognised::DataSet)
}

type Found = Result<DataSet, String>;

/// A file's name, folded so that `Prism_Activation-lock.json` and `prism activation_lock` are one.
struct Hint(String);

impl Hint {
    fn new(file_name: &str) -> Self {
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        Self(name.chars().map(fold).collect())
    }

    fn says(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// A list under `data`, `results` or `apps`. `first` are the keys of its first record.
fn under(list: &str, keys: &[String], first: Option<&[String]>, hint: &Hint) -> Found {
    match (list, first) {
        ("apps", _) if has(keys, "device_id") => Ok(DataSet::Apps),
        ("data", Some(record)) if has(record, "device__name") => prism::rows(record, hint),
        ("data", None) => prism::no_rows(hint),
        ("results", None) => empty_list(hint),
        (_, Some(record)) => record_of(record, hint),
        (_, None) => Err(format!("a list under `{list}` of what has no known shape")),
    }
}

fn empty_list(hint: &Hint) -> Found {
    let named = [("user", DataSet::Users), ("blueprint", DataSet::Blueprints), ("tag", DataSet::Tags)];
    let listed = named.into_iter().find(|(word, _)| hint.says(word)).map(|(_, data_set)| data_set);
    let devices = hint.says("devices") && !hint.says("ade_devices");
    listed
        .or(devices.then_some(DataSet::Devices))
        .ok_or_else(|| "an empty list, and neither its shape nor the file's name says of what".to_owned())
}

/// One record by its keys.
fn record_of(keys: &[String], hint: &Hint) -> Found {
    let has = |key| has(keys, key);
    if has("general") {
        Ok(DataSet::DeviceDetails)
    } else if has("device__name") {
        prism::rows(keys, hint)
    } else if has("cve_id") {
        Err("vulnerabilities are not read".to_owned())
    } else if has("device_id") && has("device_name") && (has("serial_number") || has("platform")) {
        Ok(DataSet::Devices)
    } else if has("deprecated_user_id") || (has("email") && has("archived")) {
        Ok(DataSet::Users)
    } else if has("enrollment_code") || (has("computers_count") && has("name")) {
        Ok(DataSet::Blueprints)
    } else if has("dep_account") && has("serial_number") {
        Err("devices of automated device enrolment are not read".to_owned())
    } else if has("occurred_at") && has("actor_id") {
        Err("audit events are not read".to_owned())
    } else if keys.len() == 2 && has("id") && has("name") {
        tag(hint)
    } else {
        Err(format!("records of no known shape: {}", shown(keys)))
    }
}

/// `{id, name}` is what a tag has, and also what many other things have.
fn tag(hint: &Hint) -> Found {
    if hint.says("tag") {
        Ok(DataSet::Tags)
    } else {
        Err("records with `id` and `name` only, and the file's name does not say that they are tags".to_owned())
    }
}

/// An object that is no record: what else the service answers with.
fn not_a_record(keys: &[String], reason: String) -> String {
    let has = |key| has(keys, key);
    if has("detail") || has("error") || has("errors") {
        "an error answer".to_owned()
    } else if has("activity") {
        "a device's activity is not read".to_owned()
    } else if has("commands") {
        "a device's commands are not read".to_owned()
    } else if has("library_items") || has("parameters") {
        "a device's library items and parameters are not read".to_owned()
    } else if has("counts") && has("limits") {
        "the licence's counts are not inventory".to_owned()
    } else if has("count") && has("approximate") {
        "a prism count is not inventory".to_owned()
    } else if has("category") && has("status") {
        "a prism export job is not inventory".to_owned()
    } else {
        reason
    }
}

fn has(keys: &[String], key: &str) -> bool {
    keys.iter().any(|known| known == key)
}

fn shown(keys: &[String]) -> String {
    const KEYS_SHOWN: usize = 4;
    let shown: Vec<String> =
        keys.iter().take(KEYS_SHOWN).map(|key| format!("`{}`", flow::Rejected::shown(key))).collect();
    if shown.is_empty() { "no keys at all".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests;
