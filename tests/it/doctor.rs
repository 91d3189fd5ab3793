//! Broken set-ups, one thing at a time: the check that notices it, and the remedy that a person reads. A set-up in
//! which nothing is broken passes every check, with few requests and nothing written.

use extract::DataSet;
use flow::Clock;
use integration::checks::{
    self, Check, CheckResult, Choice, Expected, Keys, Map, NeededDataSet, Reference, StagingColumn, StagingTable,
};
use jiff::SignedDuration;
use load::{Grant, Login};
use pipeline::Pipeline;
use rest::Secret;
use tenant::{Permission, Permissions, RefusalStatus};
use tests::{Served, ServedTenant, nightly, reading_fleet};

use Broken::{Address, Bare, Change, Expects, Grants, LogIn, Remove, Seed, Sick};
use CheckResult::{Failed, Passed, Skipped, Warning};

/// Requests that all checks of an instance may make.
const REQUESTS_MAX: u64 = 40;

/// What every instance of these tests has beside the update set: somebody to assign devices to, and access rules that
/// count at import.
const PREPARED: &str = r#"
[[record]]
table = "sys_user"
values = { user_name = "mara", name = "Mara Lind", email = "mara@larkfield.example" }
[[record]]
table = "sys_properties"
values = { name = "com.glide.import_set_api.insert_multiple_optimize", value = "false" }
"#;

/// What is broken, the check that says so, and words of its remedy.
struct Case<B> {
    what: &'static str,
    broken: B,
    check: &'static str,
    result: CheckResult,
    remedy: &'static [&'static str],
}

const fn when<B: Copy>(what: &'static str, broken: B) -> Case<B> {
    Case { what, broken, check: "", result: Passed, remedy: &[] }
}

impl<B: Copy> Case<B> {
    const fn fails(&self, check: &'static str, remedy: &'static [&'static str]) -> Self {
        Self { what: self.what, broken: self.broken, check, result: Failed, remedy }
    }

    const fn warns(&self, check: &'static str, remedy: &'static [&'static str]) -> Self {
        Self { what: self.what, broken: self.broken, check, result: Warning, remedy }
    }

    /// One check tells it, with its remedy, and no other fails.
    fn noticed(&self, found: &[Check]) {
        let what = self.what;
        let check = found.iter().find(|check| check.name == self.check);
        let check = check.unwrap_or_else(|| panic!("{what}: there is no check `{}` in {found:#?}", self.check));
        assert_eq!(check.result, self.result, "{what}: {found:#?}");
        assert!(!check.evidence.is_empty(), "{what}: it says what was seen");
        for words in self.remedy {
            assert!(check.remedy.contains(words), "{what}: `{words}` is not in `{}`", check.remedy);
        }
        let failed = found.iter().filter(|check| check.result == Failed).map(|check| check.name);
        let expected = if self.result == Failed { vec![self.check] } else { Vec::new() };
        assert_eq!(failed.collect::<Vec<_>>(), expected, "{what}: one fault is told once");
    }
}

// ---- Tenants --------------------------------------------------------------------------------------------------------

type BrokenTenant = fn(&mut ServedTenant);

const fn at(what: &'static str, broken: BrokenTenant) -> Case<BrokenTenant> {
    when(what, broken)
}

const TENANTS: [Case<BrokenTenant>; 10] = [
    at("the host serves no such tenant", |served| served.address.push_str("/elsewhere"))
        .fails("tenant reachable", &["subdomain", "`eu`"]),
    at("nobody listens", |served| served.address = "http://127.0.0.1:9".to_owned())
        .fails("tenant reachable", &["firewall", "DNS"]),
    at("the token was revoked", |served| served.token = "token-of-yesterday".to_owned())
        .fails("token accepted", &["Settings > Access > API tokens", "SNOWHAUL_IRU_TOKEN"]),
    at("no device list", |served| refuse(served, &["devices"], RefusalStatus::Forbidden))
        .fails("read devices", &["`Device list`"]),
    at("no details", |served| refuse(served, &["devices/{id}/details"], RefusalStatus::Unauthorized))
        .warns("read device details", &["`Device details`"]),
    at("no Prism", |served| refuse(served, &["prism"], RefusalStatus::NotFound))
        .warns("read applications", &["`Prism`", "subscription"]),
    at("no way to applications", |served| refuse(served, &["prism", "devices/{id}/apps"], RefusalStatus::Forbidden))
        .fails("read applications", &["`Prism`", "`Application list`"]),
    at("the hour is spent", |served| served.fail(&["too-many-requests=1800"]))
        .fails("tenant reachable", &["10,000 requests an hour"]),
    at("it is in trouble", |served| served.fail(&["server-error=500"])).fails("tenant reachable", &["status page"]),
    at("a proxy answers instead", |served| served.fail(&["html"])).fails("tenant reachable", &["proxy"]),
];

fn refuse(served: &mut ServedTenant, names: &[&str], status: RefusalStatus) {
    let refused = names.iter().map(|name| Permission::of_name(name).expect("a permission")).collect();
    served.tenant.set_permissions(Permissions { refused, status, ..Permissions::default() });
}

/// A reader in the fleet's own time, so many hours later.
fn reader(served: &ServedTenant, hours: i64) -> extract::Tenant {
    served.reader().by_clock(Clock::showing(reading_fleet().at + SignedDuration::from_hours(hours)))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_tenant_is_told_with_its_remedy() {
    for case in &TENANTS {
        let mut served = ServedTenant::open(reading_fleet()).await;
        (case.broken)(&mut served);
        let found = checks::tenant(&reader(&served, 0), &expected(), &mut |_| {}).await;
        case.noticed(&found);
        hides(&found, &[&served.token]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_lives_in_another_hour_is_told() {
    let served = ServedTenant::open(reading_fleet()).await;
    let found = checks::tenant(&reader(&served, 5), &expected(), &mut |_| {}).await;
    when("another hour", ()).warns("tenant clock", &["timedatectl"]).noticed(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_tenant_passes_and_is_asked_little() {
    let served = ServedTenant::open(reading_fleet()).await;
    let mut told = 0;
    let found = checks::tenant(&reader(&served, 0), &expected(), &mut |_| told += 1).await;
    assert!(found.iter().all(|check| check.result == Passed && check.remedy.is_empty()), "{found:#?}");
    assert_eq!(told, found.len(), "each is told when it is made");
    assert_eq!(found.len(), 3 + expected().data_sets.len());
    assert_eq!(served.tenant.witness().requests, expected().data_sets.len() as u64);
}

// ---- Instances ------------------------------------------------------------------------------------------------------

/// How an instance, what logs in to it or what is expected of it is broken.
#[derive(Clone, Copy)]
enum Broken {
    /// Another address.
    Address(&'static str),
    /// The instance does something wrong.
    Sick(&'static str),
    /// No update set was imported.
    Bare,
    /// Another login.
    LogIn(fn(&mut Login, &Served)),
    /// Records of a table that match are changed.
    Change(&'static str, &'static str, &'static str),
    /// Records of a table that match are gone.
    Remove(&'static str, &'static str),
    /// A record more: its table and values.
    Seed(&'static str, &'static str),
    /// The service account has a role more.
    Grants(&'static str),
    /// Something else is expected.
    Expects(fn(&mut Expected)),
}

const INSTANCES: [Case<Broken>; 29] = [
    when("nobody listens", Address("http://127.0.0.1:9"))
        .fails("instance reachable", &["`.service-now.com`", "firewall"]),
    when("an address in clear", Address("http://acme.service-now.com")).fails("instance reachable", &["address"]),
    when("it hibernates", Sick("hibernate")).fails("instance awake", &["developer.servicenow.com"]),
    when("a sign-on page answers", Sick("html")).fails("instance awake", &["/oauth_token.do", "maintenance"]),
    when("it is busy", Sick("refuse=429")).fails("instance awake", &["sys_rate_limit_rules"]),
    when("another client secret", LogIn(|login, _| login.client_secret = Secret::from("secret-of-yesterday")))
        .fails("token granted", &["Application Registry", "Client Secret", "Exception on token flow"]),
    when("no client credentials", Seed("sys_properties", NO_CLIENT_CREDENTIALS))
        .fails("token granted", &["client.credential.grant_type.enabled", "OAuth Application User"]),
    when("another password", LogIn(|login, _| login.grant = password("snowhaul.loader", "password-of-yesterday")))
        .fails("token granted", &["Locked out", "Password needs reset"]),
    when("the account is locked", Change("sys_user", "user_name=snowhaul.loader", r#"{"locked_out":"true"}"#))
        .fails("token granted", &["not locked out"]),
    when("the password is used", LogIn(|login, served| login.grant = served.destination().login.grant))
        .warns("grant", &["client-credentials"]),
    when("tokens end at once", Sick("expire-tokens")).fails("API takes the token", &["Authorization header"]),
    when("securely scoped", Change("oauth_entity", "name=Loader", r#"{"scope_restriction":"securely_scoped"}"#))
        .fails("scope restriction", &["Broadly scoped", "KB2731346"]),
    when("no update set", Bare).fails("staging tables", &["export update-set", "Retrieved Update Sets"]),
    when("no role that reads", Remove("sys_user_has_role", "role.name=snowhaul_loader"))
        .fails("role snowhaul_loader", &["`snowhaul_loader`", "Roles"]),
    when("no role that imports", Remove("sys_user_has_role", "role.name=import_transformer"))
        .warns("role import_transformer", &["`import_transformer`"]),
    when("an administrator", Grants("admin")).warns("no more rights than needed", &["take away `admin`"]),
    when("a column is missing", Expects(|all| all.staging[0].columns.push(column("u_new", "New"))))
        .fails("staging columns", &["install the update set again"]),
    when("a column is too short", Expects(|all| all.staging[0].columns[0].length = 4_000))
        .fails("staging columns", &["install the update set again"]),
    when("names instead of labels", Seed("sys_rest_insert_multiple", BY_NAMES))
        .fails("column keys", &["Column label", "keys = \"names\""]),
    when("labels instead of names", Expects(|all| all.staging[0].keys = Keys::Names))
        .fails("column keys", &["REST Insert Multiples", "Column name"]),
    when("another label", Expects(|all| all.staging[0].columns[0].label = "Device UUID".to_owned()))
        .fails("column keys", &["Column label"]),
    when("a map is switched off", Change("sys_transform_map", "name=Iru device to computer", r#"{"active":"false"}"#))
        .fails("transform maps", &["Transform Maps", "tick Active"]),
    when("a map of somebody else's", Seed("sys_transform_map", FOREIGN_MAP)).warns("transform maps", &["Active off"]),
    when("a map is deleted", Remove("sys_transform_map", "name=Iru device to MDM record"))
        .fails("transform maps", &["Retrieved Update Sets"]),
    when("no such discovery source", Remove("sys_choice", "name=cmdb_ci^element=discovery_source^value=Kandji"))
        .fails("choices", &["Choice Lists > New", "`cmdb_ci`", "`discovery_source`", "`Kandji`"]),
    when("nobody has an e-mail address", Remove("sys_user", "email=mara@larkfield.example"))
        .warns("users and other references", &["User Administration > Users", "`email`"]),
    // The embedded instance always has these tables; a table that it lacks stands for them.
    when("no SAM", Expects(|all| all.software_tables = vec!["cmdb_sam_sw_absent".to_owned()]))
        .fails("software asset management", &["--send-apps off", "com.snc.samp"]),
    when("imports pass by access rules", Change("sys_properties", OPTIMIZED, r#"{"value":"true"}"#))
        .warns("access rules at import", &["insert_multiple_optimize", "to false"]),
    when(
        "a clock a day ahead",
        Expects(|all| all.clock = Clock::showing(all.clock.now() + SignedDuration::from_hours(24))),
    )
    .warns("instance clock", &["timedatectl"]),
];

const NO_CLIENT_CREDENTIALS: &str =
    r#"{ name = "glide.oauth.inbound.client.credential.grant_type.enabled", value = "false" }"#;
const FOREIGN_MAP: &str = r#"{ name = "Theirs", source_table = "u_iru_device", target_table = "cmdb_ci" }"#;
const BY_NAMES: &str = r#"{ source_table = "u_iru_device", column_mapping = "name" }"#;
const OPTIMIZED: &str = "name=com.glide.import_set_api.insert_multiple_optimize";

/// An instance as it is broken, and what is given to the checks.
async fn broken(broken: Broken) -> (Served, String, Login, Expected) {
    let served = if matches!(broken, Bare) { prepared(&[]).await } else { prepared(&nightly()).await };
    let (mut address, mut login, mut all) = (served.address.clone(), client_credentials(&served), expected());
    match broken {
        Address(other) => other.clone_into(&mut address),
        Sick(fault) => {
            let fault = fault.parse().expect("a fault that the instance knows");
            served.instance.misbehave(vec![fault]).expect("one is not too many");
        }
        Bare => {}
        LogIn(change) => change(&mut login, &served),
        Change(table, query, values) => {
            served.change(table, query, serde_json::from_str(values).expect("JSON")).await;
        }
        Remove(table, query) => served.remove(table, query).await,
        Seed(table, values) => seed(&served, table, values),
        Grants(role) => {
            let user = served.ids("sys_user", &format!("user_name={}", served.config.service_account)).await.remove(0);
            seed(&served, "sys_user_has_role", &format!(r#"{{ user = "{user}", role = "{role}" }}"#));
        }
        Expects(change) => change(&mut all),
    }
    (served, address, login, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_instance_is_told_with_its_remedy() {
    for case in &INSTANCES {
        let (served, address, login, expected) = broken(case.broken).await;
        let found = checks::instance(&address, login, &expected, &mut |_| {}).await;
        case.noticed(&found);
        let config = &served.config;
        hides(&found, &[&config.client_secret, &config.service_password, &config.admin_password]);
        assert_eq!(served.instance.account().batches_staged, 0, "{}: nothing is sent", case.what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_instance_passes_and_is_asked_little() {
    let served = prepared(&nightly()).await;
    let mut told = Vec::new();
    let mut each = |check: &Check| told.push(check.name);
    let found = checks::instance(&served.address, client_credentials(&served), &expected(), &mut each).await;
    assert!(found.iter().all(|check| check.result == Passed && check.remedy.is_empty()), "{found:#?}");
    assert_eq!(told, names(&found), "each is told when it is made");
    let account = served.instance.account();
    assert!(account.requests <= REQUESTS_MAX, "{} requests", account.requests);
    assert!(account.log.iter().all(|heard| heard.method == "GET" || heard.path == "/oauth_token.do"), "read-only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_the_same_names_whatever_is_wrong() {
    let served = prepared(&nightly()).await;
    let whole = checks::instance(&served.address, client_credentials(&served), &expected(), &mut |_| {}).await;
    let wrong = Login { client_secret: Secret::from("wrong"), ..client_credentials(&served) };
    let broken = checks::instance(&served.address, wrong, &expected(), &mut |_| {}).await;
    assert_eq!(names(&whole), names(&broken));
    let skipped: Vec<_> = broken.iter().filter(|check| check.result == Skipped).collect();
    assert!(skipped.iter().all(|check| check.evidence.contains("\"token granted\" failed")), "{broken:#?}");
    assert_eq!(skipped.len(), whole.len() - 4, "two passed, one failed, and the grant is known all the same");
}

fn names(found: &[Check]) -> Vec<&'static str> {
    found.iter().map(|check| check.name).collect()
}

async fn prepared(pipelines: &[Pipeline]) -> Served {
    let served = Served::with(None, pipelines).await;
    served.instance.seed(PREPARED).expect("records");
    served
}

fn client_credentials(served: &Served) -> Login {
    Login { grant: Grant::ClientCredentials, ..served.destination().login }
}

fn password(service_account: &str, service_password: &str) -> Grant {
    Grant::Password { service_account: service_account.to_owned(), service_password: Secret::from(service_password) }
}

fn seed(served: &Served, table: &str, values: &str) {
    served.instance.seed(&format!("record = [{{ table = \"{table}\", values = {values} }}]")).expect("a record");
}

// ---- Both -----------------------------------------------------------------------------------------------------------

/// No credential is in any finding.
fn hides(found: &[Check], secrets: &[&String]) {
    let said = format!("{found:?}");
    for secret in secrets {
        assert!(!said.contains(secret.as_str()), "a credential is in the findings");
    }
    assert!(!said.contains("of-yesterday"), "a wrong credential is one, too");
}

fn expected() -> Expected {
    let staging = nightly().into_iter().map(|pipeline| StagingTable {
        name: pipeline.staging_table().to_owned(),
        keys: Keys::Labels,
        columns: pipeline.staging_columns().iter().map(sized).collect(),
    });
    Expected {
        data_sets: data_sets(),
        staging: staging.collect(),
        maps: vec![
            map("Iru device to computer", "u_iru_device", "cmdb_ci_computer"),
            map("Iru device to MDM record", "u_iru_device", "u_iru_mdm"),
            map("Iru application to software install", "u_iru_application", "cmdb_sam_sw_install"),
        ],
        choices: vec![choice("cmdb_ci"), choice("cmdb_sam_sw_install")],
        references: vec![Reference { table: "sys_user".to_owned(), field: "email".to_owned() }],
        software_tables: vec!["cmdb_sam_sw_install".to_owned()],
        clock: Clock::default(),
    }
}

fn data_sets() -> Vec<NeededDataSet> {
    let needed = |data_set, drives| NeededDataSet { data_set, drives };
    vec![
        needed(DataSet::Devices, true),
        needed(DataSet::DeviceDetails, false),
        needed(DataSet::DeviceInformation, false),
        needed(DataSet::Apps, true),
        needed(DataSet::Users, false),
        needed(DataSet::Blueprints, false),
        needed(DataSet::Tags, false),
        needed(DataSet::LocalUsers, false),
        needed(DataSet::AdeDevices, false),
        needed(DataSet::AuditEvents, false),
    ]
}

fn map(name: &str, staging_table: &str, target_table: &str) -> Map {
    Map { name: name.to_owned(), staging_table: staging_table.to_owned(), target_table: target_table.to_owned() }
}

fn choice(table: &str) -> Choice {
    Choice { table: table.to_owned(), element: "discovery_source".to_owned(), value: "Kandji".to_owned() }
}

fn sized(own: &pipeline::StagingColumn) -> StagingColumn {
    StagingColumn { length: own.length, ..column(&own.name, &own.label) }
}

fn column(name: &str, label: &str) -> StagingColumn {
    StagingColumn { name: name.to_owned(), label: label.to_owned(), length: 40 }
}
