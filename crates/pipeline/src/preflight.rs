//! What is looked at before the first row leaves: is this the instance that the ledger knows, does it still hold what
//! it was proven to hold, does it have the tables and columns that the pipelines need. Every answer of a missing part
//! names the part.

use std::collections::BTreeMap;

use engine::Part;
use ledger::{HeldWalk, Identity, IdentityKind, Ledger, Standing};
use load::{Column, Target};

use crate::declaration::{Keys, Pipeline};
use crate::error::Error;
use crate::limits;

/// The property in which an instance keeps its own identity.
const IDENTITY_PROPERTY: &str = "instance_id";

/// Refuses another instance than the one whose rows are held, as the ledger names it. The answer is by what it is known, and what the ledger is to be bound to with the
/// first rows that it holds; none where it is bound already. A ledger that holds nothing is bound to nobody: else an
/// instance that was not ready, or an address that was mistyped, would be the only one that it ever accepts.
pub(crate) async fn identity(
    target: &Target,
    built_with: &dyn Fn(IdentityKind) -> Result<Option<String>, ledger::Error>,
    integration: &str,
) -> Result<(String, Option<Identity>), Error> {
    let property = match target.property(IDENTITY_PROPERTY).await {
        Ok(property) => property.filter(|id| !id.is_empty()),
        // An account that may not read properties still knows which host it asks.
        Err(load::Error::Forbidden { .. } | load::Error::CountDisagrees { .. }) => None,
        Err(source) => return Err(Error::target("read the instance's identity")(source)),
    };
    let host = target.host().to_owned();
    let integration = integration.to_owned();
    let known_as = property.clone().unwrap_or_else(|| host.clone());
    if let Some(built_with) = built_with(IdentityKind::Property)? {
        return match property {
            Some(found) if found == built_with => Ok((known_as, None)),
            Some(found) => Err(Error::OtherInstance { integration, built_with, found }),
            None => Err(Error::IdentityHidden { integration, built_with }),
        };
    }
    match built_with(IdentityKind::Host)? {
        Some(built_with) if built_with == host => Ok((known_as, None)),
        Some(built_with) => Err(Error::OtherInstance { integration, built_with, found: host }),
        None => {
            let identity = match property {
                Some(value) => Identity { kind: IdentityKind::Property, value },
                None => Identity { kind: IdentityKind::Host, value: host },
            };
            Ok((known_as, Some(identity)))
        }
    }
}

/// Looks up a sample of the records that this pipeline's rows were proven to be.
pub(crate) async fn still_held(target: &Target, ledger: &Ledger, pipeline: &Pipeline) -> Result<(), Error> {
    let mut held = HeldWalk::over(ledger.read_held_part(pipeline.staging_table(), &[], &Part::default())?);
    let mut sample: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rows = 0;
    while rows < limits::EMPTIED_SAMPLE_ROWS {
        let Some((batch, place)) = held.current()? else { break };
        let row = batch.row(place);
        held.advance();
        if row.standing == Standing::Held && !row.targets.is_empty() {
            rows += 1;
            for target in row.targets {
                sample.entry(target.table).or_default().push(target.sys_id);
            }
        }
    }
    for (table, records) in sample {
        let query = format!("sys_idIN{}", records.join(","));
        let found = target.count(&table, &query).await.map_err(Error::target(format!("count records in `{table}`")))?;
        // People delete single records, and the next change brings them back; half of a sample is no person.
        if found * 2 < records.len() as u64 {
            return Err(Error::Emptied { table, looked_for: records.len(), found });
        }
    }
    Ok(())
}

/// Checks that the instance has every table and column that this pipeline needs, under the names that it uses, and
/// answers what the instance says of them, in a form that changes when they do.
pub(crate) async fn ready(target: &Target, pipeline: &Pipeline) -> Result<String, Error> {
    let lacking = |lacks: String| Error::NotReady { pipeline: pipeline.name().to_owned(), lacks };
    let staging = columns(target, pipeline.staging_table()).await?;
    if staging.is_empty() {
        return Err(lacking(format!("it has no staging table `{}`", pipeline.staging_table())));
    }
    for column in pipeline.staging_columns() {
        match staging.iter().find(|known| known.name == column.name) {
            None => {
                return Err(lacking(format!("`{}` has no column `{}`", pipeline.staging_table(), column.name)));
            }
            // A batch that calls a column by another label would stage empty rows without an error.
            Some(known) if pipeline.keys == Keys::Labels && known.label != column.label => {
                return Err(lacking(format!(
                    "column `{}` of `{}` has the label `{}`, and the pipeline says `{}`",
                    column.name,
                    pipeline.staging_table(),
                    known.label,
                    column.label
                )));
            }
            Some(_) => {}
        }
    }
    let mut dictionary = format!("{staging:?}");
    for map in &pipeline.maps {
        let known = columns(target, &map.target).await?;
        if known.is_empty() {
            return Err(lacking(format!("it has no table `{}`, to which the map `{}` writes", map.target, map.name)));
        }
        for field in &map.fields {
            if !known.iter().any(|column| column.name == field.to) {
                return Err(lacking(format!(
                    "`{}` has no column `{}`, to which `{}` is mapped",
                    map.target, field.to, field.from
                )));
            }
        }
        let used = known.iter().filter(|column| map.fields.iter().any(|field| field.to == column.name));
        dictionary.extend(used.map(|column| format!("{column:?}")));
    }
    Ok(dictionary)
}

async fn columns(target: &Target, table: &str) -> Result<Vec<Column>, Error> {
    target.columns_with_inherited(table).await.map_err(Error::target(format!("read the columns of `{table}`")))
}
