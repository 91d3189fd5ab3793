//! Choices that people rely on: what decides them, and how they are told.

use std::collections::BTreeSet;

use super::*;
use crate::ReadSettings;

fn facts() -> Facts {
    Facts {
        devices: 1_000,
        returned: 0,
        details_wanted: (0..1_000).map(|number| number.to_string()).collect(),
        app_devices: 700,
        app_rows: Some(120_000),
        prism_refused: None,
        budget_left: Some(8_000),
    }
}

fn options() -> ReadOptions {
    ReadOptions::new(ReadSettings::of([DataSet::Devices, DataSet::DeviceDetails, DataSet::Apps].into()))
}

fn chosen(facts: &Facts, options: &ReadOptions) -> (&'static str, &'static str) {
    let explanation = Explanation::of(facts, options);
    (explanation.details.strategy.as_str(), explanation.apps.strategy.as_str())
}

#[test]
fn the_budget_the_permission_and_the_size_decide() {
    assert_eq!(chosen(&facts(), &options()), ("device", "pages"));
    assert_eq!(chosen(&Facts { budget_left: Some(700), ..facts() }, &options()), ("device", "export"));
    assert_eq!(chosen(&Facts { budget_left: Some(1), ..facts() }, &options()), ("pages", "export"));
    assert_eq!(chosen(&Facts { budget_left: None, ..facts() }, &options()), ("device", "pages"));
    assert_eq!(chosen(&Facts { app_rows: Some(9_000_000), ..facts() }, &options()), ("device", "export"));
    let closed = Facts { prism_refused: Some("no permission".to_owned()), ..facts() };
    assert_eq!(chosen(&closed, &options()), ("device", "device"));
    let mut forced = options();
    (forced.settings.details, forced.settings.apps) = (Some(Strategy::Export), Some(Strategy::Device));
    assert_eq!(chosen(&facts(), &forced), ("export", "device"));
    let few = crate::Scope { devices_max: Some(3), ..crate::Scope::default() };
    let mut scoped = options();
    scoped.settings.scope = few;
    assert_eq!(chosen(&Facts { devices: 3, app_devices: 2, ..facts() }, &scoped), ("device", "device"));
}

fn listed(id: &str, last_enrollment: Option<&str>) -> Listed {
    let last_enrollment = last_enrollment.map(|text| text.parse().expect("a moment"));
    Listed { device_id: id.to_owned(), serial_number: id.to_owned(), platform: "Mac".to_owned(), last_enrollment }
}

#[test]
fn what_is_not_known_comes_first_and_what_the_budget_does_not_allow_waits() {
    let mut options = options();
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    options.now = moment("2026-11-01T02:00:00Z");
    for (id, at) in
        [("older", "2026-01-01T00:00:00Z"), ("old", "2026-02-01T00:00:00Z"), ("fresh", "2026-11-01T00:00:00Z")]
    {
        options.known.devices.insert(id.to_owned(), crate::KnownDevice { details_at: moment(at) });
    }
    let ids = ["fresh", "old", "older", "unknown"].map(|id| listed(id, None));
    let facts = Facts { budget_left: Some(5), ..Facts::of(&options, &ids, &HashSet::new()) };
    assert_eq!(facts.details_wanted, ["unknown", "older", "old"]);
    assert_eq!(facts.details_asked(&options), ["unknown", "older"]);
    assert!(details(&facts, &options).reason.contains("2 most urgent of 3"));
    let touched = HashSet::from(["fresh".to_owned()]);
    assert_eq!(Facts::of(&options, &ids, &touched).details_wanted, ["unknown", "fresh", "older", "old"]);
    options.settings.details = Some(Strategy::Device);
    assert_eq!(facts.details_asked(&options).len(), 3, "it was insisted on");
}

#[test]
fn a_device_that_is_back_closes_the_window_and_one_that_enrolled_does_not() {
    let mut options = options();
    let since: Timestamp = "2026-10-31T02:00:00Z".parse().expect("a moment");
    options.now = "2026-11-01T02:00:00Z".parse().expect("a moment");
    options.known.since = Some(since);
    options.known.windows.insert(DataSet::Apps, crate::Window { since, whole_at: since });
    options.known.listed.insert("known".to_owned());
    let window = |devices: &[Listed]| Facts::of(&options, devices, &HashSet::new()).window(DataSet::Apps, &options);
    let known = listed("known", Some("2026-01-01 10:00:00.5+00:00"));
    assert!(window(std::slice::from_ref(&known)).is_some());
    assert!(window(&[known.clone(), listed("new", Some("2026-10-31 10:00:00.5+00:00"))]).is_some());
    assert_eq!(window(&[known.clone(), listed("back", Some("2026-01-01 10:00:00.5+00:00"))]), None);
    assert_eq!(window(&[known, listed("back", None)]), None);
}

#[test]
fn a_person_reads_prices_and_reasons() {
    let said = Explanation::of(&facts(), &options()).lines().join("\n");
    assert!(said.contains("Details: by device") && said.contains("pages 4 requests"), "{said}");
    assert!(said.contains("Applications: by pages") && said.contains("pages 400 requests"), "{said}");
    assert!(said.contains("8000 requests left"), "{said}");
}

#[test]
fn details_grow_old_on_different_days() {
    let week = Duration::from_secs(7 * 24 * 3600);
    let days: BTreeSet<u64> =
        (0..200).map(|number| due_after(&number.to_string(), week).as_secs() / (24 * 3600)).collect();
    assert_eq!(days.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
}
