//! Odd situations, each by its name: what is foretold of a row is held against what the instance makes of it, outcome
//! by outcome and field by field. Apart from the plans' own tests, which ask what becomes of a plan as a whole.

use pipeline::foretell::{self, ForetoldLine};
use pipeline::{Body, Pipeline, RunReport, TableReport};
use serde_json::{Value, json};
use tests::{Night, Served, State, listed, nightly, small};

/// Staging columns of [`odd`], and the fields of the list that bring them whatever is to be tried.
const COLUMNS: [(&str, &str); 15] = [
    ("name", "device_name"),
    ("tag", "asset_tag"),
    ("maker", "blueprint_name"),
    ("model", "model"),
    ("number", "agent_version"),
    ("cores", "os_version"),
    ("disk", "supplemental_os_version_extra"),
    ("installed", "first_enrollment"),
    ("status", "lost_mode_status"),
    ("system", "supplemental_build_version"),
    ("source", "blueprint_id"),
    ("owner", "last_enrollment"),
    ("person", "security_patch_level"),
    ("virtual", "full_software_version"),
    ("retire", "platform"),
];

/// What all rows of [`odd`] have in common, and its two maps.
const ODD: &str = r#"
name = "odd"
staging = { table = "u_odd", label = "Odd" }
key = ["u_serial"]

[brakes]
change = 100
create = 100

[source]
data_set = "devices"
alias = "device"
newest = "utc_timestamp(device.last_check_in)"
who = ["device.device_id"]

[[map]]
name = "Odd to computer"
order = 100
target = "cmdb_ci_computer"
rules = ["never_insert(u_retire)"]
field = [
    { from = "u_serial", to = "serial_number", coalesce = true },
    { from = "u_name", to = "name" },
    { from = "u_tag", to = "asset_tag" },
    { from = "u_maker", to = "manufacturer", reference = "name", unknown = "create" },
    { from = "u_model", to = "model_id", rule = "make_and_model(u_maker, u_model, u_number)" },
    { from = "u_cores", to = "cpu_core_count" },
    { from = "u_disk", to = "disk_space" },
    { from = "u_installed", to = "install_date" },
    { from = "u_status", to = "install_status", unknown = "reject" },
    { from = "u_system", to = "os", unknown = "ignore" },
    { from = "u_source", to = "discovery_source", unknown = "reject" },
    { from = "u_owner", to = "managed_by", reference = "sys_id", unknown = "reject" },
    { from = "u_person", to = "assigned_to", reference = "email", unknown = "reject" },
    { from = "u_virtual", to = "virtual" },
]

[[map]]
name = "Odd to note"
order = 200
target = "u_odd_note"
rules = ["never_insert(u_retire)", "skip_older_run(u_run, run)"]
field = [
    { from = "u_serial", to = "serial_number", coalesce = true },
    { from = "u_name", to = "name", coalesce = true },
    { from = "u_serial", to = "configuration_item", reference = "serial_number", unknown = "ignore" },
    { from = "u_run", to = "run" },
]

[[table]]
name = "u_odd_note"
label = "Odd note"
column = [
    { name = "serial_number", label = "Serial number", type = "string", length = 100 },
    { name = "name", label = "Name", type = "string", length = 40 },
    { name = "configuration_item", label = "Configuration item", type = "reference", reference = "cmdb_ci_computer" },
    { name = "run", label = "Run", type = "integer" },
]

[[column]]
name = "u_serial"
label = "Serial"
type = "string"
length = 40
value = "serial(device.serial_number)"
required = "it has no usable serial number"
"#;

/// A declaration that sends texts as they are to columns of every kind, by two maps.
fn odd() -> Pipeline {
    let column = |(name, field): &(&str, &str)| {
        format!(
            "\n[[column]]\nname = \"u_{name}\"\nlabel = \"Odd {name}\"\ntype = \"string\"\nlength = 100\n\
             value = \"text(device.{field})\"\n"
        )
    };
    let text = format!("{ODD}{}", COLUMNS.iter().map(column).collect::<String>());
    Pipeline::parse("odd.toml", &text).expect("the declaration holds")
}

/// A situation: its name, the serial number, other values by their column, and what both maps make of it.
type Situation = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

const SIXTY: &str = "A text of sixty characters, which is more than forty of them";
const FORTY: &str = "A text of sixty characters, which is mor";
const KNOWN_USER: &str = "f0000000000000000000000000000001";
const UNKNOWN_USER: &str = "f0000000000000000000000000000009";

const SITUATIONS: [Situation; 34] = [
    ("no model's name, though a maker's", "MODEL001", &[("maker", "Quill"), ("number", "Q1")], "inserted inserted"),
    ("a new model of a new maker", "MODEL002", &[("maker", "New, (Inc.) ^ Co."), ("model", "N")], "inserted inserted"),
    ("another one of the same", "MODEL003", &[("maker", "New, (Inc.) ^ Co."), ("model", "N")], "inserted inserted"),
    (
        "a known model in other letters",
        "MODEL004",
        &[("maker", "known maker"), ("model", "KNOWN model"), ("number", "k1")],
        "inserted inserted",
    ),
    (
        "a known model's name with another number",
        "MODEL005",
        &[("maker", "Known Maker"), ("model", "Known Model"), ("number", "K2")],
        "inserted inserted",
    ),
    ("a model without a maker", "MODEL006", &[("model", "Known Model")], "inserted inserted"),
    ("a choice that is refused, and a second map", "CHOICE01", &[("status", "4711")], "error inserted"),
    ("the label of a number's choice", "CHOICE02", &[("status", "In Stock")], "inserted inserted"),
    ("a choice by its label, in other letters", "CHOICE03", &[("system", "linux OF the LAB")], "inserted inserted"),
    ("an inactive choice that is left out", "CHOICE04", &[("system", "bygone")], "inserted inserted"),
    ("an inactive choice that is refused", "CHOICE05", &[("source", "Bygone")], "error inserted"),
    ("a text longer than the target's column", "LENGTH01", &[("tag", SIXTY)], "ignored inserted"),
    ("a coalesce value longer than its column", "LENGTH02", &[("name", SIXTY)], "inserted updated"),
    ("a number with decimals in a whole one's column", "NUMBER01", &[("cores", "8.5")], "ignored inserted"),
    ("letters in a number's column", "NUMBER02", &[("cores", "eight")], "ignored inserted"),
    ("a number with zeros before it", "NUMBER03", &[("cores", "008")], "ignored inserted"),
    ("a decimal with a comma", "NUMBER04", &[("disk", "12,5")], "ignored inserted"),
    ("a word where a date belongs", "DATE0001", &[("installed", "a while ago")], "ignored inserted"),
    ("a date that does not exist", "DATE0002", &[("installed", "2026-02-30 00:00:00")], "ignored inserted"),
    ("the word NULL", "NULL0001", &[("name", "NULL")], "ignored skipped"),
    ("no name, which the second map looks for", "NAME0001", &[("name", "")], "inserted skipped"),
    ("a person by id", "PERSON01", &[("owner", KNOWN_USER)], "inserted inserted"),
    ("a person by an id that is not there", "PERSON02", &[("owner", UNKNOWN_USER)], "error inserted"),
    ("two people with one address", "PERSON03", &[("person", "two@larkfield.example")], "inserted inserted"),
    ("an id where an address is looked for", "PERSON04", &[("person", KNOWN_USER)], "error inserted"),
    ("a truth in large letters", "TRUTH001", &[("virtual", "TRUE")], "updated inserted"),
    ("a truth in another word", "TRUTH002", &[("virtual", "yes")], "ignored inserted"),
    ("a truth as a number", "TRUTH003", &[("virtual", "1")], "updated inserted"),
    ("nothing new, and a newer run", "SAME0001", &[("cores", "8"), ("status", "1")], "ignored updated"),
    ("retired, and never there", "RETIRE01", &[("retire", "true")], "ignored ignored"),
    ("retired and refused, and never there", "RETIRE02", &[("retire", "true"), ("status", "4711")], "ignored ignored"),
    ("retired, and there", "RETIRE03", &[("retire", "true"), ("status", "7")], "updated ignored"),
    ("a note of a newer run", "OLDER001", &[], "inserted ignored"),
    ("a note under another name", "NOTES001", &[], "inserted inserted"),
];

/// What is there already.
fn seed() -> String {
    let record = |table: &str, values: &str| format!("[[record]]\ntable = \"{table}\"\nvalues = {{ {values} }}\n");
    let choice = |table: &str, element: &str, value: &str, label: &str, inactive: &str| {
        let of = format!("name = \"{table}\", element = \"{element}\"");
        let said = format!("value = \"{value}\", label = \"{label}\", inactive = \"{inactive}\"");
        record("sys_choice", &format!("{of}, {said}"))
    };
    let computer = |serial: &str, other: &str| {
        record("cmdb_ci_computer", &format!("serial_number = \"{serial}\", name = \"Mac {serial}\"{other}"))
    };
    let note = |serial: &str, name: &str, run: &str| {
        record("u_odd_note", &format!("serial_number = \"{serial}\", name = \"{name}\", run = \"{run}\""))
    };
    let user = |id: &str, email: &str, since: &str| {
        let named = format!("sys_id = \"{id}\", user_name = \"{id}\", email = \"{email}\"");
        record("sys_user", &format!("{named}, sys_created_on = \"{since} 00:00:00\""))
    };
    [
        record("core_company", "name = \"Known Maker\""),
        record(
            "cmdb_hardware_product_model",
            "name = \"Known Model\", manufacturer = \"Known Maker\", model_number = \"K1\"",
        ),
        choice("cmdb_ci_computer", "os", "linux", "Linux of the lab", "false"),
        choice("cmdb_ci_computer", "os", "bygone", "Bygone", "true"),
        choice("cmdb_ci", "discovery_source", "Bygone", "Bygone", "true"),
        computer("LENGTH01", &format!(", asset_tag = \"{FORTY}\"")),
        note("LENGTH02", FORTY, "0"),
        computer("NUMBER01", ", cpu_core_count = \"8\""),
        computer("NUMBER02", ", cpu_core_count = \"8\""),
        computer("NUMBER03", ", cpu_core_count = \"8\""),
        computer("NUMBER04", ", disk_space = \"100\""),
        computer("DATE0001", ", install_date = \"2026-03-01 10:00:00\""),
        computer("DATE0002", ", install_date = \"2026-03-01 10:00:00\""),
        computer("NULL0001", ""),
        user(KNOWN_USER, "two@larkfield.example", "2020-01-01"),
        // It is younger, and its id sorts first.
        user("00000000000000000000000000000002", "two@larkfield.example", "2024-01-01"),
        computer("TRUTH001", ", virtual = \"true\""),
        computer("TRUTH002", ", virtual = \"false\""),
        computer("TRUTH003", ", virtual = \"false\""),
        computer("SAME0001", ", cpu_core_count = \"8\", install_status = \"1\""),
        note("SAME0001", "Mac SAME0001", "0"),
        computer("RETIRE03", ", install_status = \"1\""),
        note("OLDER001", "Mac OLDER001", "999999"),
        note("NOTES001", "another name", "0"),
    ]
    .concat()
}

/// A device of the list; it has a name, unless the situation gives it another.
fn device((_, serial, values, _): &Situation) -> Value {
    let mut device = json!({
        "device_id": format!("id of {serial}"), "serial_number": serial, "device_name": format!("Mac {serial}"),
    });
    for (column, value) in *values {
        let (_, field) = COLUMNS.iter().find(|(name, _)| name == column).expect("a column of the declaration");
        device[*field] = json!(value);
    }
    device
}

fn devices(devices: &[Value]) -> Body {
    let bytes = json!(devices).to_string().into_bytes();
    Body { data_set: extract::DataSet::Devices, name: "devices".to_owned(), bytes }
}

/// An instance with these pipelines and records, and an integration that has sent nothing yet.
struct Stage {
    state: State,
    served: Served,
    pipelines: Vec<Pipeline>,
}

impl Stage {
    async fn of(pipelines: Vec<Pipeline>, seed: &str) -> Self {
        let served = Served::with(None, &pipelines).await;
        served.instance.seed(seed).expect("it is there already");
        Self { state: State::new(), served, pipelines }
    }

    /// Plans and sends bodies: what was foretold of the rows of each table, and what the run came to.
    async fn sent(&self, bodies: Vec<Body>) -> (Vec<Vec<ForetoldLine>>, RunReport) {
        let night = || Night { pipelines: self.pipelines.clone(), ..Night::default() };
        let sealed = self.state.record(bodies.into_iter()).expect("sealed");
        let (plan, _) = self.state.plan(&sealed, Some(&self.served), night()).await.expect("a plan");
        let folder = self.state.plan_folder(&plan);
        let told = plan.tables.iter().map(|table| {
            let file = folder.join(format!("{}.foretold.parquet", table.staging_table));
            // Where no row is planned there is no file.
            let lines = file.exists().then(|| foretell::read(&file).expect("what was foretold"));
            lines.into_iter().flatten().map(|line| line.expect("a line")).collect::<Vec<_>>()
        });
        let told = told.collect();
        (told, self.state.apply(&plan, &self.served, night()).await.expect("it is sent"))
    }
}

/// Every row of a table came as foretold.
fn as_foretold(table: &TableReport, rows: u64) {
    let foretold = table.foretold.as_ref().expect("foretold");
    assert_eq!((foretold.as_foretold, foretold.otherwise), (Some(rows), Some(0)), "{foretold:?}");
}

/// Fields of computers that were foretold, those left out that refer to what the plan itself makes.
async fn fields_came(served: &Served, lines: &[ForetoldLine]) {
    let target = served.target().await;
    for line in lines {
        for field in line.maps[0].fields.iter().filter(|field| field.new != "(new)") {
            let query = format!("serial_number={}", line.title);
            let found = target.read("cmdb_ci_computer", &query, &[field.field.as_str()]).await;
            let found = found.expect("the computer is read");
            assert_eq!(found, [[field.new.clone()]], "{}: {}", line.title, field.field);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_odd_situation_comes_as_it_was_foretold() {
    let stage = Stage::of(vec![odd()], &seed()).await;
    let mut list: Vec<Value> = SITUATIONS.iter().map(device).collect();
    // An empty coalesce value is left out before it leaves.
    list.push(json!({ "device_id": "nothing", "serial_number": "", "device_name": "Without a serial number" }));
    let (told, report) = stage.sent(vec![devices(&list)]).await;
    for (name, serial, _, expected) in SITUATIONS {
        let line = told[0].iter().find(|line| line.title == serial).expect("every row is foretold");
        let outcomes: Vec<&str> = line.maps.iter().map(|map| map.outcome.as_str()).collect();
        assert_eq!(outcomes.join(" "), expected, "{name}: {line:?}");
    }
    assert_eq!(report.tables[0].accounts.rejected, 1, "{report:?}");
    as_foretold(&report.tables[0], SITUATIONS.len() as u64);
    fields_came(&stage.served, &told[0]).await;
    let read = stage.served.target().await.read("cmdb_ci_computer", "serial_number=PERSON03", &["assigned_to"]).await;
    assert_eq!(read.expect("the computer is read"), [[KNOWN_USER]], "of two people the older one is meant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_a_class_below_the_maps_target_is_the_record() {
    let pipeline = small(&[("target = \"cmdb_ci_computer\"", "target = \"cmdb_ci_hardware\"")]);
    let record = |table: &str, serial: &str, since: &str| {
        let values = format!("serial_number = \"{serial}\", name = \"before\", sys_created_on = \"{since} 00:00:00\"");
        format!("[[record]]\ntable = \"{table}\"\nvalues = {{ {values} }}\n")
    };
    let seed = [
        record("cmdb_ci_computer", "BELOW001", "2024-01-01"),
        record("cmdb_ci_computer", "BOTH0001", "2020-01-01"),
        record("cmdb_ci_hardware", "BOTH0001", "2024-01-01"),
    ];
    let stage = Stage::of(vec![pipeline], &seed.concat()).await;
    let list = [("BELOW001", "after", ""), ("BOTH0001", "after", ""), ("NEW00001", "new", "")];
    let (told, report) = stage.sent(vec![listed(&list)]).await;
    as_foretold(&report.tables[0], 3);
    let table = |serial: &str| told[0].iter().find(|line| line.title == serial).map(|line| line.maps[0].table.as_str());
    assert_eq!((table("BELOW001"), table("BOTH0001")), (Some("cmdb_ci_computer"), Some("cmdb_ci_hardware")));
    // The target's own record comes before an older one of a class below it.
    let left = stage.served.ids("cmdb_ci_computer", "serial_number=BOTH0001^name=before").await;
    assert_eq!(left.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_whose_computer_somebody_removed_is_refused_as_foretold() {
    let stage = Stage::of(nightly(), "").await;
    let device = |serial: &str, model: &str| {
        json!({
            "device_id": format!("id of {serial}"), "device_name": serial, "serial_number": serial, "platform": "Mac",
            "model": model, "last_check_in": "2026-11-01T00:00:00Z",
        })
    };
    let list = || devices(&[device("AAAA1111", "Mac mini"), device("BBBB2222", "Mac mini"), device("CCCC3333", "")]);
    let (_, first) = stage.sent(vec![list()]).await;
    as_foretold(&first.tables[0], 3);
    stage.served.remove("cmdb_ci_computer", "serial_number=BBBB2222").await;
    let app = |serial: &str| {
        json!({
            "device_id": format!("id of {serial}"), "device__name": serial, "device__family": "Mac",
            "serial_number": serial, "path": "/Applications/Quill.app", "bundle_id": "example.quill", "name": "Quill",
            "version": "7.9",
        })
    };
    let bytes = json!({ "data": [app("AAAA1111"), app("BBBB2222")] }).to_string().into_bytes();
    let apps = Body { data_set: extract::DataSet::Apps, name: "apps".to_owned(), bytes };
    let (told, second) = stage.sent(vec![list(), apps]).await;
    let refused = told[1].iter().find(|line| line.title.contains("BBBB2222")).expect("it is foretold");
    assert!(refused.maps[0].comment.starts_with("100: Reference value rejected"), "{refused:?}");
    as_foretold(&second.tables[1], 2);
    assert_eq!((second.tables[1].accounts.inserted, second.tables[1].accounts.error), (1, 1), "{second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rows_of_a_plan_that_name_one_record_make_it_once() {
    let pipeline = small(&[
        ("to = \"serial_number\", coalesce = true", "to = \"serial_number\""),
        ("to = \"name\"", "to = \"name\", coalesce = true"),
    ]);
    let stage = Stage::of(vec![pipeline], "").await;
    let (_, report) = stage.sent(vec![listed(&[("ONE00001", "shared", ""), ("ONE00002", "shared", "")])]).await;
    assert_eq!((report.tables[0].accounts.inserted, report.tables[0].accounts.updated), (1, 1), "{report:?}");
    as_foretold(&report.tables[0], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_one_field_makes_is_there_for_the_next() {
    let fields = "to = \"name\" },\n\
                  { from = \"u_name\", to = \"manufacturer\", reference = \"name\", unknown = \"create\" },\n\
                  { from = \"u_name\", to = \"vendor\", reference = \"name\", unknown = \"reject\" },";
    let stage = Stage::of(vec![small(&[("to = \"name\" },", fields)])], "").await;
    let (_, report) = stage.sent(vec![listed(&[("VENDOR01", "A new company", "")])]).await;
    assert_eq!(report.tables[0].accounts.inserted, 1, "{report:?}");
    as_foretold(&report.tables[0], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_are_read_as_the_field_map_says_and_not_as_they_might_be_meant() {
    let fields = "to = \"comments\" },\n{ from = \"u_name\", to = \"install_date\" },\n\
                  { from = \"u_name\", to = \"purchase_date\" },";
    let computer = |serial: &str| {
        let dates = "install_date = \"2026-03-01 00:00:00\", purchase_date = \"2026-03-01\"";
        let comments = if serial == "DATE0003" { "2026-03-01" } else { "2026-03-01T10:00:00" };
        let values = format!("serial_number = \"{serial}\", comments = \"{comments}\", {dates}");
        format!("[[record]]\ntable = \"cmdb_ci_computer\"\nvalues = {{ {values} }}\n")
    };
    let seed = [computer("DATE0003"), computer("DATE0004")].concat();
    let stage = Stage::of(vec![small(&[("to = \"name\" },", fields)])], &seed).await;
    // A date alone is its midnight, and another form than the field map's is no date.
    let list = [("DATE0003", "2026-03-01", ""), ("DATE0004", "2026-03-01T10:00:00", "")];
    let (_, report) = stage.sent(vec![listed(&list)]).await;
    assert_eq!(report.tables[0].accounts.ignored, 2, "{report:?}");
    as_foretold(&report.tables[0], 2);
}
