//! Records that are there already: seeding them again changes nothing.

use serde_json::json;

use super::{Client, devices};
use crate::Config;

const SEED: &str = r#"
[[record]]
table = "core_company"
values = { name = "Larkfield" }
[[record]]
table = "sys_user"
values = { name = "Mara", user_name = "mara", email = "mara@larkfield.example", company = "Larkfield" }
[[record]]
table = "sys_user"
values = { name = "Nobody", user_name = "nobody" }
[[record]]
table = "cmdb_ci_computer"
values = { name = "one", serial_number = "C1", assigned_to = "Mara" }
"#;

#[test]
fn seeding_twice_changes_nothing() {
    let client = Client::open(Config::with_made_up_secrets());
    let counts =
        || ["sys_user", "core_company", "cmdb_ci_computer", "alm_asset"].map(|table| client.find(table, "").len());
    let before = counts();
    assert_eq!(client.instance.seed(SEED).expect("the seed is valid"), 4);
    let seeded = counts();
    assert_eq!(seeded, [before[0] + 2, 1, 1, 1]);
    let (mara, computer) = (client.one("sys_user", "user_name=mara"), client.one("cmdb_ci_computer", "name=one"));
    assert_eq!(client.instance.seed(SEED).expect("it is as valid as before"), 4);
    assert_eq!(counts(), seeded);
    assert_eq!(client.one("sys_user", "user_name=mara"), mara);
    assert_eq!(client.one("cmdb_ci_computer", "name=one"), computer);
}

#[test]
fn a_person_is_known_by_the_address_and_changed() {
    let client = Client::open(Config::with_made_up_secrets());
    client.instance.seed(SEED).expect("the seed is valid");
    let renamed = SEED.replace("name = \"Mara\"", "name = \"Mara M.\"").replace("mara@", "MARA@");
    client.instance.seed(&renamed.replace("assigned_to = \"Mara\"", "assigned_to = \"Mara M.\"")).expect("valid");
    assert_eq!(client.one("sys_user", "user_name=mara")["name"], "Mara M.");
}

#[test]
fn a_company_that_an_import_made_is_the_one_that_a_seed_names() {
    let client = Client::with(&devices());
    client.import("u_stage_device", &json!({ "u_serial": "C1", "u_manufacturer": "Larkfield" }));
    client.instance.seed(SEED).expect("the seed is valid");
    client.one("core_company", "name=Larkfield");
}

#[test]
fn another_identity_takes_the_place_of_the_one_that_was_made() {
    let client = Client::open(Config::with_made_up_secrets());
    let identity = "0123456789abcdef0123456789abcdef";
    let seed = format!(
        "[[record]]\ntable = \"sys_properties\"\nvalues = {{ name = \"instance_id\", value = \"{identity}\" }}"
    );
    client.instance.seed(&seed).expect("the seed is valid");
    assert_eq!(client.one("sys_properties", "name=instance_id")["value"], identity);
    assert_eq!(client.instance.identity(), identity);
}
