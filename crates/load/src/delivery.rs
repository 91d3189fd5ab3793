//! What became of a batch whose answer was lost: the instance is asked for the rows that carry its id. Apart because an
//! answer that is counted too early is how rows are doubled: the same must be heard twice.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use crate::import::is_sys_id;
use crate::table::check_table;
use crate::{Error, Target, limits};

/// The rows of one batch that the instance has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Their keys. A row may have several staging rows, one a transform map; its key is here once.
    pub row_keys: HashSet<String>,
    /// The import sets that they are in.
    pub import_sets: Vec<String>,
}

impl Target {
    /// The rows that carry `batch` in the column `u_batch` of a staging table: two readings after one another that say
    /// the same, [`limits::ASKED_AGAIN_AFTER`] apart.
    ///
    /// # Errors
    /// As [`Target::read`]; [`Error::Unexpected`] where the rows do not come to rest.
    pub async fn staged(&self, staging_table: &str, batch: &str) -> Result<Staged, Error> {
        let mut before = self.staged_now(staging_table, batch).await?;
        for _ in 1..limits::ASKED_AGAIN_MAX {
            tokio::time::sleep(limits::ASKED_AGAIN_AFTER).await;
            let now = self.staged_now(staging_table, batch).await?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
        Err(Error::Unexpected {
            doing: format!("learn what became of batch {batch} of `{staging_table}`"),
            reason: "its rows are still being staged".to_owned(),
        })
    }

    async fn staged_now(&self, staging_table: &str, batch: &str) -> Result<Staged, Error> {
        check_table(staging_table)?;
        if !is_sys_id(batch) {
            return Err(Error::Name { what: "batch", name: batch.to_owned() });
        }
        let fields = ["u_batch", "u_row_key", "sys_import_set"];
        let found = self.rows(staging_table, &format!("u_batch={batch}"), &fields).await?;
        found.refuse_absent(staging_table, &fields)?;
        // Asked again here, because an ignored term would have given the rows of every batch.
        let own = found.rows.into_iter().filter(|row| row[0] == batch);
        let (mut row_keys, mut import_sets) = (HashSet::new(), BTreeSet::new());
        for row in own {
            let [_, row_key, import_set] = <[String; 3]>::try_from(row).expect("a row has a cell for each field");
            row_keys.insert(row_key);
            import_sets.insert(import_set);
        }
        Ok(Staged { row_keys, import_sets: import_sets.into_iter().collect() })
    }

    /// What the instance keeps of one staged row, in the order of `columns`; none where it is not there. Where a row
    /// has several staging rows, one a transform map, they are copies: the first is told.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub async fn staging_row(
        &self,
        staging_table: &str,
        import_set: &str,
        row_key: &str,
        columns: &[&str],
    ) -> Result<Option<Vec<String>>, Error> {
        let query = format!("sys_import_set={import_set}^u_row_key={row_key}");
        Ok(self.read(staging_table, &query, columns).await?.into_iter().next())
    }
}

/// How long an answer that is missing is waited for, and how long a row may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long one import set may take before its rows count as unresolved.
    pub confirm_within: Duration,
    /// How long after a batch has left with its answer lost the instance may still be at work on it.
    pub quiet_period: Duration,
    /// How long a batch that was not there is asked for again.
    pub late_answers: Duration,
    /// How long one answer to a batch should take at most: batches become smaller beyond it.
    pub answer_within: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            confirm_within: limits::CONFIRM_DEADLINE,
            quiet_period: limits::QUIET_PERIOD,
            late_answers: limits::LATE_ANSWERS,
            answer_within: limits::ANSWER_WITHIN,
        }
    }
}
