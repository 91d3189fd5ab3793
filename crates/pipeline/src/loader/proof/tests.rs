//! What a row's outcomes prove, map by map.

use super::*;

/// Two maps, the second with a rule that leaves older rows alone.
const TWO_MAPS: &str = r#"
name = "two"
staging = { table = "u_two", label = "Two" }
source = { data_set = "devices", alias = "device", newest = "utc_timestamp(device.last_check_in)", who = ["device.device_id"] }
key = ["u_serial"]
[[column]]
name = "u_serial"
label = "Serial"
type = "string"
length = 40
value = "serial(device.serial_number)"
required = "it has no usable serial number"
[[map]]
name = "one"
target = "cmdb_ci_computer"
field = [{ from = "u_serial", to = "serial_number", coalesce = true }]
[[map]]
name = "two"
order = 200
target = "u_record"
rules = ["skip_older_run(u_run, run)"]
field = [{ from = "u_serial", to = "serial_number", coalesce = true }, { from = "u_run", to = "run" }]
"#;

fn fate(told: &[(&str, Outcome, &str, &str)]) -> Fate {
    let pipeline = Pipeline::parse("two.toml", TWO_MAPS).expect("the declaration holds");
    let told = told.iter().map(|(map, outcome, record, comment)| RowOutcome {
        row_key: "k".to_owned(),
        outcome: *outcome,
        comment: (*comment).to_owned(),
        target_table: if comment.contains("longer") { String::new() } else { format!("table of {map}") },
        target_sys_id: (*record).to_owned(),
        transform_map: (*map).to_owned(),
        import_set: String::new(),
        import_row: String::new(),
    });
    Fate::of(told.collect(), &pipeline)
}

fn judged(told: &[(&str, Outcome, &str, &str)]) -> (Outcome, Standing) {
    let fate = fate(told);
    (fate.outcome, fate.standing)
}

#[test]
fn a_row_is_held_when_every_map_has_told_of_it() {
    let both = [("m1", Outcome::Inserted, "r1", ""), ("m2", Outcome::Ignored, "r2", "No field values changed")];
    assert_eq!(judged(&both), (Outcome::Inserted, Standing::Held));
    assert_eq!(judged(&both[..1]), (Outcome::Unresolved, Standing::Unresolved));
    assert_eq!(judged(&[]), (Outcome::Unresolved, Standing::Unresolved));
}

#[test]
fn two_outcomes_of_one_map_are_a_surplus_and_no_proof_of_the_other() {
    let twice = [("m1", Outcome::Inserted, "r1", ""), ("m1", Outcome::Updated, "r1", "")];
    assert_eq!(judged(&twice), (Outcome::Unresolved, Standing::Unresolved));
    let surplus = fate(&[twice[0], twice[1], ("m2", Outcome::Updated, "r2", "")]);
    assert_eq!((surplus.surplus, surplus.outcomes.len()), (1, 2));
    assert_eq!((surplus.outcome, surplus.standing), (Outcome::Inserted, Standing::Held));
}

#[test]
fn an_instance_that_names_no_maps_is_known_by_its_tables() {
    let pipeline = Pipeline::parse("two.toml", TWO_MAPS).expect("the declaration holds");
    let told = ["t1", "t2"].map(|table| RowOutcome {
        row_key: "k".to_owned(),
        outcome: Outcome::Inserted,
        comment: String::new(),
        target_table: table.to_owned(),
        target_sys_id: "r".to_owned(),
        transform_map: String::new(),
        import_set: String::new(),
        import_row: String::new(),
    });
    assert_eq!(Fate::of(told.to_vec(), &pipeline).standing, Standing::Held);
    assert_eq!(Fate::of(told[..1].to_vec(), &pipeline).standing, Standing::Unresolved);
}

#[test]
fn a_row_that_was_left_out_while_it_was_loaded_is_final_for_every_map() {
    let too_long = fate(&[("m1", Outcome::Skipped, "", "Row skipped: it is longer than 8126 bytes")]);
    assert!(too_long.is_for_all_maps);
    assert_eq!((too_long.outcome, too_long.standing), (Outcome::Skipped, Standing::Waiting));
    // A map that skips a row names its table, and says nothing of the other map.
    assert_eq!(judged(&[("m1", Outcome::Skipped, "", "missing coalesce values")]).0, Outcome::Unresolved);
}

#[test]
fn an_ignored_row_without_a_record_waits_unless_our_own_rule_ignored_it() {
    let inserted = ("m1", Outcome::Inserted, "r1", "");
    let refused = fate(&[inserted, ("m2", Outcome::Ignored, "", "Target record not found")]);
    assert_eq!((refused.outcome, refused.standing), (Outcome::Inserted, Standing::Waiting));
    let blame = refused.to_blame().expect("a row that waits has a reason");
    assert_eq!((blame.outcome, blame.comment.as_str()), (Outcome::Ignored, "Target record not found"));
    for comment in ["an older run", "an older run; run: not a number, field not set"] {
        let ours = fate(&[inserted, ("m2", Outcome::Ignored, "", comment)]);
        assert_eq!(ours.standing, Standing::Held, "{comment}");
        assert!(ours.to_blame().is_none());
    }
    // A rule that this pipeline does not have explains nothing.
    assert_eq!(
        judged(&[inserted, ("m2", Outcome::Ignored, "", "never inserts: no matching record")]).1,
        Standing::Waiting
    );
}

#[test]
fn an_error_is_the_worst_and_the_one_to_blame() {
    let told = [("m1", Outcome::Skipped, "", "a"), ("m2", Outcome::Error, "", "b")];
    let fate = fate(&told);
    assert_eq!((fate.outcome, fate.standing), (Outcome::Error, Standing::Waiting));
    assert_eq!(fate.to_blame().map(|outcome| outcome.comment.as_str()), Some("b"));
}
