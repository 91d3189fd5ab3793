//! Target tables, Software Asset Management, and the records that rows refer to. Apart because these are the customer's
//! own tables: some are licensed, some are filled by others.

use load::{Error, Target};

use super::access::{NO_RECORD, unclear};
use super::expected::{Expected, Reference};
use super::finding::{Finding, listed};
use super::staging::INSTALL;

pub(super) const TARGETS: &str = "target tables";
pub(super) const SOFTWARE: &str = "software asset management";
pub(super) const REFERENCES: &str = "users and other references";

/// The table in which Software Asset Management keeps installs.
const INSTALLS: &str = "cmdb_sam_sw_install";

/// Target tables are there and can be read: what was written is proven by reading it.
pub(super) async fn targets(target: &Target, expected: &Expected) -> Finding {
    let mut names: Vec<&str> = expected.maps.iter().map(|map| map.target_table.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !expected.software_tables.iter().any(|table| table == name));
    let (mut missing, mut unread) = (Vec::new(), Vec::new());
    for name in &names {
        match target.count(name, NO_RECORD).await {
            Ok(_) => {}
            Err(Error::NoTable { .. }) => missing.push((*name).to_owned()),
            Err(Error::Forbidden { .. }) => unread.push((*name).to_owned()),
            Err(error) => return unclear(&error),
        }
    }
    if !missing.is_empty() {
        return Finding::failed(format!("the instance has no table {}", listed(&missing)), INSTALL);
    }
    if !unread.is_empty() {
        return Finding::failed(
            format!("the account may not read {}", listed(&unread)),
            "in ServiceNow, open User Administration > Users > the service account > Roles > Edit and add `cmdb_read`, \
             and `snowhaul_loader` if it is not there",
        );
    }
    Finding::passed(format!(
        "{} can be read",
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    ))
}

/// Applications need tables that come with a licence.
pub(super) async fn software(target: &Target, expected: &Expected) -> Finding {
    let mut missing = Vec::new();
    let needed = expected.software_tables.iter().map(String::as_str);
    let asked: Vec<&str> = if expected.software_tables.is_empty() { vec![INSTALLS] } else { needed.collect() };
    for name in asked {
        match target.count(name, NO_RECORD).await {
            // One that may not be read is there, and that is all that is asked here.
            Ok(_) | Err(Error::Forbidden { .. }) => {}
            Err(Error::NoTable { .. }) => missing.push(name.to_owned()),
            Err(error) => return unclear(&error),
        }
    }
    match (missing.is_empty(), expected.software_tables.is_empty()) {
        (true, _) => Finding::passed("the instance has Software Asset Management"),
        (false, true) => Finding::passed("the instance has no Software Asset Management, and nothing here needs it"),
        (false, false) => Finding::failed(
            format!("the instance has no table {}: it has no Software Asset Management", listed(&missing)),
            "carry applications without it: put `applications-without-sam` in the place of `applications` in `nightly.toml` \
             of a folder of pipelines (`--pipelines DIR`) and install its update set; or let an administrator activate the \
             plugin Software Asset Management Professional (`com.snc.samp`), which needs a licence; or turn applications \
             off with `snowhaul edit NAME --send-apps off`",
        ),
    }
}

/// What rows name by a value of its own is there to be found. Rows go through without, and lack the reference.
pub(super) async fn references(target: &Target, expected: &Expected) -> Finding {
    let mut seen = Vec::new();
    for reference in &expected.references {
        let Reference { table, field } = reference;
        match target.count(table, &format!("{field}ISNOTEMPTY")).await {
            Ok(0) => return nothing_to_match(reference),
            Ok(records) => seen.push(format!("records of `{table}` with `{field}`: {records}")),
            Err(Error::Forbidden { .. }) => return hidden(reference),
            Err(error) => return unclear(&error).softened(),
        }
    }
    Finding::passed(if seen.is_empty() { "none is needed".to_owned() } else { seen.join("; ") })
}

fn nothing_to_match(Reference { table, field }: &Reference) -> Finding {
    let evidence = format!("no record of `{table}` has `{field}`: nothing can be matched by it");
    let remedy = if table == "sys_user" {
        format!(
            "users must be in ServiceNow before a device can be assigned to them: open User Administration > Users and \
             see that they have `{field}` as in Iru, or load them from the directory (LDAP, SCIM)"
        )
    } else {
        format!("see that `{table}` has its records and that the account may read `{field}`")
    };
    Finding::warning(evidence, remedy)
}

fn hidden(Reference { table, field }: &Reference) -> Finding {
    Finding::warning(
        format!("the account may not look for records of `{table}` by `{field}`"),
        format!(
            "in ServiceNow, open User Administration > Users > the service account > Roles > Edit and add \
             `snowhaul_loader`; where a rule keeps the column, let the role read `{table}.{field}` (System Security > \
             Access Control (ACL))"
        ),
    )
}
