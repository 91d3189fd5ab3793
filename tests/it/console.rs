//! The console in a real browser, by the names that a person reads: all that the vendor's guide walks through (setting up,
//! new credentials, deleting), with what goes wrong on the way. Every page is looked at at both widths, light and dark,
//! and is to fit, to be accessible, to fetch nothing from elsewhere and to break no rule of its own.

use pipeline::Pipeline;
use serde_json::json;
use tests::browser::{Browser, Script, shots};
use tests::{Desk, Served, Service, WRONG_SECRET, WRONG_TOKEN};

const PROGRAM: &str = env!("CARGO_BIN_EXE_snowhaul-child");

/// The service with both ends by a name each, and a browser before it.
struct Walk {
    desk: Desk,
    service: Service,
    browser: Browser,
}

impl Walk {
    /// `acme` is the tenant; the instances are `acme`, as it should be, and those given.
    fn begin(desk: Desk, instances: &[(&str, &Served)]) -> Self {
        let all = [("acme", &desk.instance)].into_iter().chain(instances.iter().copied());
        let mut words = vec!["--tenant-at".to_owned(), format!("acme={}", desk.tenant.address)];
        for (name, instance) in all {
            words.extend(["--instance-at".to_owned(), format!("{name}={}", instance.address)]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let service = Service::start(PROGRAM, &desk.state(), &desk.keys(), &words);
        let browser = desk.runtime.block_on(Browser::open());
        Self { desk, service, browser }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.host())
    }

    async fn sign_in(&self) {
        self.browser.goto(&self.url("/")).await;
        self.browser.fill("One-time code", &self.service.code()).await;
        self.browser.press("Sign in").await;
        self.browser.wait_for("Integrations").await;
    }

    /// The page is looked at, and is as every page must be.
    async fn look(&mut self, name: &str) {
        shots(&mut self.browser, name).await;
        assert!(self.browser.requests_elsewhere().await.is_empty(), "{name} asks somebody else");
        // That a page says "not so" is an answer, and no fault of the page.
        let mut errors = self.browser.console_errors().await;
        errors.retain(|error| !(error.starts_with("network: ") && error.contains("a status of 4")));
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }

    /// What a person asks on the command line meanwhile.
    fn aside<T>(&self, ask: impl FnOnce(&Desk) -> T) -> T {
        tokio::task::block_in_place(|| ask(&self.desk))
    }

    /// Fills the form that connects, the right way.
    async fn fill_rightly(&self, name: &str, prefix: &str, instance: &Served) {
        let browser = &self.browser;
        browser.fill("Name", name).await;
        browser.fill("Tenant subdomain", "acme").await;
        browser.fill("API token", &self.desk.tenant.token).await;
        browser.fill("Tenant prefix", prefix).await;
        browser.fill("Client ID", &instance.config.client_id).await;
        browser.fill("Client secret", &instance.config.client_secret).await;
    }

    async fn open_form(&self) {
        self.browser.press("Discover").await;
        self.browser.press("ServiceNow").await;
        self.browser.press("Add and configure").await;
    }
}

#[test]
fn an_integration_is_connected_edited_renewed_and_deleted() {
    let desk = Desk::open();
    let (bare, scoped, unread) = desk.runtime.block_on(async {
        let bare = Served::with(None, &[] as &[Pipeline]).await;
        let scoped = Served::open(None).await;
        scoped.change("oauth_entity", "name=Loader", json!({ "scope_restriction": "securely_scoped" })).await;
        let unread = Served::open(None).await;
        unread.remove("sys_user_has_role", "role.name=snowhaul_loader").await;
        (bare, scoped, unread)
    });
    let mut walk = Walk::begin(desk, &[("bare", &bare), ("scoped", &scoped), ("unread", &unread)]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        signs_in(&mut walk).await;
        is_discovered(&mut walk).await;
        is_refused_by_the_form(&mut walk).await;
        for (prefix, instance, check, remedy) in [
            ("bare", &bare, "staging tables", "export update-set"),
            ("scoped", &scoped, "scope restriction", "Broadly scoped"),
            ("unread", &unread, "role snowhaul_loader", "Roles"),
        ] {
            is_refused_by_the_instance(&mut walk, (prefix, instance), check, remedy).await;
        }
        is_connected(&mut walk).await;
        runs(&mut walk).await;
        is_explained(&mut walk).await;
        is_edited(&mut walk).await;
        is_renewed(&mut walk).await;
        is_deleted(&mut walk).await;
    });
    assert!(!walk.service.said().contains("panicked"), "{}", walk.service.said());
    walk.desk.hides_from(&walk.service);
}

async fn signs_in(walk: &mut Walk) {
    walk.browser.goto(&walk.url("/integrations/acme")).await;
    walk.look("sign-in").await;
    walk.browser.fill("One-time code", "AAAA-BBBB-CCCC-DDDD").await;
    walk.browser.press("Sign in").await;
    walk.browser.wait_for("This is not the present code").await;
    walk.look("sign-in-refused").await;
    walk.sign_in().await;
    walk.look("integrations-none").await;
}

/// Steps 1 to 5 of the vendor's: Integrations, Discover integrations, Asset management, ServiceNow, Add and configure.
async fn is_discovered(walk: &mut Walk) {
    walk.browser.press("Discover integrations").await;
    walk.browser.wait_for("Asset management").await;
    walk.look("discover").await;
    walk.browser.press("ServiceNow").await;
    walk.browser.wait_for("Have ready").await;
    walk.look("discover-servicenow").await;
    walk.browser.press("Add and configure").await;
    walk.look("connect").await;
}

/// What can be told without asking anybody is told at its field.
async fn is_refused_by_the_form(walk: &mut Walk) {
    let browser = &walk.browser;
    browser.fill("Name", "Acme Ltd").await;
    browser.fill("Tenant subdomain", "acme").await;
    browser.fill("Tenant prefix", "https://acme.service-now.com/").await;
    browser.press("Connect to ServiceNow").await;
    for words in ["a to z, 0 to 9 and hyphens", "acme", "client secret is needed", "API token is needed"] {
        browser.wait_for(words).await;
    }
    assert_eq!(browser.value("Tenant subdomain").await, "acme", "what was typed stays");
    walk.look("connect-refused").await;
    assert_eq!(walk.desk.tenant.tenant.witness().requests, 0, "nobody was asked");
}

async fn is_refused_by_the_instance(walk: &mut Walk, (prefix, instance): (&str, &Served), check: &str, remedy: &str) {
    walk.open_form().await;
    walk.fill_rightly("acme", prefix, instance).await;
    walk.browser.press("Connect to ServiceNow").await;
    walk.browser.wait_for("Nothing is kept").await;
    walk.browser.wait_for(check).await;
    walk.browser.wait_for(remedy).await;
    walk.look(&format!("connect-stopped-{prefix}")).await;
    assert!(!walk.desk.state().join("acme/integration.json").exists(), "something is kept");
}

/// Steps 6 to 12: prefix, client id, client secret, service account, its password, Connect to ServiceNow, connected.
async fn is_connected(walk: &mut Walk) {
    walk.open_form().await;
    let instance = &walk.desk.instance;
    walk.fill_rightly("acme", "acme", instance).await;
    let browser = &walk.browser;
    browser.fill("Client secret", WRONG_SECRET).await;
    browser.press("Connect to ServiceNow").await;
    browser.wait_for("Nothing is kept").await;
    browser.wait_for("Exception on token flow").await;
    browser.press("Mend and try again").await;
    assert_eq!(browser.value("Tenant prefix").await, "acme", "what was typed stays");
    for secret in ["API token", "Client secret"] {
        assert_eq!(browser.value(secret).await, "", "but for secrets");
    }
    browser.choose("Password of a service account").await;
    browser.fill("API token", &walk.desk.tenant.token).await;
    browser.fill("Client secret", &instance.config.client_secret).await;
    browser.fill("Service account user name", &instance.config.service_account).await;
    browser.fill("Service account password", &instance.config.service_password).await;
    browser.press("Connect to ServiceNow").await;
    browser.wait_for("The credentials are sealed").await;
    walk.look("connected").await;
    walk.browser.press("To the details").await;
}

/// Devices are sent at once.
async fn runs(walk: &mut Walk) {
    let details = walk.url("/integrations/acme");
    let done = walk.aside(|desk| desk.states_within("acme", "done"));
    assert!(done, "{}", walk.service.said());
    walk.browser.goto(&details).await;
    walk.browser.wait_for("Connected").await;
    let (client, account) =
        (walk.desk.instance.config.client_id.clone(), walk.desk.instance.config.service_account.clone());
    for words in [client.as_str(), account.as_str(), &walk.desk.tenant.address, &walk.desk.instance.address] {
        walk.browser.wait_for(words).await;
    }
    walk.look("details").await;
    walk.browser.press("All runs").await;
    walk.look("runs").await;
    walk.browser.goto(&walk.url("/integrations/acme/runs/1")).await;
    walk.browser.wait_for("devices").await;
    walk.look("run").await;
    walk.browser.press("Look at its plan").await;
    walk.browser.wait_for("new").await;
    walk.look("plan").await;
    walk.browser.goto(&details).await;
    walk.browser.press("Check both ends").await;
    walk.browser.wait_for("Nothing was changed at either end").await;
    walk.look("checked").await;
    walk.browser.goto(&details).await;
    walk.browser.press("Sync now").await;
    walk.browser.goto(&walk.url("/integrations")).await;
    walk.browser.goto(&walk.url("/")).await;
    walk.look("integrations").await;
}

async fn is_explained(walk: &mut Walk) {
    let serial = walk.aside(|desk| desk.serials()).into_iter().next().expect("a computer");
    walk.browser.goto(&walk.url("/integrations/acme")).await;
    walk.browser.fill("Serial number, name or ID of a device", &serial).await;
    walk.browser.press("Explain").await;
    walk.browser.wait_for(&serial).await;
    walk.look("device").await;
    walk.browser.fill("Serial number, name or ID of a device", "<script>alert(1)</script>").await;
    walk.browser.press("Explain").await;
    walk.browser.wait_for("<script>alert(1)</script>").await;
    walk.look("device-unknown").await;
    walk.browser.goto(&walk.url("/integrations/nobody")).await;
    walk.look("not-found").await;
}

/// Edit, turn on "Send Mac applications", Save.
async fn is_edited(walk: &mut Walk) {
    walk.browser.goto(&walk.url("/integrations/acme")).await;
    walk.browser.press("Edit").await;
    walk.look("edit").await;
    let browser = &walk.browser;
    browser.fill("Devices", "0 0 31 2 *").await;
    browser.press("Save").await;
    browser.wait_for("never comes").await;
    walk.look("edit-refused").await;
    let browser = &walk.browser;
    browser.fill("Devices", "*/20 * * * *").await;
    browser.fill("Time zone", "Europe/Berlin").await;
    browser.check("Send Mac applications and their use to ServiceNow, nightly").await;
    browser.press("Save").await;
    browser.wait_for("Europe/Berlin").await;
    let status = walk.aside(|desk| desk.say(&["status", "acme"])).document;
    assert_eq!(
        (&status["ends"]["send_apps"], &status["ends"]["schedules"]["devices"]),
        (&json!(true), &json!("*/20 * * * *"))
    );
}

/// The vendor's seven: open the integration, Re-authenticate, confirm tenant domain and client id, new credentials, save.
async fn is_renewed(walk: &mut Walk) {
    for (token, words, picture) in [
        (WRONG_TOKEN.to_owned(), "The old ones stay in force", "reauthenticate-refused"),
        (walk.desk.tenant.token.clone(), "The new credentials are in force", "reauthenticated"),
    ] {
        walk.browser.goto(&walk.url("/integrations/acme")).await;
        walk.browser.press("More for acme").await;
        walk.browser.press("Re-authenticate").await;
        walk.browser.wait_for("Are these the right ends?").await;
        walk.browser.wait_for(&walk.desk.instance.config.client_id).await;
        walk.look("reauthenticate-confirm").await;
        walk.browser.press("Yes, give new credentials").await;
        walk.look("reauthenticate").await;
        walk.browser.fill("API token of the tenant", &token).await;
        walk.browser.press("Re-authenticate").await;
        walk.browser.wait_for(words).await;
        walk.look(picture).await;
    }
}

/// The vendor's six: open the integration, its menu, Delete integration, what is lost, confirm, gone.
async fn is_deleted(walk: &mut Walk) {
    walk.browser.goto(&walk.url("/integrations/acme")).await;
    walk.browser.press("More for acme").await;
    walk.browser.press("Delete integration").await;
    walk.browser.wait_for("What stays").await;
    walk.look("delete").await;
    walk.browser.fill("Name of the integration", "acne").await;
    walk.browser.press("Delete integration").await;
    walk.browser.wait_for("Nothing was deleted").await;
    walk.look("delete-refused").await;
    walk.browser.fill("Name of the integration", "acme").await;
    walk.browser.press("Delete integration").await;
    walk.browser.wait_for("Change all the same, at both ends").await;
    walk.look("deleted").await;
    walk.browser.press("To the integrations").await;
    walk.browser.wait_for("Nothing is connected here yet").await;
    assert_eq!(walk.aside(|desk| desk.standing("acme")), "not_connected");
}

#[test]
fn every_step_works_without_the_script() {
    let walk = Walk::begin(Desk::open(), &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        walk.browser.script(Script::Off).await;
        walk.sign_in().await;
        walk.open_form().await;
        walk.fill_rightly("acme", "acme", &walk.desk.instance).await;
        walk.browser.press("Connect to ServiceNow").await;
        walk.browser.wait_for("The credentials are sealed").await;
        walk.browser.press("To the details").await;
        walk.browser.press("More for acme").await;
        walk.browser.press("Delete integration").await;
        walk.browser.fill("Name of the integration", "acme").await;
        walk.browser.press("Delete integration").await;
        walk.browser.wait_for("Change all the same, at both ends").await;
    });
    walk.desk.hides_from(&walk.service);
}

#[test]
fn a_brake_waits_in_the_console_until_a_person_has_said_so() {
    let desk = Desk::connected("acme");
    assert!(matches!(desk.run("acme").code, 0 | 3));
    // Half of the devices are gone for the tenant: the list is much shorter than it was.
    desk.tenant.tenant.lose(30);
    let mut walk = Walk::begin(desk, &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        walk.sign_in().await;
        // It is due, as no service has run it yet.
        assert!(walk.aside(|desk| desk.states_within("acme", "stopped")), "{}", walk.service.said());
        walk.browser.goto(&walk.url("/integrations/acme")).await;
        walk.browser.wait_for("A brake waits for your word").await;
        walk.look("brake").await;
        walk.browser.goto(&walk.url("/integrations/acme/runs/2")).await;
        walk.look("run-stopped").await;
        walk.browser.press("Look at the plan, then decide").await;
        walk.look("plan-waiting").await;
        walk.browser.press("Approve and send this plan").await;
        walk.browser.wait_for("Who says so?").await;
        walk.browser.fill("Your name", "Mara Lind").await;
        walk.browser.fill("Why it is meant", "half of the fleet was sold").await;
        walk.browser.press("Approve and send this plan").await;
        assert!(walk.aside(|desk| desk.states_within("acme", "done")), "{}", walk.service.said());
        walk.browser.goto(&walk.url("/integrations/acme/runs/2/plan")).await;
        walk.browser.wait_for("Mara Lind").await;
        walk.look("plan-approved").await;
        // It was sent once: nothing more was tried, and nothing is wrong with it.
        let told = walk.aside(|desk| desk.say(&["status", "acme"])).document;
        let commands: Vec<&str> =
            told["runs"].as_array().expect("runs").iter().filter_map(|run| run["command"].as_str()).collect();
        assert_eq!(commands, ["apply", "run", "run"], "{told}");
        assert_eq!(told["failure"], serde_json::Value::Null, "{told}");
    });
    walk.desk.hides_from(&walk.service);
}
