//! The shipped dictionary, and what a dictionary refuses.

use super::*;

fn declared(toml: &str) -> DeclaredTable {
    toml::from_str(toml).expect("the test's own table is valid")
}

#[test]
fn a_computer_has_the_columns_of_its_parents() {
    let dictionary = stored::shipped().expect("the shipped dictionary is valid");
    let computer = dictionary.table("cmdb_ci_computer").expect("it is shipped");
    for column in ["sys_id", "serial_number", "hardware_status", "cpu_core_count"] {
        assert!(computer.column(column).is_some(), "{column}");
    }
    assert_eq!(computer.display, "name");
    assert_eq!(computer.column("serial_number").map(|column| column.declared_on.as_str()), Some("cmdb_ci"));
    assert!(dictionary.is_a("cmdb_ci_computer", "cmdb_ci"));
    assert!(dictionary.family("cmdb_ci").contains(&"cmdb_ci_computer"));
}

#[test]
fn names_that_could_be_sql_are_refused() {
    for name in ["", "1x", "a\"b", "A", "drop table", "u_é"] {
        assert!(check_name(name).is_err(), "{name}");
    }
    assert!(check_name("u_iru_device2").is_ok());
}

#[test]
fn a_circle_of_parents_is_refused() {
    let circle = vec![declared("name = \"u_a\"\nextends = \"u_b\""), declared("name = \"u_b\"\nextends = \"u_a\"")];
    assert!(matches!(Dictionary::build(circle), Err(Error::Dictionary(_))));
}

#[test]
fn a_label_is_made_from_the_name() {
    assert_eq!(declared::label_of("u_serial_number"), "Serial number");
    assert_eq!(declared::label_of("os"), "Os");
}
