//! Answers that are lost: whatever becomes of a batch, its rows are in the target once, with their newest values, and
//! nothing is sent again before the instance was asked. The instance's own account is the witness.

use std::time::Duration;

use instance::{Account, Heard};
use load::Patience;
use pipeline::{Pipeline, RunReport};
use snapshot::Sealed;
use tests::{Night, Served, State, brief, listed, small};

/// Rows of a fleet: enough for several batches.
const ROWS: usize = 1_500;

/// Staged in the default configuration: keys are labels, transformation is asynchronous.
fn pipelines() -> Vec<Pipeline> {
    vec![small(&[])]
}

fn night() -> Night {
    Night { pipelines: pipelines(), ..Night::default() }
}

/// A sealed fleet whose names begin so.
fn fleet(state: &State, rows: usize, name: &str) -> Sealed {
    let devices: Vec<(String, String)> =
        (0..rows).map(|device| (format!("S{device:07}"), format!("{name} {device}"))).collect();
    let pages = devices.chunks(300).map(|page| {
        let page: Vec<(&str, &str, &str)> =
            page.iter().map(|(serial, name)| (serial.as_str(), name.as_str(), "")).collect();
        listed(&page)
    });
    state.record(pages).expect("sealed")
}

/// Makes the instance misbehave so from now on, and nothing else.
fn misbehave(served: &Served, faults: &[&str]) {
    let faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    served.instance.misbehave(faults).expect("a few");
}

/// Every serial number is in the target once, and its name begins so.
async fn is_in_the_target_once(served: &Served, rows: usize, name: &str) {
    let found = served.target().await.read("cmdb_ci_computer", "", &["serial_number", "name"]).await.expect("read");
    let mut serials: Vec<&str> = found.iter().map(|row| row[0].as_str()).collect();
    serials.sort_unstable();
    serials.dedup();
    assert_eq!((found.len(), serials.len()), (rows, rows), "each key once");
    let other = found.iter().find(|row| !row[1].starts_with(name));
    assert_eq!(other, None, "every name begins with `{name}`");
}

fn is_batch(heard: &Heard) -> bool {
    heard.method == "POST" && heard.path.ends_with("/insertMultiple")
}

/// Between an answer that was lost and the next batch the instance was asked for it twice, at least.
fn asked_before_it_was_sent_again(account: &Account) -> usize {
    let log: Vec<&Heard> = account.log.iter().collect();
    let lost = log.iter().enumerate().filter(|(_, heard)| is_batch(heard) && heard.status == 0);
    let mut losses = 0;
    for (place, _) in lost {
        losses += 1;
        let until = log[place + 1..].iter().take_while(|heard| !is_batch(heard));
        let asked = until.filter(|heard| heard.path.ends_with("/table/u_small") && heard.query.contains("u_batch="));
        assert!(asked.count() >= 2, "a batch was sent again before the instance was asked for the lost one");
    }
    losses
}

fn is_whole(report: &RunReport) {
    assert!(report.balanced && !report.is_incomplete(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_lost_and_nothing_is_sent_twice() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["lose-answer,path=/api/now/import"]);
    let report = state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night");
    is_whole(&report);
    assert_eq!(report.tables[0].accounts.inserted, ROWS as u64);
    is_in_the_target_once(&served, ROWS, "One").await;
    let account = served.instance.account();
    let posts = account.log.iter().filter(|heard| is_batch(heard)).count();
    assert_eq!(asked_before_it_was_sent_again(&account), posts, "every answer was lost");
    assert_eq!((account.batches_staged, account.rows_staged), (posts as u64, ROWS as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_the_answers_are_lost() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["lose-answer,every=2"]);
    let report = state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night");
    is_whole(&report);
    is_in_the_target_once(&served, ROWS, "One").await;
    let account = served.instance.account();
    assert!(asked_before_it_was_sent_again(&account) >= 2);
    assert_eq!(account.rows_staged, ROWS as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_which_a_part_is_there_is_sent_once_more() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["stage-part=40,every=2"]);
    let report = state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night");
    is_whole(&report);
    is_in_the_target_once(&served, ROWS, "One").await;
    let account = served.instance.account();
    let losses = asked_before_it_was_sent_again(&account);
    let posts = account.log.iter().filter(|heard| is_batch(heard)).count();
    let batches = posts - losses;
    assert!(losses >= 2 && posts <= batches + losses, "at most one extra batch a loss");
    assert!(account.rows_staged > ROWS as u64);
    assert!(report.tables[0].notes.iter().any(|note| note.contains("staged twice")), "{:?}", report.tables[0].notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_batch_does_not_keep_its_old_values() {
    // The late batch arrives while the next night runs, or after it: either way the night after has the newest.
    for late in ["commit-late=1800,times=1,skip=2", "commit-late=6000,times=1,skip=2"] {
        let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
        misbehave(&served, &[late]);
        let report = state.carry(&fleet(&state, 700, "Old"), &served, night()).await.expect("a night");
        is_whole(&report);
        misbehave(&served, &[]);
        let report = state.carry(&fleet(&state, 700, "New"), &served, night()).await.expect("the next night");
        is_whole(&report);
        let staged = served.instance.account().batches_staged;
        if late.contains("6000") {
            // The old values come after the new ones have been applied.
            while served.instance.account().batches_staged == staged {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        let report = state.carry(&fleet(&state, 700, "New"), &served, night()).await.expect("the night after");
        is_whole(&report);
        is_in_the_target_once(&served, 700, "New").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_nobody_can_say_anything_of_is_asked_for_by_the_next_run() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["lose-answer,times=1,skip=1", "html,path=/api/now/table/u_small,skip=3"]);
    let report = state.carry(&fleet(&state, 500, "One"), &served, night()).await.expect("it is accounted");
    assert!(report.balanced && report.is_incomplete(), "{report:?}");
    let accounts = &report.tables[0].accounts;
    assert!(accounts.unresolved > 0 && accounts.not_sent > 0, "{accounts:?}");

    // As long as it cannot be asked, nothing is sent.
    let posts = served.instance.account().log.iter().filter(|heard| is_batch(heard)).count();
    misbehave(&served, &["html,path=/api/now/table/u_small"]);
    let fenced = state.carry(&fleet(&state, 500, "One"), &served, night()).await.expect("it is accounted");
    assert!(fenced.is_incomplete());
    let incomplete = fenced.tables[0].incomplete.as_ref().expect("it says why");
    assert!(incomplete.reason.contains("nothing is sent before it is"), "{incomplete:?}");
    assert_eq!(served.instance.account().log.iter().filter(|heard| is_batch(heard)).count(), posts);

    misbehave(&served, &[]);
    let next = state.carry(&fleet(&state, 500, "One"), &served, night()).await.expect("the next night");
    is_whole(&next);
    is_in_the_target_once(&served, 500, "One").await;
    assert_eq!(served.instance.account().rows_staged, 500, "what had arrived was not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_while_an_old_batch_is_not_transformed() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let hurried = || Night { patience: Patience { confirm_within: Duration::from_millis(200), ..brief() }, ..night() };
    misbehave(&served, &["stick"]);
    let report = state.carry(&fleet(&state, 300, "Old"), &served, hurried()).await.expect("it is accounted");
    assert!(report.is_incomplete());
    let staged = served.instance.account().rows_staged;
    let fenced = state.carry(&fleet(&state, 300, "New"), &served, hurried()).await.expect("it is accounted");
    assert!(fenced.is_incomplete() && fenced.tables[0].accounts.not_sent == 300, "{fenced:?}");
    assert_eq!(served.instance.account().rows_staged, staged);
    misbehave(&served, &[]);
    is_whole(&state.carry(&fleet(&state, 300, "New"), &served, night()).await.expect("the night after"));
    is_in_the_target_once(&served, 300, "New").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_until_the_instance_deleted_it_goes_again() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    let hurried = Night { patience: Patience { confirm_within: Duration::from_millis(200), ..brief() }, ..night() };
    misbehave(&served, &["stick"]);
    let report = state.carry(&fleet(&state, 300, "One"), &served, hurried).await.expect("it is accounted");
    assert!(report.is_incomplete());
    misbehave(&served, &[]);
    while served.target().await.count("sys_import_set", "state=processed").await.expect("counted") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let in_eight_days = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(8 * 24);
    assert_eq!(served.instance.delete_import_sets(in_eight_days).expect("deleted"), 1);
    let next = state.carry(&fleet(&state, 300, "One"), &served, night()).await.expect("eight days later");
    is_whole(&next);
    assert!(next.tables[0].notes.iter().any(|note| note.contains("is lost, its rows go again")), "{next:?}");
    is_in_the_target_once(&served, 300, "One").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_expire_in_the_middle_cost_one_refresh_each() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["expire-tokens,every=2,path=/api/now"]);
    let report = state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night");
    is_whole(&report);
    is_in_the_target_once(&served, ROWS, "One").await;
    let account = served.instance.account();
    let refused = account.by_status.get(&401).copied().unwrap_or_default();
    let refreshed = account.tokens.get("refresh_token").copied().unwrap_or_default();
    assert!(refused > 10 && refreshed <= refused, "{refreshed} refreshes for {refused} refusals");
    // The run's own, and one of each pair of eyes on the target.
    assert!(account.tokens["password"] <= 2, "{:?}", account.tokens);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_asks_for_pauses_gets_them() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["refuse=429,every=9,times=3,path=/api/now/import", "refuse=503,times=1,path=/api/now/table"]);
    let report = state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night");
    is_whole(&report);
    is_in_the_target_once(&served, ROWS, "One").await;
    assert_eq!(served.instance.account().rows_staged, ROWS as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn import_sets_that_are_transformed_slowly_are_waited_for() {
    let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
    misbehave(&served, &["slow-transform=150"]);
    is_whole(&state.carry(&fleet(&state, ROWS, "One"), &served, night()).await.expect("a night"));
    is_in_the_target_once(&served, ROWS, "One").await;
}

/// Rows of the whole-sized trial.
const MANY: usize = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_thousand_rows_by_labels_and_by_names() {
    let by_names = small(&[("key = [", "keys = \"names\"\nkey = [")]);
    let by_name = "[[record]]\ntable = \"sys_rest_insert_multiple\"\n\
                   values = { name = \"Small\", source_table = \"u_small\", column_mapping = \"name\" }";
    for (pipeline, is_by_name) in [(small(&[]), false), (by_names, true)] {
        let (state, served) = (State::new(), Served::with(None, &pipelines()).await);
        if is_by_name {
            served.instance.seed(by_name).expect("the record is made");
        }
        let night = Night { pipelines: vec![pipeline], ..Night::default() };
        let report = state.carry(&fleet(&state, MANY, "One"), &served, night).await.expect("a night");
        is_whole(&report);
        assert_eq!(report.tables[0].accounts.inserted, MANY as u64);
        is_in_the_target_once(&served, MANY, "One").await;
        let told = pipeline::outcomes(state.path(), report.run, |_| true).expect("they are kept");
        assert_eq!(told.len(), MANY);
        let is_told = |one: &pipeline::ToldOutcome| {
            let line = &one.line;
            line.outcome == "inserted"
                && [&line.batch, &line.import_set, &line.import_row, &line.sys_id].iter().all(|id| id.len() == 32)
        };
        assert!(told.iter().all(is_told), "every row's way is known");
    }
}
