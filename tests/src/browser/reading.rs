//! Eyes: what a page says, what it comes to say, what the browser complains of and what it asked of others. Apart from
//! what the page looks like, which is `sight`.

use std::time::Instant;

use serde_json::Value;
use thirtyfour::By;

use super::limits;
use super::names::one_line;
use super::session::Browser;

/// The level of the browser's log at which something is wrong. A breach of the content security policy is one.
const SEVERE: &str = "SEVERE";

/// Addresses that the page was loaded from or asked for, of another origin than its own. What the policy held back never
/// left, is not in here, and is among the complaints.
const ELSEWHERE: &str = "
    const entries = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'));
    return entries.map(entry => new URL(entry.name, location.href))
        .filter(url => url.origin !== location.origin && url.protocol !== 'data:' && url.protocol !== 'blob:')
        .map(url => url.href);";

impl Browser {
    /// The text of the page's `main`, as it is drawn.
    pub async fn text(&self) -> String {
        let main = self.must("find the page's `main`", self.driver.find(By::Css("main")).await).await;
        self.must("read the page's `main`", main.text().await).await
    }

    /// Waits until the page shows these words, wherever on it; fails with the page's text when it does not.
    pub async fn wait_for(&self, words: &str) {
        self.wait_until(words, true).await;
    }

    /// Waits until the page no longer shows these words.
    pub async fn wait_for_no(&self, words: &str) {
        self.wait_until(words, false).await;
    }

    /// Whether the page shows these words now.
    pub async fn shows(&self, words: &str) -> bool {
        one_line(&self.shown().await).contains(&one_line(words))
    }

    /// What the browser complained of since it was last asked: errors of scripts, breaches of the content security policy,
    /// resources that could not be had, a page that was answered with 400 or above among them.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.must("read the browser's log", self.driver.browser_log().await).await;
        let severe = log.into_iter().filter(|entry| entry.level == SEVERE);
        severe.map(|entry| format!("{}: {}", entry.source.unwrap_or_default(), entry.message)).collect()
    }

    /// Fails where the browser complained since it was last asked.
    pub async fn no_console_errors(&self) {
        let errors = self.console_errors().await;
        if !errors.is_empty() {
            self.fail(&format!("the browser complained:\n{}", errors.join("\n"))).await;
        }
    }

    /// What the page asked of any other origin than its own; nothing, on a page that keeps to itself.
    pub async fn requests_elsewhere(&self) -> Vec<String> {
        let Value::Array(addresses) = self.ask("list the page's requests", ELSEWHERE, Vec::new()).await else {
            return Vec::new();
        };
        addresses.iter().filter_map(|address| address.as_str().map(str::to_owned)).collect()
    }

    async fn wait_until(&self, words: &str, wanted: bool) {
        let began = Instant::now();
        while self.shows(words).await != wanted {
            if began.elapsed() > limits::APPEARS {
                let kept = if wanted { "does not show" } else { "goes on showing" };
                self.fail(&format!("after {:?} the page {kept} `{words}`", limits::APPEARS)).await;
            }
            tokio::time::sleep(limits::BETWEEN_LOOKS).await;
        }
    }

    /// The text of the whole page, cut where it is very long; words about it while there is none, as between two pages.
    pub(super) async fn shown(&self) -> String {
        let body = self.driver.find(By::Css("body")).await;
        let text = match body {
            Ok(body) => body.text().await,
            Err(error) => Err(error),
        };
        match text {
            Ok(text) => text.chars().take(limits::SHOWN_CHARACTERS).collect(),
            Err(error) => format!("(the page has no text: {error})"),
        }
    }
}
