//! What maps do with dates and mandatory fields, and what the Aggregate API says.

use serde_json::{Value, json};

use super::{Client, Updates};

/// A staging table whose date has a format and a zone, and a target with a field that must not be empty.
fn updates(enforce: &str) -> Updates {
    Updates::new("Mapping")
        .table("u_stage_visit", "Stage visit", Some("sys_import_set_row"))
        .column("u_stage_visit", "u_key", "Key", "string", "40")
        .column("u_stage_visit", "u_seen", "Seen", "string", "40")
        .column("u_stage_visit", "u_note", "Note", "string", "40")
        .column("u_stage_visit", "u_count", "Count", "string", "40")
        .table("u_visit", "Visit", None)
        .column("u_visit", "u_key", "Key", "string", "40")
        .column("u_visit", "u_seen", "Seen", "glide_date_time", "40")
        .column("u_visit", "u_count", "Count", "integer", "40")
        .mandatory("u_visit", "u_note", "Note")
        .mandatory("u_visit", "u_other", "Other")
        .enforcing("visit", "u_stage_visit", "u_visit", enforce)
        .entry("visit", "u_key", "u_key", &[("coalesce", "true")])
        .entry("visit", "u_seen", "u_seen", &[("date_format", "dd-MM-yyyy HH:mm:ss")])
        .entry("visit", "u_note", "u_note", &[])
        .entry("visit", "u_count", "u_count", &[])
}

fn visit(key: &str, note: &str) -> Value {
    json!({ "u_key": key, "u_seen": "01-07-2026 14:00:00", "u_note": note, "u_count": "2" })
}

/// Importing date and time values: the field map's format, in the importing user's time zone.
#[test]
fn a_date_has_the_maps_format_and_the_importers_zone() {
    let client = Client::with(&updates("No"));
    client.import("u_stage_visit", &visit("utc", "x"));
    let user = client.one("sys_user", &format!("user_name={}", client.config.service_account));
    let path = format!("/api/now/table/sys_user/{}", user["sys_id"].as_str().expect("an id"));
    assert_eq!(client.as_admin("PATCH", &path, &json!({ "time_zone": "Europe/Berlin" })).status, 200);
    client.import("u_stage_visit", &visit("berlin", "x"));
    assert_eq!(client.one("u_visit", "u_key=utc")["u_seen"], "2026-07-01 14:00:00");
    assert_eq!(client.one("u_visit", "u_key=berlin")["u_seen"], "2026-07-01 12:00:00");
    let broken = client.import("u_stage_visit", &json!({ "u_key": "broken", "u_seen": "2026-07-01", "u_note": "x" }));
    assert_eq!(broken[0]["status"], "inserted", "what is no date leaves the field alone");
    assert_eq!(client.one("u_visit", "u_key=broken")["u_seen"], "");
}

/// Transform maps, Enforce mandatory fields: No, Only Mapped Fields, All Fields.
#[test]
fn mandatory_fields_are_minded_as_the_map_says() {
    for (enforce, with_note, without_note) in
        [("No", "inserted", "inserted"), ("Only Mapped Fields", "inserted", "error"), ("All Fields", "error", "error")]
    {
        let client = Client::with(&updates(enforce));
        assert_eq!(client.import("u_stage_visit", &visit("a", "noted"))[0]["status"], with_note, "{enforce}");
        let refused = &client.import("u_stage_visit", &visit("b", ""))[0];
        assert_eq!(refused["status"], without_note, "{enforce}");
        assert!(enforce == "No" || refused.to_string().contains("Mandatory field"), "{refused}");
    }
}

/// Aggregate API.
#[test]
fn figures_are_texts_by_groups() {
    let client = Client::with(&updates("No"));
    for (key, count, note) in [("a", "1", "one"), ("b", "2", "one"), ("c", "6", "two"), ("d", "", "two")] {
        client.import("u_stage_visit", &json!({ "u_key": key, "u_note": note, "u_count": count }));
    }
    let ask = |query: &str| client.see(&format!("/api/now/stats/u_visit?{query}")).json()["result"].clone();
    let all = ask(
        "sysparm_count=true&sysparm_sum_fields=u_count&sysparm_avg_fields=u_count&sysparm_min_fields=u_count&sysparm_max_fields=u_key",
    );
    assert_eq!(
        all["stats"],
        json!({ "count": "4", "sum": { "u_count": "9" }, "avg": { "u_count": "3" }, "min": { "u_count": "1" }, "max": { "u_key": "d" } })
    );
    let groups =
        ask("sysparm_count=true&sysparm_group_by=u_note&sysparm_sum_fields=u_count&sysparm_query=u_keyINa,b,c");
    let expected = json!([
        { "stats": { "count": "2", "sum": { "u_count": "3" } }, "groupby_fields": [{ "field": "u_note", "value": "one" }] },
        { "stats": { "count": "1", "sum": { "u_count": "6" } }, "groupby_fields": [{ "field": "u_note", "value": "two" }] },
    ]);
    assert_eq!(groups, expected);
    assert_eq!(ask("sysparm_count=true&sysparm_query=u_key=none")["stats"]["count"], "0");
}

/// Run history: 300 is a list reference that was rejected.
#[test]
fn a_list_holds_several_records_and_refuses_unknown_ones() {
    for (action, status) in [("reject", "error"), ("ignore", "inserted"), ("create", "inserted")] {
        let more = [("choice_action", action), ("reference_value_field", "user_name")];
        let updates = Updates::new("Lists")
            .table("u_stage_team", "Stage team", Some("sys_import_set_row"))
            .column("u_stage_team", "u_name", "Name", "string", "40")
            .column("u_stage_team", "u_members", "Members", "string", "400")
            .table("u_team", "Team", None)
            .column("u_team", "u_name", "Name", "string", "40")
            .list("u_team", "u_members", "sys_user")
            .map("team", "u_stage_team", "u_team", "100")
            .entry("team", "u_name", "u_name", &[("coalesce", "true")])
            .entry("team", "u_members", "u_members", &more);
        let client = Client::with(&updates);
        let known = client.one("sys_user", "user_name=admin")["sys_id"].as_str().expect("an id").to_owned();
        let both = client.import("u_stage_team", &json!({ "u_name": "one", "u_members": "admin, nobody" }));
        assert_eq!(both[0]["status"], status, "{action}");
        if action == "reject" {
            let error = client.one("sys_import_set_row_error", "");
            assert_eq!(error["error_code"], "300");
            assert!(error["message"].as_str().is_some_and(|said| said.starts_with("List reference rejected")));
        } else {
            let members = client.one("u_team", "u_name=one")["u_members"].as_str().expect("a text").to_owned();
            assert!(members.starts_with(&known), "{members}");
            assert_eq!(members.split(',').count(), if action == "create" { 2 } else { 1 });
        }
    }
}
