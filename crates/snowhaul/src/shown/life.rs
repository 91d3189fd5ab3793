//! The life of an integration in words: checks as they are made, how integrations stand, what was changed or ended.

use std::path::PathBuf;

use extract::Scope;
use integration::checks::{Check, CheckResult};
use integration::{Grant, Name, Settings};
use ledger::RunRecord;
use service::{EndsTold, Looked, Standing, StatusTold};

use super::{line, plain, run_record, runs};

/// Runs that are said of one integration: a screen has room for them.
const RUNS_SAID: usize = 5;

/// One check: how it stands, what was seen, and under what is not as it should be what a person does about it.
pub(crate) fn check(check: &Check) -> String {
    let result = match check.result {
        CheckResult::Passed => "passed",
        CheckResult::Warning => "warning",
        CheckResult::Failed => "failed",
        CheckResult::Skipped => "skipped",
    };
    let mut text = format!("{result:8} {}: {}", check.name, plain(&check.evidence));
    if !check.remedy.is_empty() {
        text.push_str(&format!("\n         remedy: {}", plain(&check.remedy)));
    }
    text
}

/// How many checks stand how.
pub(crate) fn looked(looked: &Looked) -> String {
    let Looked { tenant, instance, passed, warnings, failed, skipped, .. } = looked;
    format!("{tenant} and {instance}: {passed} passed, {warnings} warnings, {failed} failed, {skipped} skipped")
}

/// A connection that was made: what is kept where, and what comes next.
pub(crate) fn connected(name: &str, looked: &Looked, keys: (&PathBuf, &String), next: &str) -> String {
    let (key, master) = keys;
    let mut text = String::new();
    line(&mut text, self::looked(looked));
    line(&mut text, format!("`{name}` is connected; its credentials are sealed, and are never shown again"));
    line(&mut text, format!("    the key that opens them is in {}, wrapped by {master}", key.display()));
    line(
        &mut text,
        "    a copy of the state folder without that key opens nothing, so do not keep both in one place".to_owned(),
    );
    line(
        &mut text,
        format!("devices alone are sent; `snowhaul edit {name} --send-apps on` sends applications as well"),
    );
    line(&mut text, format!("the first run: {next}"));
    text
}

/// What became of new credentials.
pub(crate) fn reauthenticated(name: &str, looked: &Looked, is_accepted: bool) -> String {
    let became = match is_accepted {
        true => "the new credentials are in force",
        false => "the new credentials were refused, and the old ones stay in force",
    };
    format!("{}\n`{name}`: {became}", self::looked(looked))
}

/// What an integration does from now on.
pub(crate) fn edited(name: &str, settings: &Settings) -> String {
    let mut text = String::new();
    let sync = if settings.is_sync_on() { "on" } else { "off: no nightly run until it is on again" };
    line(&mut text, format!("`{name}` from now on:"));
    line(&mut text, format!("    sync          {sync}"));
    line(&mut text, format!("    sends         {}", sent(settings.sends_apps())));
    line(&mut text, format!("    scope         {}", plain(&scope(&settings.scope()))));
    let schedules = settings.schedules();
    line(&mut text, format!("    devices at    {} ({})", schedules.devices, schedules.time_zone));
    line(&mut text, format!("    applications  {} ({})", schedules.apps, schedules.time_zone));
    text
}

/// What became of an integration that was deleted, and what a person still does.
pub(crate) fn deleted(name: &str, tokens: &str, history_until: Option<&str>, rotate: &[&str]) -> String {
    let mut text = String::new();
    line(&mut text, format!("`{name}` is deleted: its key and its credentials are destroyed"));
    line(&mut text, format!("    tokens: {}", plain(tokens)));
    match history_until {
        Some(until) => line(
            &mut text,
            format!("    its history is kept until {until}; `snowhaul delete {name} --purge` removes it at once"),
        ),
        None => line(&mut text, "    its history is removed".to_owned()),
    }
    line(
        &mut text,
        format!(
            "change all the same at both ends: {}; nothing that was removed here can be sure to be gone from a disk",
            rotate.join(", ")
        ),
    );
    text
}

/// How integrations stand, a paragraph each.
pub(crate) fn status(all: &[StatusTold]) -> String {
    if all.is_empty() {
        return "no integration is connected here; `snowhaul connect` connects one".to_owned();
    }
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(told: &StatusTold) -> String {
    let mut text = String::new();
    let reason = if told.reason.is_empty() { String::new() } else { format!(": {}", plain(&told.reason)) };
    line(&mut text, format!("{}   {}{reason}", told.integration, words(told.state)));
    if let Some(ends) = &told.ends {
        self::ends(&mut text, ends);
    }
    if let Some(next) = told.next_run {
        line(&mut text, format!("    next run      {next:.0}, where `snowhaul serve` keeps its schedules"));
    }
    for brake in &told.brakes_waiting {
        line(&mut text, format!("    a brake waits for a person's word: {}", plain(brake)));
    }
    if let Some(last) = &told.last_run {
        last_runs(&mut text, last, &told.runs);
    }
    text
}

fn last_runs(text: &mut String, last: &RunRecord, all: &[RunRecord]) {
    line(text, "    last run:".to_owned());
    for row in run_record(last, "").lines() {
        line(text, format!("    {row}"));
    }
    let earlier = all.get(1..all.len().min(RUNS_SAID)).unwrap_or_default();
    if !earlier.is_empty() {
        line(text, "    before it:".to_owned());
        for row in runs(earlier).lines() {
            line(text, format!("    {row}"));
        }
    }
}

fn ends(text: &mut String, ends: &EndsTold) {
    let account = match (ends.grant, &ends.service_account) {
        (Grant::Password, Some(account)) => format!("{} with its password", plain(account)),
        (_, Some(account)) => format!("{}; client credentials", plain(account)),
        (_, None) => "the client's own; client credentials".to_owned(),
    };
    let age = match ends.credentials_age_days {
        days if days < 1 => "today".to_owned(),
        1 => "a day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    line(text, format!("    tenant       {}", ends.tenant));
    line(text, format!("    instance     {}", ends.instance));
    line(text, format!("    client       {}", plain(&ends.client_id)));
    line(text, format!("    account      {account}"));
    line(text, format!("    credentials  accepted {age} ({})", ends.credentials_at));
    line(text, format!("    sends        {}, {}", sent(ends.send_apps), plain(&scope(&ends.scope))));
}

fn words(state: Standing) -> &'static str {
    match state {
        Standing::Connected => "connected",
        Standing::NeedsAttention => "needs attention",
        Standing::Paused => "paused",
        Standing::NeverRan => "connected, never ran",
        Standing::NotConnected => "not connected",
    }
}

fn sent(sends_apps: bool) -> &'static str {
    if sends_apps { "devices and applications" } else { "devices" }
}

/// Names in a row.
pub(crate) fn names(names: &[Name]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Which devices: long lists are counted.
fn scope(scope: &Scope) -> String {
    let Scope { serials, tags, blueprints, platforms, devices_max } = scope;
    let conditions = [("serial", serials), ("tag", tags), ("blueprint", blueprints), ("platform", platforms)];
    let named = conditions.into_iter().filter(|(_, values)| !values.is_empty()).map(|(what, values)| {
        let shown: Vec<&str> = values.iter().take(super::EXAMPLES).map(String::as_str).collect();
        let more = values.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{what} {}{more}", shown.join(" or "))
    });
    let number = devices_max.map(|most| format!("the first {most}"));
    let all: Vec<String> = named.chain(number).collect();
    if all.is_empty() { "every device".to_owned() } else { format!("only {}", all.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use integration::checks::Area;

    #[test]
    fn a_check_says_its_remedy_under_it() {
        let mut failed = Check {
            name: "token granted",
            area: Area::Instance,
            result: CheckResult::Failed,
            evidence: "refused\u{1b}[2J".to_owned(),
            remedy: "compare the secret".to_owned(),
        };
        assert_eq!(
            check(&failed),
            "failed   token granted: refused\\u{1b}[2J\n         remedy: compare the secret",
            "and no control character reaches the terminal"
        );
        failed.result = CheckResult::Passed;
        failed.remedy.clear();
        assert_eq!(check(&failed).lines().count(), 1);
    }

    #[test]
    fn a_scope_is_told_by_its_conditions() {
        assert_eq!(scope(&Scope::default()), "every device");
        let serials = ["A1", "B2", "C3", "D4", "E5"].map(str::to_owned).into();
        let some = Scope { serials, devices_max: Some(3), ..Scope::default() };
        assert_eq!(scope(&some), "only serial A1 or B2 or C3 and 2 more, the first 3");
    }
}
