//! What a pipeline expects of an instance, as plain data. Apart because it is told to the checks of a connection, which
//! know no pipelines: whoever reads it here cannot depend on how declarations are kept.

use std::collections::BTreeSet;

use super::{FieldMap, Keys, Pipeline, TransformMap, Unknown};

/// Columns of the platform's own tables and the table that each refers to. A declaration does not say it, as the
/// instance's dictionary does; a column that is not here is not looked at.
const REFERS_TO: [(&str, &str); 9] = [
    ("assigned_to", "sys_user"),
    ("owned_by", "sys_user"),
    ("managed_by", "sys_user"),
    ("supported_by", "sys_user"),
    ("manufacturer", "core_company"),
    ("vendor", "core_company"),
    ("company", "core_company"),
    ("department", "cmn_department"),
    ("location", "cmn_location"),
];

impl Pipeline {
    /// Its transform maps, in their order: the name and the target table of each.
    pub fn map_names(&self) -> Vec<(String, String)> {
        self.maps.iter().map(|map| (map.name.clone(), map.target.clone())).collect()
    }

    /// True where batches call staging columns by their names, false where by their labels.
    pub fn keys_are_names(&self) -> bool {
        self.keys == Keys::Names
    }

    /// What rows name and do not bring along, such as users by their e-mail address: the table and the field of each.
    pub fn references(&self) -> Vec<(String, String)> {
        let fields = self.maps.iter().flat_map(|map| map.fields.iter().map(move |field| (map, field)));
        let named: BTreeSet<(String, String)> = fields
            .filter_map(|(map, field)| {
                let by = field.reference.as_deref().filter(|by| !self.brings_along(field, by))?;
                Some((self.referred_table(map, field)?.to_owned(), by.to_owned()))
            })
            .collect();
        named.into_iter().collect()
    }

    /// Choices without which the instance rejects every row: the table, the column and the value of each.
    pub fn choices(&self) -> Vec<(String, String, String)> {
        let owned = |(table, element, value): (&str, &str, String)| (table.to_owned(), element.to_owned(), value);
        crate::update_set::needed_choices(self).into_iter().map(owned).collect()
    }

    /// True where a row makes the record that it names, or an earlier map of its own does.
    fn brings_along(&self, field: &FieldMap, by: &str) -> bool {
        let mut fields = self.maps.iter().flat_map(|map| &map.fields);
        field.unknown == Unknown::Create || fields.any(|own| own.coalesce && own.to == by)
    }

    /// The table that a field refers to, where that is known here.
    fn referred_table<'p>(&'p self, map: &TransformMap, field: &FieldMap) -> Option<&'p str> {
        let own = self.tables.iter().find(|table| table.name == map.target);
        match own {
            Some(table) => table.columns.iter().find(|column| column.name == field.to)?.reference.as_deref(),
            None => REFERS_TO.into_iter().find(|(column, _)| *column == field.to).map(|(_, table)| table),
        }
    }
}
