//! Hands: controls are found by their names, filled, ticked, chosen and pressed. Apart because finding is where a page
//! fails a person: a control that is not to be seen, or has no name, is not there.

use thirtyfour::WebElement;
use thirtyfour::error::WebDriverResult;

use super::names::Named;
use super::session::Browser;

/// What a text is typed into.
const FIELDS: &str = "textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=submit])\
                      :not([type=button]):not([type=reset]):not([type=image]):not([type=file])";

/// What is ticked.
const BOXES: &str = "input[type=checkbox]";

/// One of several.
const RADIOS: &str = "input[type=radio]";

/// A list of which one is chosen.
const LISTS: &str = "select";

/// What is pressed: buttons, links, and what opens a menu or hides details.
const PRESSABLE: &str = "button, a[href], summary, input[type=submit], input[type=button], input[type=reset]";

impl Browser {
    /// Types a text into the field of this name, in place of what it held.
    pub async fn fill(&self, label: &str, value: &str) {
        let field = self.the("field", FIELDS, label).await;
        self.must(&format!("empty the field `{label}`"), field.clear().await).await;
        self.must(&format!("type into the field `{label}`"), field.send_keys(value).await).await;
        let held = self.must(&format!("read the field `{label}`"), field.value().await).await.unwrap_or_default();
        if held != value {
            // Neither text is shown: it may be a secret, and what a failed test prints is kept.
            self.fail(&format!("the field `{label}` did not take what was typed, character for character")).await;
        }
    }

    /// What the field of this name holds.
    pub async fn value(&self, label: &str) -> String {
        let field = self.the("field or list", &format!("{FIELDS}, {LISTS}"), label).await;
        self.must(&format!("read the field `{label}`"), field.value().await).await.unwrap_or_default()
    }

    /// Presses the button, link or heading of details of this name, and waits until the page that it leads to is loaded.
    pub async fn press(&self, name: &str) {
        let control = self.the("button or link", PRESSABLE, name).await;
        self.must(&format!("press `{name}`"), control.click().await).await;
    }

    /// Whether there is a button or link of this name to be pressed.
    pub async fn can_press(&self, name: &str) -> bool {
        let controls = self.must("look for buttons and links", self.named(PRESSABLE).await).await;
        for control in controls.iter().filter(|control| control.name == name) {
            if self.must("ask for a button's state", control.element.is_enabled().await).await {
                return true;
            }
        }
        false
    }

    /// Ticks the box of this name.
    pub async fn check(&self, label: &str) {
        self.tick(label, true).await;
    }

    /// Takes the tick from the box of this name.
    pub async fn uncheck(&self, label: &str) {
        self.tick(label, false).await;
    }

    /// Whether the box, or the choice, of this name is ticked.
    pub async fn is_checked(&self, label: &str) -> bool {
        let ticked = self.the("box or choice", &format!("{BOXES}, {RADIOS}"), label).await;
        self.must(&format!("read the box `{label}`"), ticked.is_selected().await).await
    }

    /// Chooses one of several buttons by its name.
    pub async fn choose(&self, label: &str) {
        let radio = self.the("choice", RADIOS, label).await;
        self.must(&format!("choose `{label}`"), radio.click().await).await;
        if !self.must(&format!("read the choice `{label}`"), radio.is_selected().await).await {
            self.fail(&format!("`{label}` was clicked and is not chosen")).await;
        }
    }

    /// Chooses an entry of the list of this name, by the entry's text.
    pub async fn select(&self, label: &str, entry: &str) {
        let list = self.the("list", LISTS, label).await;
        let entries = self.must("read a list's entries", entries(&list).await).await;
        match only(&entries, entry) {
            Ok(option) => self.must(&format!("choose `{entry}` of `{label}`"), option.click().await).await,
            Err(why) => self.fail(&format!("of the list `{label}`, {why}")).await,
        }
    }

    async fn tick(&self, label: &str, wanted: bool) {
        let ticked = self.the("box", BOXES, label).await;
        let is = self.must(&format!("read the box `{label}`"), ticked.is_selected().await).await;
        if is != wanted {
            self.must(&format!("click the box `{label}`"), ticked.click().await).await;
            if self.must(&format!("read the box `{label}`"), ticked.is_selected().await).await != wanted {
                self.fail(&format!("the box `{label}` was clicked and is as it was")).await;
            }
        }
    }

    /// The one control of a kind that has this name.
    async fn the(&self, kind: &str, selector: &str, name: &str) -> WebElement {
        let controls = self.must(&format!("look for the {kind} `{name}`"), self.named(selector).await).await;
        match only(&controls, name) {
            Ok(element) => element.clone(),
            Err(why) => self.fail(&format!("looked for a {kind}: {why}")).await,
        }
    }
}

/// Two of one name are as bad as none: whoever cannot see where they stand cannot tell them apart.
fn only<'a>(controls: &'a [Named], name: &str) -> Result<&'a WebElement, String> {
    let mut called: Vec<&Named> = controls.iter().filter(|control| control.name == name).collect();
    match (called.pop(), called.len()) {
        (Some(control), 0) => Ok(&control.element),
        (Some(_), more) => Err(format!("{} are called `{name}`", more + 1)),
        (None, _) => {
            let names: Vec<&str> = controls.iter().map(|control| control.name.as_str()).collect();
            Err(format!("none is called `{name}`; there are {names:?}"))
        }
    }
}

/// A list that is closed draws none of its entries, so that they are not asked whether they are to be seen.
async fn entries(list: &WebElement) -> WebDriverResult<Vec<Named>> {
    let mut entries = Vec::new();
    for element in list.find_all(thirtyfour::By::Css("option:not([disabled])")).await? {
        let name = super::names::one_line(&element.text().await?);
        entries.push(Named { name, element });
    }
    Ok(entries)
}
