//! The transform maps of a staging table, as the instance has them. Apart from outcomes, which name a map by its id:
//! a record may be found in a table that extends the map's own, and only the map tells where its rows belong.

use crate::table::check_table;
use crate::{Error, Target};

/// One transform map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledMap {
    /// Its `sys_id`, by which outcomes name it.
    pub sys_id: String,
    /// The table that it writes to.
    pub target_table: String,
}

const FIELDS: [&str; 3] = ["sys_id", "source_table", "target_table"];

impl Target {
    /// The transform maps of a staging table, in no order; none where the user may not read them, which is no reason
    /// to send nothing.
    ///
    /// # Errors
    /// As [`Target::read`], but for what the user may not see.
    pub async fn transform_maps(&self, staging_table: &str) -> Result<Vec<InstalledMap>, Error> {
        check_table(staging_table)?;
        let query = format!("source_table={staging_table}");
        let found = match self.rows("sys_transform_map", &query, &FIELDS).await {
            Err(Error::Forbidden { .. } | Error::CountDisagrees { .. }) => return Ok(Vec::new()),
            found => found?.rows,
        };
        // Asked again here, because an ignored term would have given every map.
        let own = found.into_iter().filter(|row| row[1] == staging_table);
        Ok(own
            .filter_map(|row| {
                let [sys_id, _, target_table] = <[String; FIELDS.len()]>::try_from(row).ok()?;
                Some(InstalledMap { sys_id, target_table })
            })
            .collect())
    }
}
