//! Who let a plan through that a brake had stopped, and why: one plan, once, within a day. Apart because it is the one
//! thing in the ledger that a person says, and it is kept so that a change of it is seen.
//!
//! Entries of the audit trail are chained: each holds the digest of itself and of the one before.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::error::{Error, sqlite};
use crate::ledger::Ledger;
use crate::limits::APPROVAL_HOURS;

/// A person's word for one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The plan's digest.
    pub plan: String,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// The run that used it; none while it is unused.
    pub used_by: Option<i64>,
}

/// One entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number, rising from 1.
    pub entry: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What was done: `approved`, `used an approval`, `stopped by a brake`.
    pub action: String,
    /// The plan's digest.
    pub plan: String,
    /// In words.
    pub detail: String,
    /// BLAKE3 of this entry and the digest of the one before, 64 hexadecimal digits.
    pub digest: String,
}

impl Ledger {
    /// Lets a plan through once; a plan that was approved and not used is approved anew.
    pub fn approve(&mut self, plan: &str, by: &str, reason: &str) -> Result<Approval, Error> {
        let failed = sqlite("note an approval");
        let at = Timestamp::now().to_string();
        self.audit(by, "approved", plan, reason)?;
        self.database
            .execute(
                "INSERT OR REPLACE INTO approvals (plan, name, reason, at, used_by) VALUES (?1, ?2, ?3, ?4, NULL)",
                params![plan, by, reason, at],
            )
            .map_err(&failed)?;
        Ok(Approval { plan: plan.to_owned(), by: by.to_owned(), reason: reason.to_owned(), at, used_by: None })
    }

    /// The approval of a plan, used or not, in force or not.
    pub fn approval(&self, plan: &str) -> Result<Option<Approval>, Error> {
        approval(&self.database, plan)
    }

    /// Notes that a run uses the approval of a plan; true where there is one in force, which there is only once.
    pub fn use_approval(&mut self, plan: &str, run: i64) -> Result<bool, Error> {
        let Some(approval) = self.approval(plan)?.filter(|approval| approval.is_in_force(Timestamp::now())) else {
            return Ok(false);
        };
        let used = self
            .database
            .execute("UPDATE approvals SET used_by = ?2 WHERE plan = ?1 AND used_by IS NULL", params![plan, run])
            .map_err(sqlite("use an approval"))?;
        if used == 1 {
            self.audit(&approval.by, "used an approval", plan, &format!("run {run}"))?;
        }
        Ok(used == 1)
    }

    /// Adds an entry to the audit trail.
    pub fn audit(&mut self, actor: &str, action: &str, plan: &str, detail: &str) -> Result<(), Error> {
        let failed = sqlite("write the audit trail");
        let transaction = self.database.transaction().map_err(&failed)?;
        let before: Option<String> = transaction
            .query_row("SELECT digest FROM audit ORDER BY entry DESC LIMIT 1", [], |row| row.get(0))
            .optional()
            .map_err(&failed)?;
        let at = Timestamp::now().to_string();
        let digest = digest(before.as_deref().unwrap_or_default(), [&at, actor, action, plan, detail]);
        transaction
            .execute(
                "INSERT INTO audit (at, actor, action, plan, detail, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![at, actor, action, plan, detail, digest],
            )
            .map_err(&failed)?;
        transaction.commit().map_err(failed)
    }
}

impl Approval {
    /// True where a plan may still be let through by it.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        let within = SignedDuration::from_hours(APPROVAL_HOURS);
        let age = self.at.parse::<Timestamp>().map(|at| now.duration_since(at));
        self.used_by.is_none() && age.is_ok_and(|age| age >= SignedDuration::ZERO && age < within)
    }
}

pub(crate) fn approval(database: &Connection, plan: &str) -> Result<Option<Approval>, Error> {
    database
        .query_row("SELECT name, reason, at, used_by FROM approvals WHERE plan = ?1", [plan], |row| {
            Ok(Approval {
                plan: plan.to_owned(),
                by: row.get(0)?,
                reason: row.get(1)?,
                at: row.get(2)?,
                used_by: row.get(3)?,
            })
        })
        .optional()
        .map_err(sqlite("read an approval"))
}

/// The whole trail, oldest first, each entry held against its own digest and the one before.
pub(crate) fn trail(database: &Connection) -> Result<Vec<AuditEntry>, Error> {
    let failed = sqlite("read the audit trail");
    let mut statement = database
        .prepare("SELECT entry, at, actor, action, plan, detail, digest FROM audit ORDER BY entry")
        .map_err(&failed)?;
    let rows = statement.query_map([], |row| {
        Ok(AuditEntry {
            entry: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            plan: row.get(4)?,
            detail: row.get(5)?,
            digest: row.get(6)?,
        })
    });
    let entries: Vec<AuditEntry> = rows.and_then(Iterator::collect).map_err(&failed)?;
    let mut before = "";
    for (entry, number) in entries.iter().zip(1..) {
        let parts = [&entry.at, &entry.actor, &entry.action, &entry.plan, &entry.detail].map(String::as_str);
        if entry.entry != number || entry.digest != digest(before, parts) {
            return Err(Error::AuditBroken { entry: number });
        }
        before = &entry.digest;
    }
    Ok(entries)
}

/// The digest of an entry, which follows from the one before it.
pub(crate) fn digest(before: &str, parts: [&str; 5]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [before].into_iter().chain(parts) {
        // Lengths, so that no text can be moved from one part to the next.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
