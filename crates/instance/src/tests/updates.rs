//! Writes update sets in ServiceNow's form, as a test needs them.

use crate::sys_id;

/// An update set that grows.
pub(crate) struct Updates {
    name: &'static str,
    records: Vec<String>,
}

impl Updates {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, records: Vec::new() }
    }

    pub(crate) fn table(self, name: &str, label: &str, extends: Option<&str>) -> Self {
        let extends = extends.map(|parent| format!(" extends=\"{parent}\"")).unwrap_or_default();
        let wrapper = format!(" element=\"\"{extends} table=\"{name}\"");
        let values = [("name", name), ("element", ""), ("internal_type", "collection"), ("column_label", "")];
        let id = sys_id::of(&["test table", name]);
        self.wrapped("sys_dictionary", &wrapper, &id, &values)
            .record("sys_documentation", &[("name", name), ("element", ""), ("label", label), ("language", "en")])
    }

    pub(crate) fn column(self, table: &str, name: &str, label: &str, kind: &str, length: &str) -> Self {
        let wrapper = format!(" element=\"{name}\" table=\"{table}\"");
        let values = [
            ("name", table),
            ("element", name),
            ("column_label", label),
            ("internal_type", kind),
            ("max_length", length),
            ("active", "true"),
        ];
        let id = sys_id::of(&["test column", table, name]);
        self.wrapped("sys_dictionary", &wrapper, &id, &values)
    }

    pub(crate) fn reference(self, table: &str, name: &str, to: &str) -> Self {
        let wrapper = format!(" element=\"{name}\" table=\"{table}\"");
        let values = [("name", table), ("element", name), ("internal_type", "reference"), ("reference", to)];
        let id = sys_id::of(&["test column", table, name]);
        self.wrapped("sys_dictionary", &wrapper, &id, &values)
    }

    /// A text that a record should have.
    pub(crate) fn mandatory(self, table: &str, name: &str, label: &str) -> Self {
        let wrapper = format!(" element=\"{name}\" table=\"{table}\"");
        let values = [
            ("name", table),
            ("element", name),
            ("column_label", label),
            ("internal_type", "string"),
            ("max_length", "40"),
            ("mandatory", "true"),
            ("active", "true"),
        ];
        let id = sys_id::of(&["test column", table, name]);
        self.wrapped("sys_dictionary", &wrapper, &id, &values)
    }

    /// A map that minds mandatory fields as it says.
    pub(crate) fn enforcing(self, name: &str, source: &str, target: &str, enforce: &str) -> Self {
        let values = [
            ("name", name),
            ("source_table", source),
            ("target_table", target),
            ("active", "true"),
            ("enforce_mandatory_fields", enforce),
        ];
        self.wrapped("sys_transform_map", "", &map_id(name), &values)
    }

    /// A list of references.
    pub(crate) fn list(self, table: &str, name: &str, to: &str) -> Self {
        let wrapper = format!(" element=\"{name}\" table=\"{table}\"");
        let values = [("name", table), ("element", name), ("internal_type", "glide_list"), ("reference", to)];
        let id = sys_id::of(&["test column", table, name]);
        self.wrapped("sys_dictionary", &wrapper, &id, &values)
    }

    pub(crate) fn map(self, name: &str, source: &str, target: &str, order: &str) -> Self {
        let values = [
            ("name", name),
            ("source_table", source),
            ("target_table", target),
            ("order", order),
            ("active", "true"),
            ("run_business_rules", "true"),
        ];
        self.wrapped("sys_transform_map", "", &map_id(name), &values)
    }

    pub(crate) fn entry(self, map: &str, source: &str, target: &str, more: &[(&str, &str)]) -> Self {
        let map = map_id(map);
        let mut values = vec![("map", map.as_str()), ("source_field", source), ("target_field", target)];
        values.extend_from_slice(more);
        self.record("sys_transform_entry", &values)
    }

    /// A field map whose value a script answers.
    pub(crate) fn scripted(self, map: &str, target: &str, script: &str) -> Self {
        let more = [("use_source_script", "true"), ("source_script", script)];
        self.entry(map, "[Script]", target, &more)
    }

    pub(crate) fn before(self, map: &str, script: &str) -> Self {
        let map = map_id(map);
        let values = [("map", map.as_str()), ("when", "onBefore"), ("active", "true"), ("script", script)];
        self.record("sys_transform_script", &values)
    }

    pub(crate) fn multiple(self, table: &str, mapping: &str, transformation: &str) -> Self {
        let values =
            [("name", table), ("source_table", table), ("column_mapping", mapping), ("transformation", transformation)];
        self.record("sys_rest_insert_multiple", &values)
    }

    /// A role that reads these tables.
    pub(crate) fn role(self, name: &str, tables: &[&str]) -> Self {
        let role = sys_id::of(&["test role", name]);
        let with_role = self.wrapped("sys_user_role", "", &role, &[("name", name)]);
        tables.iter().fold(with_role, |updates, table| updates.rule(table, &role))
    }

    /// An access rule for reading a table or a column, which asks for a role by its id.
    pub(crate) fn rule(self, target: &str, role: &str) -> Self {
        let rule = sys_id::of(&["test rule", target, role]);
        let values = [("name", target), ("operation", "read"), ("type", "record"), ("active", "true")];
        self.wrapped("sys_security_acl", "", &rule, &values)
            .record("sys_security_acl_role", &[("sys_security_acl", rule.as_str()), ("sys_user_role", role)])
    }

    /// A record of any table under an id, by which others name it.
    pub(crate) fn identified(self, table: &str, id: &str, values: &[(&str, &str)]) -> Self {
        self.wrapped(table, "", id, values)
    }

    /// A record of any table; its id is made of its place in the set.
    pub(crate) fn record(self, table: &str, values: &[(&str, &str)]) -> Self {
        let id = sys_id::of(&["test record", self.name, table, &self.records.len().to_string()]);
        self.wrapped(table, "", &id, values)
    }

    fn wrapped(mut self, table: &str, wrapper: &str, id: &str, values: &[(&str, &str)]) -> Self {
        let columns: String = values
            .iter()
            .chain(&[("sys_id", id), ("sys_scope", "global")])
            .map(|(column, value)| format!("<{column}>{}</{column}>", quick_xml::escape::escape(*value)))
            .collect();
        let payload = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><record_update>\
             <{table} action=\"INSERT_OR_UPDATE\"{wrapper}>{columns}</{table}></record_update>"
        );
        self.records.push(format!(
            "<sys_update_xml action=\"INSERT_OR_UPDATE\"><action>INSERT_OR_UPDATE</action>\
             <name>{table}_{id}</name><payload><![CDATA[{payload}]]></payload></sys_update_xml>"
        ));
        self
    }

    pub(crate) fn xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-11-24 00:00:00\">\
             <sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>{}</name></sys_remote_update_set>{}</unload>",
            self.name,
            self.records.concat()
        )
    }
}

fn map_id(name: &str) -> String {
    sys_id::of(&["test map", name])
}
