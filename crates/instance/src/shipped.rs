//! The records that every instance holds: choices, roles, who reads what, properties, the two users, the OAuth
//! registration.
//!
//! They are made when missing, each time an instance is opened, so that a later version brings its own and
//! leaves alone what somebody has changed. Passwords and the client secret are never stored.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Deserialize;

use crate::config::Config;
use crate::error::Error;
use crate::limits::REFRESH_TOKEN_SECONDS;
use crate::records::Records;
use crate::sys_id;

const RECORDS: &str = include_str!("../../../fixtures/instance/records.toml");

/// The roles of the account that loads: those that the vendor documents for its service account, and ours, which is
/// there once an update set brings it.
const SERVICE_ROLES: [&str; 4] = ["cmdb_read", "import_transformer", "rest_api_explorer", "snowhaul_loader"];

/// The property that holds the instance's identity.
const IDENTITY: &str = "instance_id";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    choice: Vec<Choices>,
    role: Vec<Role>,
    read: Vec<Read>,
    property: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    table: String,
    element: String,
    values: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    name: String,
    #[serde(default)]
    contains: Vec<String>,
}

/// Tables that some roles read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    tables: Vec<String>,
    roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Property {
    name: String,
    value: String,
}

/// Makes what is missing and puts the users and the registration of `config` in place.
pub(crate) fn store(records: &mut Records<'_>, config: &Config) -> Result<(), Error> {
    let shipped: Shipped = toml::from_str(RECORDS).map_err(|source| Error::Records(Box::new(source)))?;
    for choices in &shipped.choice {
        store_choices(records, choices)?;
    }
    for role in &shipped.role {
        store_role(records, role)?;
    }
    for read in &shipped.read {
        store_read(records, read)?;
    }
    for property in &shipped.property {
        store_property(records, &property.name, &property.value)?;
    }
    store_property(records, IDENTITY, &sys_id::fresh())?;
    store_users(records, config)?;
    store_registration(records, config)
}

/// The instance's identity: made with its database, unless a seed has given another.
pub(crate) fn identity(connection: &Connection) -> Result<String, Error> {
    Ok(connection.query_row("SELECT value FROM sys_properties WHERE name = ?1", [IDENTITY], |row| row.get(0))?)
}

/// Gives the service account its roles, as far as they exist.
pub(crate) fn store_service_roles(records: &mut Records<'_>, account: &str) -> Result<(), Error> {
    for role in SERVICE_ROLES {
        grant(records, account, role)?;
    }
    Ok(())
}

fn store_choices(records: &mut Records<'_>, choices: &Choices) -> Result<(), Error> {
    for (value, label) in &choices.values {
        let id = sys_id::of(&["sys_choice", &choices.table, &choices.element, value]);
        let values = [
            ("sys_id", id.as_str()),
            ("name", choices.table.as_str()),
            ("element", choices.element.as_str()),
            ("value", value.as_str()),
            ("label", label.as_str()),
        ];
        make(records, "sys_choice", &id, &values)?;
    }
    Ok(())
}

fn store_role(records: &mut Records<'_>, role: &Role) -> Result<(), Error> {
    let id = role_id(&role.name);
    make(records, "sys_user_role", &id, &[("sys_id", id.as_str()), ("name", role.name.as_str())])?;
    for contained in &role.contains {
        let link = sys_id::of(&["sys_user_role_contains", &role.name, contained]);
        let contained = role_id(contained);
        let values = [("sys_id", link.as_str()), ("role", id.as_str()), ("contains", contained.as_str())];
        make(records, "sys_user_role_contains", &link, &values)?;
    }
    Ok(())
}

fn store_read(records: &mut Records<'_>, read: &Read) -> Result<(), Error> {
    for table in &read.tables {
        let rule = sys_id::of(&["sys_security_acl", table, "read"]);
        let values = [("sys_id", rule.as_str()), ("name", table.as_str()), ("operation", "read")];
        make(records, "sys_security_acl", &rule, &values)?;
        for role in &read.roles {
            let link = sys_id::of(&["sys_security_acl_role", table, "read", role]);
            let role = role_id(role);
            let values =
                [("sys_id", link.as_str()), ("sys_security_acl", rule.as_str()), ("sys_user_role", role.as_str())];
            make(records, "sys_security_acl_role", &link, &values)?;
        }
    }
    Ok(())
}

fn store_property(records: &mut Records<'_>, name: &str, value: &str) -> Result<(), Error> {
    let id = sys_id::of(&["sys_properties", name]);
    make(records, "sys_properties", &id, &[("sys_id", id.as_str()), ("name", name), ("value", value)])
}

fn store_users(records: &mut Records<'_>, config: &Config) -> Result<(), Error> {
    let account = config.service_account.as_str();
    for (user, name, integration) in
        [("admin", "System Administrator", "false"), (account, "Integration account", "true")]
    {
        let id = user_id(user);
        let values =
            [("sys_id", id.as_str()), ("user_name", user), ("name", name), ("internal_integration_user", integration)];
        make(records, "sys_user", &id, &values)?;
    }
    grant(records, "admin", "admin")?;
    store_service_roles(records, account)
}

/// The credentials of this opening count; what else somebody has set of the registration stays.
fn store_registration(records: &mut Records<'_>, config: &Config) -> Result<(), Error> {
    let id = sys_id::of(&["oauth_entity", "loader"]);
    let access = config.access_token_seconds.to_string();
    let refresh = REFRESH_TOKEN_SECONDS.to_string();
    let values = [
        ("sys_id", id.as_str()),
        ("name", "Loader"),
        ("client_id", config.client_id.as_str()),
        ("access_token_lifespan", access.as_str()),
        ("refresh_token_lifespan", refresh.as_str()),
    ];
    if records.home("oauth_entity", &id)?.is_some() {
        records.update("oauth_entity", &id, &values)?;
        return Ok(());
    }
    records.insert("oauth_entity", &values).map(|_| ())
}

fn grant(records: &mut Records<'_>, user: &str, role: &str) -> Result<(), Error> {
    let mut statement =
        records.connection.prepare_cached("SELECT sys_id FROM sys_user_role WHERE name = ?1 COLLATE NOCASE")?;
    let roles = statement.query_map([role], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for role in roles {
        let user = user_id(user);
        let id = sys_id::of(&["sys_user_has_role", &user, &role]);
        let values = [("sys_id", id.as_str()), ("user", user.as_str()), ("role", role.as_str())];
        make(records, "sys_user_has_role", &id, &values)?;
    }
    Ok(())
}

fn make(records: &mut Records<'_>, table: &str, id: &str, values: &[(&str, &str)]) -> Result<(), Error> {
    if records.home(table, id)?.is_none() {
        records.insert(table, values)?;
    }
    Ok(())
}

fn role_id(name: &str) -> String {
    sys_id::of(&["sys_user_role", name])
}

/// The id of a user who may log in.
pub(crate) fn user_id(name: &str) -> String {
    sys_id::of(&["sys_user", name])
}
