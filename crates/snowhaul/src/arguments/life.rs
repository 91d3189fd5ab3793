//! What is typed in the life of an integration: connect, look, change, give new credentials, end. Nothing here takes a
//! secret: what is typed as an argument is read by everybody on the machine and kept in the shell's history.

use clap::{Args, Subcommand, ValueEnum};

use super::{Region, ScopeArguments};

#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    /// What the integration is to be called: a to z, 0 to 9 and hyphens
    pub(crate) name: String,
    /// What stands before `.api.` in the address of the tenant's API, as `acme`
    #[arg(long, value_name = "SUBDOMAIN", conflicts_with = "iru_url", required_unless_present = "iru_url")]
    pub(crate) iru: Option<String>,
    /// Which of the vendor's hosts serves the tenant; api.kandji.io otherwise
    #[arg(long, value_enum, requires = "iru")]
    pub(crate) region: Option<Region>,
    /// Address of the tenant's API, where it is another one
    #[arg(long, value_name = "URL")]
    pub(crate) iru_url: Option<String>,
    /// What stands before `.service-now.com` in the instance's address, as `acme`
    #[arg(long, value_name = "PREFIX", conflicts_with = "instance_url", required_unless_present = "instance_url")]
    pub(crate) servicenow: Option<String>,
    /// Address of the instance, where it has a domain of its own
    #[arg(long, value_name = "URL")]
    pub(crate) instance_url: Option<String>,
    /// Client ID of the record in the instance's application registry
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,
    /// User name of the service account; needed where its password is used
    #[arg(long, value_name = "NAME")]
    pub(crate) service_account: Option<String>,
    /// How tokens are asked for; password where a service account is named, else client-credentials, which is better
    #[arg(long, value_enum)]
    pub(crate) grant: Option<GrantWord>,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    #[command(flatten)]
    pub(crate) secrets: SecretArguments,
}

/// How tokens are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GrantWord {
    /// With the service account's name and password
    Password,
    /// With the client's id and secret alone
    ClientCredentials,
}

/// Where secrets are read from, beside the environment and a terminal.
#[derive(Clone, Debug, Args)]
pub(crate) struct SecretArguments {
    /// File descriptor to read the tenant's API token from; SNOWHAUL_IRU_TOKEN otherwise
    #[arg(long, value_name = "N")]
    pub(crate) iru_token_fd: Option<u32>,
    /// File descriptor to read the client secret from; SNOWHAUL_CLIENT_SECRET otherwise
    #[arg(long, value_name = "N")]
    pub(crate) client_secret_fd: Option<u32>,
    /// File descriptor to read the service account's password from; SNOWHAUL_SERVICE_PASSWORD otherwise
    #[arg(long, value_name = "N")]
    pub(crate) service_password_fd: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The integration; --integration otherwise
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// The integration; --integration otherwise
    pub(crate) name: Option<String>,
    /// Every integration that is connected
    #[arg(long, conflicts_with = "name")]
    pub(crate) all: bool,
}

/// A thing that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// It is done
    On,
    /// It is not done
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct EditArguments {
    /// The integration; --integration otherwise
    pub(crate) name: Option<String>,
    /// Send applications and their usage as well; off means that devices alone are sent
    #[arg(long, value_enum)]
    pub(crate) send_apps: Option<Switch>,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    /// Every device again, whatever the scope was
    #[arg(long, conflicts_with_all = ["serial", "tag", "blueprint", "platform", "limit"])]
    pub(crate) scope_all: bool,
    /// When devices are sent, as a cron expression of five fields: `*/15 * * * *`
    #[arg(long, value_name = "CRON")]
    pub(crate) devices_schedule: Option<String>,
    /// When applications are sent, in the same form: `0 2 * * *`
    #[arg(long, value_name = "CRON")]
    pub(crate) apps_schedule: Option<String>,
    /// The time zone of both, as `Europe/Berlin`
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,
    /// Off pauses the integration: no nightly run until it is on again
    #[arg(long, value_enum)]
    pub(crate) sync: Option<Switch>,
}

#[derive(Debug, Args)]
pub(crate) struct ReauthenticateArguments {
    /// The integration; --integration otherwise
    pub(crate) name: Option<String>,
    /// Tenant and client are the right ones: do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a new master key and put it into the file; the old one opens nothing afterwards
    Rotate,
    /// Let a new master key open everything as well, where it does not come from the file; SNOWHAUL_NEW_MASTER_KEY
    Prepare {
        /// File descriptor to read the new master key from
        #[arg(long, value_name = "N")]
        new_key_fd: Option<u32>,
    },
    /// Make the master key that is in force the only one
    Settle,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArguments {
    /// The integration; --integration otherwise
    pub(crate) name: Option<String>,
    /// Its name once more, for scripts; on a terminal it is asked for
    #[arg(long, value_name = "NAME")]
    pub(crate) yes: Option<String>,
    /// Remove runs, snapshots and what is held at once, instead of keeping them for 30 days
    #[arg(long)]
    pub(crate) purge: bool,
    /// Revoke tokens although another integration uses the same client of the same instance
    #[arg(long)]
    pub(crate) revoke_shared: bool,
}
