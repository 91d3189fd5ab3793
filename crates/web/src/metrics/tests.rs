//! The measurements, read back from their text.

use std::collections::BTreeMap;

use super::*;

const NOW: &str = "2026-11-30T10:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

/// Every series by its name and labels, as a scraper reads them; fails on a line that is neither a comment nor one.
fn read(metrics: &Metrics) -> BTreeMap<String, f64> {
    let text = metrics.encode(time(NOW));
    let lines = text.lines().filter(|line| !line.starts_with("# HELP ") && !line.starts_with("# TYPE "));
    let series: Vec<_> = lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect();
    let count = series.len();
    let series: BTreeMap<_, _> = series.into_iter().collect();
    assert_eq!(series.len(), count, "a series stands twice: {text}");
    series
}

fn watching() -> Metrics {
    let metrics = Metrics::new("0.1.0");
    metrics.watch("acme", Some(time("2026-11-30T09:00:00Z")));
    metrics
}

#[test]
fn every_measurement_has_its_name_and_labels() {
    let metrics = watching();
    metrics.run_began("acme");
    metrics.requests("acme", 7, Some(7_993));
    metrics.requests("acme", 3, Some(7_990));
    metrics.rows("acme", "devices", &[("read", 300), ("inserted", 2)]);
    metrics.rows("acme", "devices", &[("read", 300)]);
    metrics.brakes_waiting("acme", 1);
    metrics.next_run("acme", Some(time("2026-11-30T10:15:00Z")));
    let series = read(&metrics);
    for (name, expected) in [
        ("snowhaul_build_info{version=\"0.1.0\"}", 1.0),
        ("snowhaul_running{integration=\"acme\"}", 1.0),
        ("snowhaul_requests_total{integration=\"acme\"}", 10.0),
        ("snowhaul_request_budget_left{integration=\"acme\"}", 7_990.0),
        ("snowhaul_rows_total{integration=\"acme\",pipeline=\"devices\",outcome=\"read\"}", 600.0),
        ("snowhaul_rows_total{integration=\"acme\",pipeline=\"devices\",outcome=\"inserted\"}", 2.0),
        ("snowhaul_brakes_waiting{integration=\"acme\"}", 1.0),
        ("snowhaul_next_run_seconds{integration=\"acme\"}", 900.0),
        ("snowhaul_last_success_age_seconds{integration=\"acme\"}", 3_600.0),
    ] {
        assert_eq!(series.get(name), Some(&expected), "{name} in {series:#?}");
    }
}

#[test]
fn a_run_that_ends_is_counted_timed_and_not_running_any_more() {
    let metrics = watching();
    metrics.run_began("acme");
    metrics.run_ended("acme", "done", 42.0, Some(time("2026-11-30T09:59:30Z")));
    metrics.run_ended("acme", "failed", 2.0, None);
    let series = read(&metrics);
    for (name, expected) in [
        ("snowhaul_running{integration=\"acme\"}", 0.0),
        ("snowhaul_runs_total{integration=\"acme\",state=\"done\"}", 1.0),
        ("snowhaul_runs_total{integration=\"acme\",state=\"failed\"}", 1.0),
        ("snowhaul_last_success_age_seconds{integration=\"acme\"}", 30.0),
        ("snowhaul_run_seconds_count{integration=\"acme\"}", 2.0),
        ("snowhaul_run_seconds_sum{integration=\"acme\"}", 44.0),
        ("snowhaul_run_seconds_bucket{integration=\"acme\",le=\"15\"}", 1.0),
        ("snowhaul_run_seconds_bucket{integration=\"acme\",le=\"+Inf\"}", 2.0),
    ] {
        assert_eq!(series.get(name), Some(&expected), "{name} in {series:#?}");
    }
}

#[test]
fn what_never_ran_is_seen_with_zeros_and_has_no_age() {
    let metrics = Metrics::new("0.1.0");
    metrics.watch("new", None);
    let series = read(&metrics);
    assert_eq!(series.get("snowhaul_running{integration=\"new\"}"), Some(&0.0));
    assert_eq!(series.get("snowhaul_run_seconds_count{integration=\"new\"}"), Some(&0.0));
    assert!(!series.keys().any(|name| name.contains("age_seconds") || name.contains("next_run")), "{series:#?}");
}

#[test]
fn a_deleted_integration_leaves_no_series_and_its_last_run_brings_none_back() {
    let metrics = watching();
    metrics.watch("other", None);
    metrics.run_began("acme");
    metrics.rows("acme", "devices", &[("read", 1), ("error", 1)]);
    metrics.requests("acme", 1, Some(5));
    metrics.run_ended("acme", "done", 1.0, Some(time(NOW)));
    metrics.run_began("acme");
    metrics.next_run("acme", Some(time(NOW)));
    metrics.encode(time(NOW));
    metrics.forget("acme");
    metrics.rows("acme", "devices", &[("read", 1)]);
    metrics.requests("acme", 1, None);
    metrics.run_ended("acme", "cancelled", 1.0, None);
    let text = metrics.encode(time(NOW));
    assert!(!text.contains("acme"), "{text}");
    assert!(text.contains("snowhaul_running{integration=\"other\"} 0"), "{text}");
}

#[test]
fn a_clock_that_went_back_makes_no_negative_age() {
    let metrics = Metrics::new("0.1.0");
    metrics.watch("acme", Some(time("2026-11-30T11:00:00Z")));
    metrics.next_run("acme", Some(time("2026-11-30T09:00:00Z")));
    let series = read(&metrics);
    assert_eq!(series.get("snowhaul_last_success_age_seconds{integration=\"acme\"}"), Some(&0.0));
    assert_eq!(series.get("snowhaul_next_run_seconds{integration=\"acme\"}"), Some(&0.0));
}

#[test]
fn a_label_cannot_end_its_line() {
    let metrics = watching();
    metrics.rows("acme", "a\"} 1\nfalse_metric 2\\", &[("read", 1)]);
    let text = metrics.encode(time(NOW));
    assert!(!text.lines().any(|line| line.starts_with("false_metric")), "{text}");
    assert!(text.contains(r#"pipeline="a\"} 1\nfalse_metric 2\\",outcome="read"} 1"#), "{text}");
}

#[test]
fn every_series_says_what_it_is() {
    let metrics = watching();
    metrics.rows("acme", "devices", &[("read", 1)]);
    metrics.run_ended("acme", "done", 1.0, None);
    let text = metrics.encode(time(NOW));
    for line in [
        "# TYPE snowhaul_runs_total counter",
        "# TYPE snowhaul_rows_total counter",
        "# TYPE snowhaul_requests_total counter",
        "# TYPE snowhaul_run_seconds histogram",
        "# TYPE snowhaul_last_success_age_seconds gauge",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
    assert_eq!(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
}
