//! Whether a page can be used by those who do not see it, or see little of it: names, structure, contrast. Apart from the
//! script beside it, which reads what is drawn; the names are asked of Chromium itself.
//!
//! It is no whole audit. It holds what a program can see: WCAG 2.2, 1.1.1, 1.3.1, 1.4.3, 2.4.2, 2.4.6, 3.1.1 and 4.1.2.

use serde_json::{Value, json};

use super::limits;
use super::session::Browser;

const SCRIPT: &str = include_str!("accessibility.js");

/// What a person operates, and so what must be called something.
const CONTROLS: &str = "button, a[href], summary, select, textarea, input:not([type=hidden]), iframe, \
                        [role=button], [role=link], [role=img], [role=progressbar], [tabindex]:not([tabindex='-1'])";

impl Browser {
    /// What is wrong with the page as it stands, at its width and in its colours; nothing, on a good page.
    pub async fn accessibility_faults(&self) -> Vec<String> {
        let least = json!(limits::CONTRAST_MIN);
        let Value::Array(drawn) = self.ask("read what is drawn", SCRIPT, vec![least]).await else { return Vec::new() };
        let mut faults: Vec<String> = drawn.iter().filter_map(|fault| fault.as_str().map(str::to_owned)).collect();
        let controls = self.must("look for controls", self.named(CONTROLS).await).await;
        for control in controls.iter().filter(|control| control.name.is_empty()) {
            let written = self.must("read a control", control.element.outer_html().await).await;
            faults.push(format!("a control has no name: {}", written.chars().take(160).collect::<String>()));
        }
        faults
    }

    /// Fails where anything is wrong with the page as it stands.
    pub async fn no_accessibility_faults(&self) {
        let faults = self.accessibility_faults().await;
        if !faults.is_empty() {
            let (width, scheme) = (self.width, self.scheme);
            self.fail(&format!("not accessible ({width} wide, {scheme}):\n{}", faults.join("\n"))).await;
        }
    }
}
