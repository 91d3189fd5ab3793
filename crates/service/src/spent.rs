//! How much of a tenant's hour is spent, kept from process to process: `<state>/budgets/<address>.json`. Apart because the
//! vendor counts requests by the hour and does not know when a process of ours begins.
//!
//! Two processes that read one tenant at once each know only of their own; what the answers say is left tells them of each
//! other.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How often it is written while a tenant is read: what a crash forgets.
const EVERY: Duration = Duration::from_secs(2);

/// The requests of an hour, as they are kept.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Seconds since 1970, and the requests of that second.
    requests: Vec<(i64, u32)>,
}

/// Where the requests of one tenant are kept.
#[derive(Clone, Debug)]
pub struct Spent {
    file: PathBuf,
}

impl Spent {
    /// Of the tenant at this address.
    pub fn of(state: &Path, base_url: &str) -> Self {
        let address = base_url.split_once("://").map_or(base_url, |(_, address)| address).trim_end_matches('/');
        let name: String =
            address.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        Self { file: state.join("budgets").join(format!("{name}.json")) }
    }

    /// What was spent, by how long ago. A file that is not there, or not ours, says nothing: then the answers have to.
    pub fn read(&self) -> Vec<(Duration, u32)> {
        let kept: Option<Kept> = fs::read(&self.file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let now = Timestamp::now().as_second();
        // What a clock that was set back says is to come has just been.
        let ago = |second: i64| Duration::from_secs(u64::try_from(now.saturating_sub(second)).unwrap_or_default());
        kept.unwrap_or_default().requests.into_iter().map(|(second, requests)| (ago(second), requests)).collect()
    }

    /// Keeps what was spent. It is a courtesy: where it cannot be written, the night goes on.
    pub fn write(&self, spent: &[(Duration, u32)]) {
        if let Err(error) = self.try_write(spent) {
            tracing::warn!(file = %self.file.display(), %error, "could not keep how many requests were spent");
        }
    }

    fn try_write(&self, spent: &[(Duration, u32)]) -> std::io::Result<()> {
        let now = Timestamp::now().as_second();
        let second = |ago: &Duration| now - i64::try_from(ago.as_secs()).unwrap_or(i64::MAX / 2);
        let kept = Kept { requests: spent.iter().map(|(ago, requests)| (second(ago), *requests)).collect() };
        if let Some(folder) = self.file.parent() {
            use std::os::unix::fs::DirBuilderExt;
            // Inventory is personal data, and so is how much of it is read.
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        // Whole or not at all; that it may be lost with the machine's power costs less than waiting for the disk.
        // Several in one process may read one tenant: each writes a file of its own.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = self.file.with_extension(format!("{}-{number}.new", std::process::id()));
        fs::write(&beside, serde_json::to_vec(&kept)?)?;
        fs::rename(beside, &self.file)
    }

    /// Keeps what a tenant's hour holds until it is stopped.
    pub async fn keep(self, tenant: extract::Tenant) {
        loop {
            tokio::time::sleep(EVERY).await;
            self.write(&tenant.spent());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spent_is_known_to_the_next_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let spent = Spent::of(folder.path(), "http://acme.api.kandji.io:8180/../x");
        assert!(spent.read().is_empty());
        let requests = [(Duration::from_secs(5), 7), (Duration::from_secs(3_000), 40)];
        spent.write(&requests);
        let read = Spent::of(folder.path(), "acme.api.kandji.io:8180/../x").read();
        assert_eq!(read.iter().map(|(_, requests)| *requests).collect::<Vec<_>>(), [7, 40]);
        assert!(read.iter().zip(requests).all(|((read, _), (ago, _))| *read >= ago && *read < ago + EVERY * 30));
        assert_eq!(fs::read_dir(folder.path().join("budgets")).expect("there").count(), 1);
        fs::write(folder.path().join("budgets/acme.api.kandji.io-8180-..-x.json"), "{").expect("written");
        assert!(spent.read().is_empty(), "a damaged file ends no night");
    }
}
