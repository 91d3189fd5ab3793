//! The devices that are wanted: by serial number, tag, blueprint, platform, or the first few. What can be asked for is
//! asked for; everything is looked at again when it comes, because the service's own filters match parts of words.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::read::Listed;

/// The devices that are wanted; all of them by default. Of several conditions all must hold; of several values of one
/// condition, any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Serial numbers, in any case.
    pub serials: BTreeSet<String>,
    /// Names of tags, in their own case.
    pub tags: BTreeSet<String>,
    /// Ids or names of blueprints.
    pub blueprints: BTreeSet<String>,
    /// Platforms as the list names them: `Mac`, `iPhone`, `iPad`, `AppleTV`.
    pub platforms: BTreeSet<String>,
    /// No more than this many devices, the first by device id.
    pub devices_max: Option<u64>,
}

impl Scope {
    /// True where every device is wanted.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The questions to the device list that together give every wanted device: one, or one a serial number.
    pub(crate) fn questions(&self) -> Vec<Vec<(&'static str, String)>> {
        let mut one = Vec::new();
        let only = |values: &BTreeSet<String>| (values.len() == 1).then(|| values.first().cloned()).flatten();
        if let Some(platform) = only(&self.platforms) {
            one.push(("platform", platform));
        }
        if let Some(tag) = only(&self.tags) {
            one.push(("tag_name", tag));
        }
        if self.serials.is_empty() || self.serials.len() > limits::SERIALS_ASKED_MAX {
            return vec![one];
        }
        let each = |serial: &String| one.iter().cloned().chain([("serial_number", serial.clone())]).collect();
        self.serials.iter().map(each).collect()
    }

    /// Which records of a page of the device list are wanted.
    pub(crate) fn wanted(&self, devices: &RecordBatch) -> BooleanArray {
        let texts = |name: &str| devices.column_by_name(name).map(|column| column.as_string::<i32>().clone());
        let (serials, platforms) = (texts("serial_number"), texts("platform"));
        let (blueprints, blueprint_names) = (texts("blueprint_id"), texts("blueprint_name"));
        let tags = devices.column_by_name("tags").map(|column| column.as_list::<i32>().clone());
        let at = |column: &Option<StringArray>, row: usize| -> Option<String> {
            let column = column.as_ref()?;
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        let wanted = (0..devices.num_rows()).map(|row| {
            let holds = |values: &BTreeSet<String>, found: &[Option<String>]| {
                values.is_empty() || found.iter().flatten().any(|value| values.contains(value))
            };
            let serial = at(&serials, row).map(|serial| serial.trim().to_uppercase());
            let is_serial = self.serials.is_empty()
                || serial.is_some_and(|serial| self.serials.iter().any(|wanted| wanted.to_uppercase() == serial));
            let tagged: Vec<Option<String>> = match &tags {
                Some(tags) if tags.is_valid(row) => {
                    let values = tags.value(row);
                    values.as_string::<i32>().iter().map(|tag| tag.map(str::to_owned)).collect()
                }
                _ => Vec::new(),
            };
            is_serial
                && holds(&self.platforms, &[at(&platforms, row)])
                && holds(&self.blueprints, &[at(&blueprints, row), at(&blueprint_names, row)])
                && holds(&self.tags, &tagged)
        });
        wanted.map(Some).collect()
    }

    /// What Prism is asked for, so that little comes that is not wanted; empty where it cannot be said in a question.
    pub(crate) fn prism_filter(&self, listed: &[Listed]) -> Option<serde_json::Value> {
        if self.is_everything() || listed.len() > limits::FILTER_DEVICES_MAX {
            return None;
        }
        let ids: BTreeSet<&str> = listed.iter().map(|device| device.device_id.as_str()).collect();
        Some(serde_json::json!({ "device_id": { "in": ids } }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataSet, PageRef, decode};

    fn page() -> RecordBatch {
        let body = r#"[
            {"device_id": "1", "serial_number": "abc1", "platform": "Mac", "blueprint_id": "b1", "blueprint_name": "Lab", "tags": ["x", "y"]},
            {"device_id": "2", "serial_number": "ABC12", "platform": "iPad", "blueprint_id": "b2", "blueprint_name": "Shop", "tags": []},
            {"device_id": "3", "serial_number": null, "platform": "Mac", "blueprint_id": "b2", "blueprint_name": "Shop"}]"#;
        decode(DataSet::Devices, PageRef { name: "page", number: 1 }, body.as_bytes()).expect("a page").batch
    }

    fn ids(scope: &Scope) -> Vec<usize> {
        let wanted = scope.wanted(&page());
        (0..wanted.len()).filter(|&row| wanted.value(row)).map(|row| row + 1).collect()
    }

    fn set(values: &[&str]) -> BTreeSet<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    #[test]
    fn every_condition_must_hold_and_a_part_of_a_word_does_not() {
        assert_eq!(ids(&Scope::default()), [1, 2, 3]);
        assert_eq!(ids(&Scope { serials: set(&["ABC1"]), ..Scope::default() }), [1]);
        assert_eq!(ids(&Scope { platforms: set(&["Mac"]), ..Scope::default() }), [1, 3]);
        assert_eq!(ids(&Scope { tags: set(&["y"]), ..Scope::default() }), [1]);
        assert_eq!(ids(&Scope { tags: set(&["Y"]), ..Scope::default() }), Vec::<usize>::new());
        assert_eq!(ids(&Scope { blueprints: set(&["Shop", "b1"]), ..Scope::default() }), [1, 2, 3]);
        assert_eq!(ids(&Scope { blueprints: set(&["Shop"]), platforms: set(&["Mac"]), ..Scope::default() }), [3]);
    }

    #[test]
    fn what_can_be_asked_for_is_asked_for() {
        assert_eq!(Scope::default().questions(), [Vec::new()]);
        let few = Scope { serials: set(&["A", "B"]), platforms: set(&["Mac"]), ..Scope::default() };
        assert_eq!(few.questions().len(), 2);
        assert_eq!(few.questions()[0], [("platform", "Mac".to_owned()), ("serial_number", "A".to_owned())]);
        let many: BTreeSet<String> = (0..100).map(|number| number.to_string()).collect();
        assert_eq!(Scope { serials: many, ..Scope::default() }.questions(), [Vec::new()]);
    }
}
