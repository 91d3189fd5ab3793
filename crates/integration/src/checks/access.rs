//! What the service account may do: enough, and no more. Apart because roles are not asked for by name, as the account
//! may not read who has which: each is known by what it lets the account read.

use load::{Error, Target};

use super::expected::Expected;
use super::finding::{Finding, listed, told};
use super::login::IDENTITY;

pub(super) const LOADER: &str = "role snowhaul_loader";
pub(super) const TRANSFORMER: &str = "role import_transformer";
pub(super) const RIGHTS: &str = "no more rights than needed";

/// A table that `import_transformer` reads and our own role does not.
const FIELD_MAPS: &str = "sys_transform_entry";

/// How to give the role that reads.
pub(super) const ADD_LOADER: &str = "in ServiceNow, open User Administration > Users > the service account > Roles > \
    Edit and add `snowhaul_loader`, which the update set brings; without it nobody can see what became of a row";

/// A query that no record matches: whether a table is there and may be read is told without counting it.
pub(super) const NO_RECORD: &str = "sys_idISEMPTY";

/// A table of which only administrators read records: it holds the OAuth clients.
const CLIENTS: &str = "oauth_entity";

/// The role that the update set brings: it reads the instance's own tables and the staging rows.
pub(super) async fn loader(target: &Target, expected: &Expected) -> Finding {
    let mut unread = Vec::new();
    // Rows may also be withheld with a success: an instance without an identity is one that hides its properties.
    match target.property(IDENTITY).await {
        Ok(Some(_)) => {}
        Ok(None) | Err(Error::Forbidden { .. } | Error::CountDisagrees { .. }) => {
            unread.push("sys_properties".to_owned())
        }
        Err(error) => return unclear(&error),
    }
    for name in expected.staging.iter().map(|table| table.name.as_str()).chain(["sys_dictionary"]) {
        match target.count(name, NO_RECORD).await {
            Ok(_) => {}
            Err(Error::Forbidden { .. }) => unread.push(name.to_owned()),
            Err(error) => return unclear(&error),
        }
    }
    if unread.is_empty() {
        return Finding::passed("the account reads properties, the dictionary and the staging tables");
    }
    let finding = Finding::failed(format!("the account may not read {}", listed(&unread)), ADD_LOADER);
    // An instance that hides its identity is known by its host instead.
    if unread == ["sys_properties"] { finding.softened() } else { finding }
}

/// The role that imports need. That they are refused without it shows only when something is sent; that field maps are
/// not readable is a sign, no proof, and so a warning.
pub(super) async fn transformer(target: &Target) -> Finding {
    match target.count(FIELD_MAPS, NO_RECORD).await {
        Ok(_) => Finding::passed("the account reads field maps, as `import_transformer` does"),
        Err(Error::Forbidden { .. }) => Finding::warning(
            "the account may not read field maps, which `import_transformer` reads: it seems to lack the role, and \
             imports are refused without it",
            "in ServiceNow, open User Administration > Users > the service account > Roles > Edit and add \
             `import_transformer`",
        ),
        Err(error) => unclear(&error),
    }
}

/// An account that may do everything is worth stealing.
pub(super) async fn rights(target: &Target) -> Finding {
    match target.read(CLIENTS, "", &["sys_id"]).await {
        Ok(rows) if !rows.is_empty() => Finding::warning(
            "the account reads the OAuth clients, as only an administrator does",
            "in ServiceNow, open User Administration > Users > the service account > Roles > Edit and take away \
             `admin` (and `oauth_admin`): `snowhaul_loader`, `import_transformer` and `cmdb_read` are enough",
        ),
        Ok(_) | Err(Error::Forbidden { .. } | Error::CountDisagrees { .. } | Error::NoTable { .. }) => {
            Finding::passed("the account does not read what only administrators read")
        }
        Err(error) => unclear(&error).softened(),
    }
}

/// A question that came to no answer. Every check that asks tables tells it in the same way.
pub(super) fn unclear(error: &Error) -> Finding {
    let remedy = error.hint().unwrap_or("try again; if it stays so, look at the instance's system log");
    Finding::failed(told(error), remedy)
}
