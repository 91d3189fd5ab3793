//! The file as a whole, against what published exports look like (`update-set.md`), and what it has to bring.

use super::*;

/// The repository's own pipelines, in their nightly order.
fn pipelines() -> Vec<Pipeline> {
    let devices = Pipeline::parse("devices.toml", include_str!("../../../../pipelines/devices.toml"));
    let applications = Pipeline::parse("applications.toml", include_str!("../../../../pipelines/applications.toml"));
    vec![devices.expect("the pipeline holds"), applications.expect("the pipeline holds")]
}

/// One `sys_update_xml`: its children in their order, names and texts.
struct Update {
    children: Vec<(String, String)>,
}

impl Update {
    fn get(&self, name: &str) -> &str {
        self.children.iter().find(|(child, _)| child == name).map_or("", |(_, text)| text.as_str())
    }

    /// The columns of the record inside: names, attributes and texts.
    fn columns(&self) -> Vec<Element> {
        let payload = self.get("payload");
        let begin = payload.find(" action=\"INSERT_OR_UPDATE\"").expect("a record is inserted or updated");
        let inside = payload[begin..].split_once('>').expect("its tag ends").1;
        let end = inside.rfind(&format!("</{}>", self.get("table"))).expect("the record ends");
        elements(&inside[..end])
    }

    fn column(&self, name: &str) -> Option<String> {
        self.columns().into_iter().find(|column| column.name == name).map(|column| column.text)
    }
}

struct Element {
    name: String,
    attributes: String,
    text: String,
}

/// Elements that hold text only, one after the other.
fn elements(xml: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, behind) = tag.split_once('>').expect("a tag ends");
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        let (text, behind) = if tag.ends_with('/') {
            ("", behind)
        } else {
            behind.split_once(&format!("</{name}>")).expect("an element ends")
        };
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        found.push(Element { name: name.to_owned(), attributes: attributes.to_owned(), text });
        rest = behind;
    }
    found
}

fn updates() -> Vec<Update> {
    let xml = update_set(&pipelines());
    let parts = xml.split("<sys_update_xml action=\"INSERT_OR_UPDATE\">").skip(1);
    parts
        .map(|part| part.split_once("</sys_update_xml>").expect("an update ends").0)
        .map(|part| Update { children: elements(part).into_iter().map(|child| (child.name, child.text)).collect() })
        .collect()
}

/// The updates of one table's records.
fn of(table: &str) -> Vec<Update> {
    updates().into_iter().filter(|update| update.get("table") == table).collect()
}

#[test]
fn an_update_has_the_children_of_published_exports_in_their_order() {
    let expected = "action application category comments name payload payload_hash remote_update_set replace_on_upgrade \
                    sys_created_by sys_created_on sys_id sys_mod_count sys_recorded_at sys_updated_by sys_updated_on \
                    table target_name type update_domain update_guid update_guid_history update_set view";
    for update in updates() {
        let names: Vec<&str> = update.children.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.join(" "), expected);
        assert!(update.get("payload_hash").parse::<i32>().is_ok());
        assert_eq!(update.get("update_guid").len(), 32);
        let history = format!("{}:{}", update.get("update_guid"), update.get("payload_hash"));
        assert_eq!(update.get("update_guid_history"), history);
    }
}

#[test]
fn the_same_declarations_give_the_same_bytes_and_records_come_in_the_order_of_the_file() {
    assert_eq!(update_set(&pipelines()), update_set(&pipelines()));
    let recorded: Vec<String> = updates().iter().map(|update| update.get("sys_recorded_at").to_owned()).collect();
    assert!(recorded.is_sorted() && recorded.iter().collect::<BTreeSet<_>>().len() == recorded.len());
    assert_eq!(recorded[0], "19b76daa8000000001");
    let names: BTreeSet<String> = updates().iter().map(|update| update.get("name").to_owned()).collect();
    assert_eq!(names.len(), recorded.len(), "no record is written twice");
}

#[test]
fn columns_are_in_order_and_every_record_says_what_it_is_called() {
    for update in updates() {
        let columns = update.columns();
        assert!(columns.is_sorted_by_key(|column| column.name.clone()), "{}", update.get("payload"));
        assert_eq!(update.column("sys_name").as_deref(), Some(update.get("target_name")));
        assert_eq!(update.column("sys_update_name").as_deref(), Some(update.get("name")));
        assert!(!update.get("target_name").is_empty(), "{}", update.get("name"));
    }
    let entries = of("sys_dictionary");
    let columns = entries.iter().filter(|entry| !entry.get("name").ends_with("_null"));
    for column in columns {
        for name in ["display", "mandatory", "read_only", "unique"] {
            assert_eq!(column.column(name).as_deref(), Some("false"), "{name} of {}", column.get("name"));
        }
    }
}

#[test]
fn references_point_at_records_of_the_file_and_parents_are_named() {
    let ids: BTreeSet<String> = updates().iter().filter_map(|update| update.column("sys_id")).collect();
    for update in updates() {
        for column in update.columns().iter().filter(|column| column.attributes.starts_with("display_value")) {
            let is_id = column.text.len() == 32 && column.text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(!is_id || ids.contains(&column.text), "{} of {}", column.name, update.get("name"));
        }
    }
    for table in ["u_iru_device", "u_iru_application"] {
        let name = format!("sys_dictionary_{table}_null");
        let entry = of("sys_dictionary").into_iter().find(|entry| entry.get("name") == name).expect("it has an entry");
        let expected = format!("element=\"\" extends=\"sys_import_set_row\" table=\"{table}\"");
        assert!(entry.get("payload").contains(&expected), "{}", entry.get("payload"));
    }
    assert!(of("sys_db_object").iter().all(|table| table.column("super_class").is_none()));
}

#[test]
fn a_source_of_our_own_comes_with_its_choices() {
    let choices: Vec<[Option<String>; 5]> = of("sys_choice")
        .iter()
        .map(|choice| ["name", "element", "value", "label", "language"].map(|column| choice.column(column)))
        .collect();
    let kandji = |table: &str| [table, "discovery_source", "Kandji", "Kandji", "en"].map(|text| Some(text.to_owned()));
    assert_eq!(choices, [kandji("cmdb_ci"), kandji("cmdb_sam_sw_install")]);
}

/// What is read before rows are sent (is it this instance, does it hold what it held, has it the columns and choices) and
/// after (are the rows transformed, what became of each, in which record).
#[test]
fn the_loader_may_read_whatever_is_looked_at_before_and_after_sending() {
    let role = sys_id("sys_user_role", &[LOADER_ROLE]);
    assert_eq!(of("sys_user_role").len(), 1);
    let (rules, asked) = (of("sys_security_acl"), of("sys_security_acl_role"));
    for table in [
        "cmdb_ci_computer",
        "cmdb_hardware_product_model",
        "cmdb_sam_sw_install",
        "core_company",
        "sys_choice",
        "sys_db_object",
        "sys_dictionary",
        "sys_documentation",
        "sys_import_set",
        "sys_import_set_row_error",
        "sys_import_set_run",
        "sys_properties",
        "sys_rest_insert_multiple",
        "sys_transform_map",
        "sys_user",
        "u_iru_application",
        "u_iru_device",
        "u_iru_mdm",
    ] {
        let rule = rules.iter().find(|rule| rule.column("name").as_deref() == Some(table)).expect(table);
        let says = |column: &str| rule.column(column).unwrap_or_default();
        assert_eq!(
            (says("operation").as_str(), says("type").as_str(), says("active").as_str()),
            ("read", "record", "true")
        );
        let id = rule.column("sys_id");
        let asks = asked.iter().find(|asked| asked.column("sys_security_acl") == id).expect(table);
        assert_eq!(asks.column("sys_user_role").as_deref(), Some(role.as_str()));
    }
    assert_eq!((rules.len(), asked.len()), (18, 18), "and nothing else");
}
