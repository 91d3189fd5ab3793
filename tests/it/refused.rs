//! Bad input: each kind has a clear error or a rejected row, and nothing is lost or half done.

use extract::{DataSet, PageRef, Recognised, decode, recognise};
use pipeline::{Body, Error, Pipeline, PipelineSet};
use tests::{State, body_of, repository, small_fleet};

fn bad(name: &str) -> Vec<u8> {
    std::fs::read(repository().join("fixtures/tenant/bad").join(name)).expect("the fixture is there")
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[test]
fn a_page_that_cannot_be_trusted_is_named_and_nothing_is_sealed() {
    let fleet = small_fleet();
    for name in ["truncated.json", "page.html.json", "duplicate-key.json", "trailing-rubbish.json", "invalid-utf8.json"]
    {
        let state = State::new();
        let page = Body { data_set: DataSet::Devices, name: name.to_owned(), bytes: bad(name) };
        let error = state.record(fleet.pages().map(body_of).chain([page])).expect_err("the page cannot be read");
        assert!(matches!(error, Error::Page(_)), "{error:?}");
        assert!(chain(&error).contains(name), "{}", chain(&error));
        assert!(state.snapshots().list().expect("the folder is read").is_empty(), "{name}");
    }
}

#[test]
fn a_wrong_type_in_one_record_rejects_the_record_and_keeps_the_page() {
    let page = PageRef { name: "devices page 1", number: 1 };
    let decoded = decode(DataSet::Devices, page, &bad("wrong-type-in-one-record.json")).expect("the page is read");
    assert_eq!((decoded.records, decoded.batch.num_rows(), decoded.rejected.len()), (3, 2, 1));
    let rejected = &decoded.rejected[0];
    assert!(rejected.place.contains("record 1") && rejected.column.contains("serial_number"), "{rejected:?}");
    assert!(!rejected.reason.is_empty());
}

#[test]
fn a_body_of_no_known_shape_is_said_to_be_none() {
    assert!(matches!(recognise("unknown-shape.json", &bad("unknown-shape.json")), Recognised::NotInventory(_)));
}

#[test]
fn a_flipped_bit_anywhere_in_a_snapshot_is_an_error_that_names_the_file() {
    let state = State::new();
    let sealed = state.record_fleet(&small_fleet());
    let folder = state.path().join("snapshots").join(&sealed.snapshot);
    let mut files: Vec<String> = sealed.manifest.data_sets.iter().map(|file| file.file.clone()).collect();
    files.push("manifest.json".to_owned());
    for file in files {
        let path = folder.join(&file);
        let whole = std::fs::read(&path).expect("the file is there");
        for at in [0, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(&path, &flipped).expect("written");
            let error = state.snapshots().verify(&sealed.snapshot).expect_err("damage is found");
            assert!(chain(&error).contains(&file), "{file} at {at}: {}", chain(&error));
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).expect("written");
        assert!(state.snapshots().verify(&sealed.snapshot).is_err(), "{file} cut short");
        std::fs::write(&path, &whole).expect("written");
    }
    assert!(state.snapshots().verify(&sealed.snapshot).is_ok());
}

/// A small declaration that holds.
const GOOD: &str = r#"
name = "names"
staging = { table = "u_name", label = "Name" }
key = ["u_serial"]
[source]
data_set = "devices"
alias = "device"
newest = "utc_timestamp(device.last_check_in)"
who = ["device.device_id"]
[[column]]
name = "u_serial"
label = "Serial"
type = "string"
length = 40
value = "serial(device.serial_number)"
required = "it has no usable serial number"
[[map]]
name = "Names to computers"
target = "cmdb_ci_computer"
field = [{ from = "u_serial", to = "serial_number", coalesce = true }]
"#;

#[test]
fn a_declaration_that_does_not_hold_says_where_and_what_to_write() {
    assert!(Pipeline::parse("names.toml", GOOD).is_ok());
    for (from, to, said) in [
        ("label = \"Serial\"", "lable = \"Serial\"", "unknown field `lable`"),
        ("label = \"Serial\"", "lable = \"Serial\"", "line 12"),
        ("required = \"it has no usable serial number\"", "", "needs `required`"),
        ("from = \"u_serial\"", "from = \"u_other\"", "no column of the staging table"),
        (", coalesce = true", "", "has no coalesce field"),
        (", coalesce = true", ", coalesce = true, reference = \"name\"", "create, ignore or reject"),
        (", coalesce = true", ", coalesce = true, rule = \"guess(u_serial)\"", "no named rule"),
        (", coalesce = true", ", coalesce = true, rule = \"product_of_install(u_other)\"", "names `u_other`"),
        ("target =", "rules = [\"never_insert(u_other)\"]\ntarget =", "no column of the staging table"),
        ("target =", "rules = [\"skip_older_run(u_run, run)\"]\ntarget =", "no field that the map writes"),
        ("label = \"Serial\"", "label = \"row key\"", "have one label"),
        ("key = [", "keys = \"columns\"\nkey = [", "write labels or names"),
        ("type = \"string\"", "type = \"strong\"", "`strong` is no type"),
        ("data_set = \"devices\"", "data_set = \"device\"", "no data set"),
        (
            "[[map]]",
            "[[column]]\nname = \"u_lost\"\nlabel = \"Lost\"\ntype = \"string\"\nlength = 4\nvalue = \"'x'\"\n[[map]]",
            "map it, or say `lineage = true`",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        let error = Pipeline::parse("names.toml", &text).expect_err(said);
        let words = chain(&error);
        assert!(words.contains("names.toml") || words.contains("names"), "{words}");
        assert!(words.contains(said), "expected `{said}` in: {words}");
    }
}

#[tokio::test]
async fn an_expression_that_does_not_hold_names_its_column() {
    for expression in ["serial(device.serial_number", "serial(device.no_such_field)", "no_such_function(device.model)"]
    {
        let text = GOOD.replacen("serial(device.serial_number)", expression, 1);
        let pipeline = Pipeline::parse("names.toml", &text).expect("its form holds");
        let error = pipeline::check(&pipeline).await.expect_err(expression);
        assert!(chain(&error).contains("column `u_serial`"), "{}", chain(&error));
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_folder_whose_declarations_contradict_each_other_says_which() {
    let nightly = |order: &str| ("nightly.toml".to_owned(), format!("order = {order}"));
    let file = |name: &str, text: String| (name.to_owned(), text);
    let other = GOOD.replacen("name = \"names\"", "name = \"others\"", 1);
    for (files, said) in [
        (
            vec![file("a.toml", GOOD.to_owned()), file("b.toml", GOOD.to_owned())],
            "another file declares a pipeline `names`",
        ),
        (vec![file("a.toml", GOOD.to_owned()), file("b.toml", other)], "has the staging table `u_name` already"),
        (vec![file("a.toml", GOOD.to_owned()), nightly("[\"names\", \"names\"]")], "it names `names` twice"),
        (vec![file("a.toml", GOOD.to_owned()), nightly("[\"nobody\"]")], "which no file declares"),
        (vec![file("a.toml", GOOD.to_owned())], "it is missing"),
    ] {
        let error = PipelineSet::parse(&files).expect_err(said);
        assert!(chain(&error).contains(said), "expected `{said}` in: {}", chain(&error));
    }
}
