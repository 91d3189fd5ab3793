//! Plans: what vanished retires late and comes back, brakes stop what is too much before its first row, a person lets one
//! plan through once, and what was foretold is what comes.

use flow::Clock;
use jiff::{SignedDuration, Timestamp};
use ledger::Ledger;
use pipeline::{BrakeKind, Change, Error, Extracted, Pipeline, Resume, RunReport};
use tenant::FleetConfig;
use tests::{Night, Served, ServedTenant, State, listed, nightly, settings_of, small, told_data_sets};

/// The fleet of these nights: enough devices that a share of them is more than the brakes' floor.
fn fleet() -> FleetConfig {
    FleetConfig { devices: 300, apps_per_mac: 4, ..FleetConfig::demonstration() }
}

/// A night that begins so many days after the fleet's first moment.
fn night(day: i64) -> Night {
    Night { clock: clock(day), ..Night::default() }
}

fn clock(day: i64) -> Clock {
    Clock::showing(fleet().at + SignedDuration::from_hours(24 * day))
}

/// Reads all of a fleet on a day.
async fn read(state: &State, fleet: FleetConfig, day: i64) -> snapshot::Sealed {
    read_without(state, fleet, 0, day).await
}

/// Reads a fleet of which so many devices are gone.
async fn read_without(state: &State, fleet: FleetConfig, lost: u32, day: i64) -> snapshot::Sealed {
    let served = ServedTenant::open(fleet).await;
    served.tenant.lose(lost);
    let reader = served.reader().by_clock(clock(day));
    let folder = state.path().join("snapshots");
    let read: Result<Extracted, Error> =
        served.read_as(&reader, &folder, settings_of(told_data_sets()), Resume::No).await;
    read.expect("the tenant is read").sealed
}

/// What stopped a report, and that nothing at all was sent.
fn stopped(report: &RunReport) -> Vec<BrakeKind> {
    assert!(report.is_stopped() && report.balanced, "{report:?}");
    assert_eq!(report.tables.iter().map(|table| table.sent).sum::<u64>(), 0, "{report:?}");
    let mut kinds: Vec<BrakeKind> = report.brakes().map(|brake| brake.brake).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The nightly pipelines, with one expression of the devices' replaced.
fn altered(from: &str, to: &str) -> Vec<Pipeline> {
    let text = include_str!("../../pipelines/devices.toml");
    assert!(text.contains(from), "the declaration has no `{from}`");
    let devices = Pipeline::parse("devices.toml", &text.replacen(from, to, 1)).expect("it holds");
    nightly()
        .into_iter()
        .map(|pipeline| if pipeline.name() == "devices" { devices.clone() } else { pipeline })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_too_different_sends_nothing() {
    let (state, served) = (State::new(), Served::open(None).await);
    let first = read(&state, fleet(), 0).await;
    let report = state.carry(&first, &served, night(0)).await.expect("the first night");
    assert!(!report.is_stopped(), "a first night has nothing to be compared with: {report:?}");

    // 6 % of the devices are gone.
    let lost = read_without(&state, fleet(), 18, 1).await;
    let report = state.carry(&lost, &served, night(1)).await.expect("stopped");
    assert_eq!(stopped(&report), [BrakeKind::Retire]);
    let brake = report.brakes().next().expect("one");
    assert!(brake.reason.contains("missing for the first time") && !brake.examples.is_empty(), "{brake:?}");

    let empty = read(&state, FleetConfig { devices: 0, ..fleet() }, 2).await;
    let report = state.carry(&empty, &served, night(2)).await.expect("stopped");
    assert!(stopped(&report).contains(&BrakeKind::Shrink), "{report:?}");

    let other = read(&state, FleetConfig { seed: 99, ..fleet() }, 3).await;
    let report = state.carry(&other, &served, night(3)).await.expect("stopped");
    assert!(stopped(&report).contains(&BrakeKind::Create), "{report:?}");

    let again = read(&state, fleet(), 4).await;
    let name = "coalesce(text(device.device_name), fresher(details._read_at, text(details.general.device_name), \
                information._read_at, text(information.device__name)))";
    let nameless = Night { pipelines: altered(name, "CAST(NULL AS VARCHAR)"), ..night(4) };
    let report = state.carry(&again, &served, nameless).await.expect("stopped");
    assert!(stopped(&report).contains(&BrakeKind::Null), "{report:?}");

    let renamed =
        Night { pipelines: altered("text(device.device_name)", "upper(text(device.device_name))"), ..night(4) };
    let report = state.carry(&again, &served, renamed).await.expect("stopped");
    let kinds = stopped(&report);
    assert!(kinds.contains(&BrakeKind::Change), "{kinds:?}");
    let brake = report.brakes().find(|brake| brake.brake == BrakeKind::Change).expect("it is there");
    assert!(brake.reason.contains("u_name"), "it says which column: {brake:?}");

    // Nothing of all that is believed: the fleet as it was has nothing to send.
    let report = state.carry(&again, &served, night(5)).await.expect("a night");
    assert!(report.tables.iter().all(|table| table.changes.of(Change::Changed) == 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_in_which_one_percent_changes_sends_little_more() {
    let (state, served) = (State::new(), Served::open(None).await);
    // The demonstration's own nights; of a smaller fleet one new Mac's applications would be a percent by themselves.
    let fleet = |night: u32| FleetConfig { churn_per_mille: 10, night, ..FleetConfig::demonstration() };
    let first = state.carry(&read(&state, fleet(1), 0).await, &served, night(0)).await.expect("the first night");
    let rows = |report: &RunReport| -> u64 { report.tables.iter().map(|table| table.accounts.staging_rows).sum() };
    let sent = |report: &RunReport| -> u64 { report.tables.iter().map(|table| table.sent).sum() };
    assert_eq!(sent(&first), rows(&first), "the first night is full");
    let second = state.carry(&read(&state, fleet(2), 1).await, &served, night(1)).await.expect("the second night");
    let (sent, rows) = (sent(&second), rows(&second));
    assert!(sent > 0 && sent * 1_000 <= rows * 12, "{sent} of {rows} rows were sent, more than 1.2 %");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_retires_after_three_snapshots_and_three_days_and_comes_back() {
    let (state, served) = (State::new(), Served::open(None).await);
    let whole = FleetConfig { devices: 60, ..fleet() };
    let first = state.carry(&read(&state, whole.clone(), 0).await, &served, night(0)).await.expect("the first night");
    let held = first.tables[0].accounts.inserted;
    for day in 1..=3 {
        let report = state
            .carry(&read_without(&state, whole.clone(), 4, day).await, &served, night(day))
            .await
            .expect("a night");
        assert_eq!(report.tables[0].accounts.retire, 0, "day {day}: {report:?}");
        assert_eq!(report.tables[0].changes.missing, 4, "day {day}");
    }
    assert_eq!(served.ids("cmdb_ci_computer", "install_status=7").await.len(), 0);
    let report =
        state.carry(&read_without(&state, whole.clone(), 4, 5).await, &served, night(5)).await.expect("the fifth day");
    let accounts = &report.tables[0].accounts;
    assert_eq!((accounts.retire, accounts.updated), (4, accounts.planned), "{report:?}");
    assert_eq!(served.ids("cmdb_ci_computer", "install_status=7").await.len(), 4);
    assert_eq!(served.ids("cmdb_ci_computer", "").await.len() as u64, held, "nothing was deleted");

    // Retired once; its applications left with it.
    let report =
        state.carry(&read_without(&state, whole.clone(), 4, 6).await, &served, night(6)).await.expect("the sixth day");
    assert_eq!(report.tables[0].accounts.retire, 0);
    assert!(report.tables[1].changes.left > 0, "{report:?}");

    let report = state.carry(&read(&state, whole.clone(), 7).await, &served, night(7)).await.expect("they are back");
    assert_eq!(report.tables[0].changes.of(Change::Back), 4, "{report:?}");
    assert_eq!(served.ids("cmdb_ci_computer", "install_status=7").await.len(), 0);
    assert_eq!(served.ids("cmdb_ci_computer", "install_status=1").await.len() as u64, held, "all are in use again");
    let (_, next) = state.plan(&read(&state, whole, 8).await, None, night(8)).await.expect("a plan");
    assert!(next.tables.iter().all(|table| table.changes.of(Change::Back) == 0), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_of_an_ageing_fleet_come_as_foretold_and_leave_nothing_to_send() {
    let (state, served) = (State::new(), Served::open(None).await);
    let seed = 20_261_125;
    for day in 0..6_u32 {
        let fleet = FleetConfig { seed, night: day, churn_per_mille: 30, ..fleet() };
        let at = i64::from(day);
        let sealed = read(&state, fleet, at).await;
        let (plan, _) = state.plan(&sealed, Some(&served), night(at)).await.expect("a plan");
        let report = state.apply(&plan, &served, night(at)).await.expect("it is sent");
        assert!(
            report.balanced && !report.is_stopped() && !report.is_incomplete(),
            "seed {seed}, day {day}: {report:?}"
        );
        for table in &report.tables {
            let foretold = table.foretold.as_ref().expect("it was foretold");
            assert_eq!(foretold.otherwise, Some(0), "seed {seed}, day {day}: {foretold:?}");
            assert_eq!(foretold.as_foretold, Some(table.accounts.planned));
        }
        let (_, again) = state.plan(&sealed, Some(&served), night(at)).await.expect("another plan");
        assert!(again.tables.iter().all(|table| table.accounts.planned == 0), "seed {seed}, day {day}: {again:?}");
    }
}

/// A page of Macs with these names.
fn named(names: &[String]) -> pipeline::Body {
    let serials: Vec<String> = (0..names.len()).map(|number| format!("SERIAL{number:04}")).collect();
    let devices: Vec<(&str, &str, &str)> =
        serials.iter().zip(names).map(|(serial, name)| (serial.as_str(), name.as_str(), "")).collect();
    listed(&devices)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_braked_plan_is_let_through_once_and_only_as_it_was_made() {
    let pipelines = || vec![small(&[("change = 100", "change = 50")])];
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let night = || Night { pipelines: pipelines(), ..Night::default() };
    let names = |word: &str| (0..40).map(|number| format!("{word} {number}")).collect::<Vec<_>>();
    let seal = |word: &str| state.record([named(&names(word))].into_iter()).expect("sealed");
    state.carry(&seal("old"), &served, night()).await.expect("the first night");

    let (plan, _) = state.plan(&seal("new"), Some(&served), night()).await.expect("a plan");
    assert_eq!(plan.brakes().len(), 1, "{plan:?}");
    let refused = state.apply(&plan, &served, night()).await.expect_err("nobody has approved it");
    assert!(refused.is_stopped() && refused.hint().is_some_and(|hint| hint.contains("approve")), "{refused}");

    let approve =
        |plan: &pipeline::SavedPlan, by, reason| service::approve(state.path(), plan, &plan.integration, by, reason);
    let refused = approve(&plan, "its owner", " ").expect_err("nobody says why");
    assert!(refused.to_string().contains("a name and a reason"), "{refused}");
    let yesterday = Clock::showing(Timestamp::now() - SignedDuration::from_hours(25));
    let (stale, _) =
        state.plan(&seal("new"), Some(&served), Night { clock: yesterday, ..night() }).await.expect("a plan");
    let refused = approve(&stale, "its owner", "renamed").expect_err("an approval of it would be over");
    assert!(refused.to_string().contains("too old"), "{refused}");
    approve(&plan, "its owner", "renamed").expect("approved");
    served.change("cmdb_ci_computer", "serial_number=SERIAL0007", serde_json::json!({ "name": "by hand" })).await;
    let refused = state.apply(&plan, &served, night()).await.expect_err("a record has changed");
    assert!(matches!(&refused, Error::PlanStale { .. }) && refused.to_string().contains("by hand"), "{refused}");
    served.change("cmdb_ci_computer", "serial_number=SERIAL0007", serde_json::json!({ "name": "old 7" })).await;

    let report = state.apply(&plan, &served, night()).await.expect("it is as it was");
    assert_eq!(report.tables[0].accounts.updated, 40, "{report:?}");
    assert_eq!(report.tables[0].foretold.as_ref().and_then(|foretold| foretold.otherwise), Some(0));
    let refused = state.apply(&plan, &served, night()).await.expect_err("it was sent");
    assert!(matches!(refused, Error::PlanStale { .. }), "{refused}");
    let approval = Ledger::open(state.path()).and_then(|ledger| ledger.approval(&plan.plan)).expect("read");
    assert!(approval.is_some_and(|approval| approval.used_by.is_some() && !approval.is_in_force(Timestamp::now())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_changed_on_disk_is_not_sent() {
    let pipelines = || vec![small(&[])];
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let night = || Night { pipelines: pipelines(), ..Night::default() };
    let sealed = state.record([named(&["One".to_owned(), "Two".to_owned()])].into_iter()).expect("sealed");
    let (plan, report) = state.plan(&sealed, None, night()).await.expect("a plan that asks nobody");
    assert!(report.tables[0].foretold.is_none() && plan.instance.is_empty());
    let file = state.plan_folder(&plan).join("u_small.parquet");
    let mut bytes = std::fs::read(&file).expect("the plan's rows");
    bytes[20] ^= 1;
    std::fs::write(&file, bytes).expect("changed");
    let refused = state.apply(&plan, &served, night()).await.expect_err("it is damaged");
    assert!(matches!(refused, Error::PlanDamaged { .. }), "{refused}");
    assert!(served.ids("cmdb_ci_computer", "").await.is_empty());
}

/// [`small`] with a choice that may be refused, one that may be left alone, and a model of its own.
fn with_choices() -> Pipeline {
    small(&[
        (
            "[[map]]",
            "[[column]]\nname = \"u_status\"\nlabel = \"Status\"\ntype = \"integer\"\n\
             value = \"CASE WHEN device.device_name LIKE 'wrong%' THEN '4711' WHEN device.device_name LIKE 'stock%' THEN '6' END\"\n\n\
             [[map]]",
        ),
        (
            "{ from = \"u_name\", to = \"name\" },",
            "{ from = \"u_name\", to = \"name\" },\n\
             { from = \"u_status\", to = \"install_status\", unknown = \"reject\" },\n\
             { from = \"u_name\", to = \"os\", unknown = \"ignore\" },\n\
             { from = \"u_name\", to = \"model_id\", rule = \"make_and_model(u_name, u_name, u_serial)\" },",
        ),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_instance_makes_of_odd_situations_is_foretold_row_by_row() {
    let pipelines = || vec![with_choices()];
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let night = || Night { pipelines: pipelines(), ..Night::default() };
    let record = |table: &str, values: &str| format!("[[record]]\ntable = \"{table}\"\nvalues = {{ {values} }}\n");
    let seed = [
        record("sys_user", "email = \"one@larkfield.example\", user_name = \"one\""),
        record("sys_user", "email = \"Two@Larkfield.example\", user_name = \"two\""),
        record("cmdb_ci_computer", "serial_number = \"TWICE001\", name = \"first\""),
        record("cmdb_ci_computer", "serial_number = \"TWICE001\", name = \"second\""),
        record("cmdb_ci_computer", "serial_number = \"lower001\", name = \"lower case\""),
        record("cmdb_ci_computer", "serial_number = \"STOCK001\", name = \"stock\", install_status = \"6\""),
    ];
    served.instance.seed(&seed.concat()).expect("it is there already");
    let known = "one@larkfield.example";
    let devices = [
        ("ANEW0001", "plain", ""),
        ("ANEW0002", "with a person", known),
        ("ANEW0003", "with a person in other letters", "two@larkfield.example"),
        ("ANEW0004", "with nobody", "nobody@larkfield.example"),
        ("TWICE001", "one of two", ""),
        ("LOWER001", "lower case", ""),
        ("STOCK001", "stock", ""),
        ("STOCK002", "stock of its own", ""),
        ("WRONG001", "wrong status", ""),
        ("WRONG002", "wrong status and nobody", "nobody@larkfield.example"),
        ("COMMA001", "a name, with (commas) and ^ carets", ""),
        ("SCRIPT01", "javascript:gs.now()", ""),
    ];
    let seal = || state.record([listed(&devices)].into_iter()).expect("sealed");
    let (plan, _) = state.plan(&seal(), Some(&served), night()).await.expect("a plan");
    let rows = pipeline::planned(&state.plan_folder(&plan), &plan.tables[0], &pipelines()[0], usize::MAX);
    let rows = rows.expect("its rows");
    let sign = |serial: &str| rows.iter().find(|row| row.title.starts_with(serial)).map(|row| row.sign);
    for (serial, expected) in
        [("ANEW0001", '+'), ("ANEW0004", '?'), ("TWICE001", '?'), ("LOWER001", '~'), ("WRONG001", '?')]
    {
        assert_eq!(sign(serial), Some(expected), "{serial}: {rows:?}");
    }
    let said = |serial: &str| rows.iter().find(|row| row.title.starts_with(serial)).map(|row| row.comment.clone());
    assert!(said("ANEW0004").is_some_and(|said| said.starts_with("100: Reference value rejected")), "{rows:?}");
    assert!(said("WRONG001").is_some_and(|said| said.starts_with("200: Choice value rejected")), "{rows:?}");
    assert!(said("TWICE001").is_some_and(|said| said.contains("2 records")), "{rows:?}");

    let report = state.apply(&plan, &served, night()).await.expect("it is sent");
    let foretold = report.tables[0].foretold.as_ref().expect("foretold");
    assert_eq!((foretold.as_foretold, foretold.otherwise), (Some(devices.len() as u64), Some(0)), "{foretold:?}");

    // By hand since: what is held is no obstacle, and the refused ones are retried.
    served.change("cmdb_ci_computer", "serial_number=ANEW0001", serde_json::json!({ "name": "by hand" })).await;
    let again =
        devices.map(|(serial, name, person)| (serial, if serial == "ANEW0001" { "renamed" } else { name }, person));
    let sealed = state.record([listed(&again)].into_iter()).expect("sealed");
    let retried = || Night { retry_refused: true, ..night() };
    let (plan, _) = state.plan(&sealed, Some(&served), retried()).await.expect("a plan");
    let report = state.apply(&plan, &served, retried()).await.expect("it is sent");
    let foretold = report.tables[0].foretold.as_ref().expect("foretold");
    assert_eq!((foretold.as_foretold, foretold.otherwise), (Some(4), Some(0)), "{report:?}");
    let waiting = state.plan(&sealed, Some(&served), night()).await.expect("a plan").1;
    assert_eq!((waiting.tables[0].accounts.planned, waiting.tables[0].accounts.waiting), (0, 3), "{waiting:?}");
}
