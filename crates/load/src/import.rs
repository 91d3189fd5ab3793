//! Writing: one batch into an import set, and what became of its rows. Apart because a write has a third ending
//! besides done and refused: nobody knows. Every way in which an answer can fail to say what was staged ends here in
//! an error that [`Error::is_ambiguous`] knows.
//!
//! ```text
//!  body ──▶ insertMultiple ──▶ import set: loading ─▶ loaded ─▶ processed ──▶ staging rows ──▶ outcomes
//!               │ no answer, or an unusable one         │ cancelled               (one a map)
//!               ▼                                       ▼
//!            ambiguous: staged, or not               error
//! ```

use std::collections::HashSet;
use std::time::Instant;

use flow::{Outcome, RowOutcome};
use rest::{Answer, Gate, Request};
use serde_json::Value;

use crate::table::check_table;
use crate::{Error, Target, limits, refusal};

/// What an instance gives for a batch that it has staged. It says nothing about any row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The `sys_id` of the import set.
    pub import_set: String,
    /// The `sys_id` of the multi import set; empty where the instance named none.
    pub multi_import_set: String,
    /// How often the batch was sent until it was taken: more than once where the instance asked for a pause.
    pub attempts: u32,
}

/// How far an import set is.
struct Progress {
    state: String,
    is_synchronous: bool,
}

const OUTCOME_FIELDS: [&str; 8] = [
    "sys_import_set",
    "sys_id",
    "u_row_key",
    "sys_import_state",
    "sys_import_state_comment",
    "sys_target_table",
    "sys_target_sys_id",
    "sys_transform_map",
];

/// The row's key among them.
const ROW_KEY: usize = 2;

/// The first of them, without which nothing is told. The last, the map, some instances do not show.
const OUTCOME_FIELDS_NEEDED: usize = 7;

impl Target {
    /// Sends one body (see [`crate::encode_all`]) by `insertMultiple`. A receipt says that the rows are staged, not
    /// that they were applied. `after` is the import set whose transformation must have ended before this one's
    /// begins, so that two never make the same referenced record at once.
    ///
    /// It leaves, and leaves again where the instance put it off, only while `is_wanted` holds, if it is given.
    ///
    /// # Errors
    /// [`Error::is_ambiguous`] tells whether the batch may be staged all the same; then its rows are unresolved.
    /// [`Error::Deleted`] where it was wanted no more.
    pub async fn send(
        &self,
        staging_table: &str,
        body: Vec<u8>,
        after: Option<&str>,
        is_wanted: Option<Gate>,
    ) -> Result<Receipt, Error> {
        check_table(staging_table)?;
        let path = format!("/api/now/import/{staging_table}/insertMultiple");
        let mut request = Request::post(path, "application/json", body).header("accept", "application/json");
        request.gate = is_wanted;
        if let Some(import_set) = after {
            request = request.query("run_after", import_set);
        }
        match self.session.send(request).await? {
            Ok(answer) => receipt(staging_table, &answer),
            Err(source) if source.is_ambiguous() => {
                Err(Error::AnswerLost { staging_table: staging_table.to_owned(), source })
            }
            Err(rest::Error::Withdrawn { .. }) => Err(Error::Deleted),
            Err(source) => Err(Error::Http { doing: sending(staging_table), source }),
        }
    }

    /// Waits until an import set is transformed and reads what became of its rows, one outcome a row and transform
    /// map. A row that is still pending is [`Outcome::Unresolved`]; a row that was not found is not there, and the
    /// caller counts it.
    ///
    /// # Errors
    /// [`Error::NotTransformed`] after the deadline, [`Error::Cancelled`], [`Error::KeysNotRecognised`] where no row
    /// has its key, and those of [`Target::read`].
    pub async fn outcomes(
        &self,
        staging_table: &str,
        import_set: &str,
        expected_rows: u64,
    ) -> Result<Vec<RowOutcome>, Error> {
        if !is_sys_id(import_set) {
            return Err(Error::Name { what: "import set", name: import_set.to_owned() });
        }
        self.wait_until_transformed(import_set).await?;
        let query = format!("sys_import_set={import_set}");
        let found = self.rows(staging_table, &query, &OUTCOME_FIELDS).await?;
        found.refuse_absent(staging_table, &OUTCOME_FIELDS[..OUTCOME_FIELDS_NEEDED])?;
        let mut staged = found.rows;
        // Asked again here, because an ignored term would have given the rows of every import set.
        staged.retain(|row| row[0] == import_set);
        let found = staged.len();
        staged.retain(|row| !row[ROW_KEY].is_empty());
        if staged.is_empty() && found > 0 {
            return Err(Error::KeysNotRecognised { import_set: import_set.to_owned(), rows: found });
        }
        tell_surprises(&staged, found, import_set, expected_rows);
        staged.into_iter().map(|row| outcome(row, import_set)).collect()
    }

    async fn wait_until_transformed(&self, import_set: &str) -> Result<(), Error> {
        let began = Instant::now();
        let mut wait = limits::POLL_WAIT_MIN;
        loop {
            let progress = self.progress(import_set).await?;
            if self.is_transformed(import_set, &progress).await? {
                return Ok(());
            }
            let waited = began.elapsed();
            if waited + wait > self.confirm_deadline {
                let import_set = import_set.to_owned();
                return Err(Error::NotTransformed { import_set, state: progress.state, waited });
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(limits::POLL_WAIT_MAX);
        }
    }

    async fn progress(&self, import_set: &str) -> Result<Progress, Error> {
        let query = format!("sys_id={import_set}");
        let found = self.rows("sys_import_set", &query, &["sys_id", "state", "mode"]).await?;
        let row = found.rows.into_iter().find(|row| row[0] == import_set);
        let row = row.ok_or_else(|| Error::NoImportSet { import_set: import_set.to_owned() })?;
        // Documentation writes these words in both cases.
        let state = row[1].to_ascii_lowercase();
        if matches!(state.as_str(), "cancelled" | "canceled") {
            return Err(Error::Cancelled { import_set: import_set.to_owned() });
        }
        Ok(Progress { state, is_synchronous: row[2].eq_ignore_ascii_case("synchronous") })
    }

    /// An asynchronous set is transformed once it is processed and its runs have ended. A synchronous one transforms
    /// each row as it arrives and becomes processed at midnight only, so its runs decide.
    async fn is_transformed(&self, import_set: &str, progress: &Progress) -> Result<bool, Error> {
        let is_processed = progress.state == "processed";
        if !is_processed && !progress.is_synchronous {
            return Ok(false);
        }
        let query = format!("sys_import_set={import_set}");
        let found = self.rows("sys_import_set_run", &query, &["sys_import_set", "state"]).await?;
        let mut runs = found.rows.iter().filter(|row| row[0] == import_set).peekable();
        let has_runs = runs.peek().is_some();
        Ok(runs.all(|row| is_ended(&row[1])) && (is_processed || has_runs))
    }
}

/// What the answer to a batch says. Only what is known not to have been staged is anything but ambiguous.
fn receipt(staging_table: &str, answer: &Answer) -> Result<Receipt, Error> {
    let status = answer.status;
    let unusable = |reason: &str| Error::AnswerUnusable {
        staging_table: staging_table.to_owned(),
        status,
        reason: reason.to_owned(),
    };
    let page = refusal::page(answer, &sending(staging_table));
    // An instance that sleeps has done nothing, whatever its status says.
    if let Some(error @ Error::Hibernating { .. }) = page {
        return Err(error);
    }
    let asks_for_pause = status == 503 && answer.header("retry-after").is_some();
    match status {
        200..=299 if page.is_some() => Err(unusable("it is a web page")),
        200..=299 => {
            let receipt = staged(&answer.body).map_err(unusable)?;
            Ok(Receipt { attempts: answer.attempts, ..receipt })
        }
        408 | 500..=599 if !asks_for_pause => Err(unusable("the server failed while it worked")),
        _ => Err(refusal::refusal(answer, sending(staging_table))),
    }
}

fn staged(body: &[u8]) -> Result<Receipt, &'static str> {
    if body.is_empty() {
        return Err("it is empty");
    }
    let told: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
    let import_set = told["import_set_id"].as_str().ok_or("it has no import_set_id")?;
    if !is_sys_id(import_set) {
        return Err("its import_set_id is no sys_id");
    }
    let multi_import_set = told["multi_import_set_id"].as_str().unwrap_or_default().to_owned();
    Ok(Receipt { import_set: import_set.to_owned(), multi_import_set, attempts: 1 })
}

fn outcome(row: Vec<String>, import_set: &str) -> Result<RowOutcome, Error> {
    let [import_set_of_row, import_row, row_key, state, comment, target_table, target_sys_id, transform_map] =
        <[String; OUTCOME_FIELDS.len()]>::try_from(row).expect("a row has a cell for each field");
    let outcome = Outcome::from_import_state(&state)
        .map_err(|source| Error::RowState { import_set: import_set.to_owned(), source })?;
    Ok(RowOutcome {
        row_key,
        outcome,
        comment,
        target_table,
        target_sys_id,
        transform_map,
        import_set: import_set_of_row,
        import_row,
    })
}

fn tell_surprises(staged: &[Vec<String>], found: usize, import_set: &str, expected_rows: u64) {
    let without_key = found - staged.len();
    let rows = staged.iter().map(|row| row[ROW_KEY].as_str()).collect::<HashSet<_>>().len() as u64;
    if rows != expected_rows || without_key > 0 {
        tracing::warn!(
            import_set,
            expected_rows,
            rows,
            without_key,
            "an import set does not have the rows that were sent"
        );
    }
}

/// Every documented state of an import-set run but Running and Cancel requested is an end; a state that nobody
/// documents is waited for.
fn is_ended(state: &str) -> bool {
    let state = state.to_ascii_lowercase().replace('_', " ");
    state.starts_with("complete") || matches!(state.as_str(), "did not complete" | "cancelled" | "canceled")
}

pub(crate) fn is_sys_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn sending(staging_table: &str) -> String {
    format!("send a batch to `{staging_table}`")
}
