//! A browser of a test's own: opened, sent to pages, ended. Everything that is seen or done on a page is in the files
//! beside this one.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{Capabilities, WebDriver};

use super::process::Chromedriver;
use super::sight::Scheme;
use super::wire::Wire;
use super::{launch, limits};

/// A headless Chromium with a profile of its own. Dropping it ends it.
///
/// Every method panics when the page does not do what it is told, or does not have what it is asked for.
#[derive(Debug)]
pub struct Browser {
    pub(super) driver: WebDriver,
    pub(super) chromedriver: Chromedriver,
    pub(super) width: u32,
    pub(super) scheme: Scheme,
    // The last to be dropped: Chromium writes to it until it is ended.
    folder: TempDir,
}

impl Browser {
    /// Starts chromedriver and Chromium, with a page as wide as a laptop's and in light colours.
    pub async fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("browser-").tempdir().expect("a temporary folder");
        let chromedriver = Chromedriver::start(folder.path()).await;
        let wanted: Capabilities = launch::capabilities(&folder.path().join("profile"));
        let opened = WebDriver::builder(chromedriver.address(), wanted).client(Wire).await;
        let driver = opened.unwrap_or_else(|error| panic!("no session: {error}\n{}", chromedriver.said()));
        // The library would end the session when it is dropped, and block for it; we end the processes.
        driver.clone().leak().expect("the session has only begun");
        let mut browser = Self { driver, chromedriver, width: limits::WIDE, scheme: Scheme::Light, folder };
        browser.size(limits::WIDE, limits::HEIGHT).await;
        browser.scheme(Scheme::Light).await;
        browser
    }

    /// Goes to an address and waits until it is loaded.
    pub async fn goto(&self, url: &str) {
        self.must(&format!("go to {url}"), self.driver.goto(url).await).await;
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.must("load the page anew", self.driver.refresh().await).await;
    }

    /// Goes back to the page before.
    pub async fn back(&self) {
        self.must("go back", self.driver.back().await).await;
    }

    /// The address of the page.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.map_or_else(|error| format!("(no address: {error})"), |url| url.to_string())
    }

    /// What the page's title is.
    pub async fn title(&self) -> String {
        self.must("read the title", self.driver.title().await).await
    }

    /// Forgets every cookie, as a person does who signs out of everything.
    pub async fn forget_cookies(&self) {
        self.must("forget cookies", self.driver.delete_all_cookies().await).await;
    }

    /// Where everything is that the browser keeps; removed with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The processes of the browser and of what drives it.
    pub fn processes(&self) -> Vec<u32> {
        self.chromedriver.family()
    }

    /// A command of Chromium's own protocol.
    pub(super) async fn chromium(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        self.must(method, answer).await
    }

    /// The value of a script's `return`. The script is ours: it runs where the page's own may not.
    pub(super) async fn ask(&self, what: &str, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute(script, arguments).await;
        self.must(what, answer).await.json().clone()
    }

    /// What must work, else a panic that says what was attempted, where, and what was on the page.
    pub(super) async fn must<T>(&self, what: &str, result: WebDriverResult<T>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.fail(&format!("could not {what}: {error}")).await,
        }
    }

    /// Fails with the page's address and text.
    pub(super) async fn fail(&self, why: &str) -> ! {
        let (address, text) = (self.address().await, self.shown().await);
        panic!("{why}\n--- {address} ---\n{text}\n---")
    }
}
