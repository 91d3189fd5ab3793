//! What Chromium itself calls a control: its accessible name and role, as a screen reader is told them. Apart because
//! the WebDriver library has no words for these two commands of the standard.
//!
//! Source: WebDriver, 12.4.9 Get Computed Role and 12.4.10 Get Computed Label, <https://www.w3.org/TR/webdriver2/>.

use std::sync::Arc;

use http::Method;
use serde_json::Value;
use thirtyfour::WebElement;
use thirtyfour::common::command::{Command, ExtensionCommand};
use thirtyfour::error::WebDriverResult;

use super::session::Browser;

/// What is drawn of all that matches: not what is hidden, in closed details, or wholly transparent.
const DRAWN: &str = "
    return [...document.querySelectorAll(arguments[0])]
        .filter(element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }));";

/// A question about one element.
#[derive(Debug)]
struct Computed {
    endpoint: String,
}

impl ExtensionCommand for Computed {
    fn parameters_json(&self) -> Option<Value> {
        None
    }

    fn method(&self) -> Method {
        Method::GET
    }

    fn endpoint(&self) -> Arc<str> {
        self.endpoint.as_str().into()
    }
}

/// A control that is to be seen, and what it is called.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) element: WebElement,
}

impl Browser {
    /// The controls that match a selector and are to be seen, with their names, in the page's order.
    pub(super) async fn named(&self, selector: &str) -> WebDriverResult<Vec<Named>> {
        let mut named = Vec::new();
        for element in self.driver.execute(DRAWN, vec![selector.into()]).await?.elements()? {
            named.push(Named { name: self.name_of(&element).await?, element });
        }
        Ok(named)
    }

    /// What an element is called.
    pub(super) async fn name_of(&self, element: &WebElement) -> WebDriverResult<String> {
        self.computed(element, "computedlabel").await
    }

    /// What kind of thing an element is.
    pub(super) async fn role_of(&self, element: &WebElement) -> WebDriverResult<String> {
        self.computed(element, "computedrole").await
    }

    async fn computed(&self, element: &WebElement, what: &str) -> WebDriverResult<String> {
        let endpoint = format!("/element/{}/{what}", element.element_id());
        let answer = self.driver.cmd(Command::ExtensionCommand(Box::new(Computed { endpoint }))).await?;
        let value: Option<String> = answer.value()?;
        Ok(one_line(&value.unwrap_or_default()))
    }
}

/// Runs of white space as one space, as they are drawn.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
