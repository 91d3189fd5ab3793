//! The keyboard alone: which control has the focus, what it is called, and whether one sees that it has it.

use serde_json::Value;
use thirtyfour::error::WebDriverResult;

use super::limits;
use super::session::Browser;

/// Whether the control with the focus is drawn otherwise than without: an outline or a shadow of some size.
const SHOWN: &str = "
    const style = getComputedStyle(document.activeElement);
    const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return outline || style.boxShadow !== 'none';";

/// Whether the focus is on nothing.
const NOWHERE: &str = "return [null, document.body, document.documentElement].includes(document.activeElement);";

/// Takes the focus from wherever it is, so that the next Tab begins at the top.
const BEGIN: &str = "document.activeElement?.blur(); getSelection()?.removeAllRanges(); scrollTo(0, 0);";

/// A key that is pressed for what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To the next control.
    Tab,
    /// Follows a link, presses a button, sends a form.
    Enter,
    /// Ticks a box, presses a button.
    Space,
    /// Closes.
    Escape,
    /// To the next of several.
    Down,
    /// To the previous of several.
    Up,
}

impl From<Key> for char {
    fn from(key: Key) -> Self {
        use thirtyfour::Key as Known;
        match key {
            Key::Tab => Known::Tab,
            Key::Enter => Known::Enter,
            Key::Space => Known::Space,
            Key::Escape => Known::Escape,
            Key::Down => Known::Down,
            Key::Up => Known::Up,
        }
        .into()
    }
}

/// The control that has the focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focused {
    /// What kind of thing it is, as ARIA calls it: `button`, `textbox`, `link`, …
    pub role: String,
    /// What it is called.
    pub name: String,
    /// Whether it is drawn as having the focus.
    pub is_shown: bool,
}

impl Browser {
    /// Presses a key.
    pub async fn key(&self, key: Key) {
        let pressed = self.driver.action_chain().send_keys(char::from(key)).perform().await;
        self.must(&format!("press {key:?}"), pressed).await;
    }

    /// Presses Tab so many times and says what has the focus then; nothing where the page has none.
    pub async fn tab(&self, times: usize) -> Option<Focused> {
        for _ in 0..times {
            self.key(Key::Tab).await;
        }
        self.focused().await
    }

    /// What has the focus.
    pub async fn focused(&self) -> Option<Focused> {
        if self.ask("see where the focus is", NOWHERE, Vec::new()).await == Value::Bool(true) {
            return None;
        }
        Some(self.must("look at what has the focus", self.look_at_focused().await).await)
    }

    /// All that can be reached by the keyboard, in order, from the top of the page until the focus leaves it or comes
    /// round.
    pub async fn focus_order(&self) -> Vec<Focused> {
        self.ask("begin at the top", BEGIN, Vec::new()).await;
        let mut order = Vec::new();
        let mut first = None;
        while order.len() < limits::TABS_MAX {
            let Some(focused) = self.tab(1).await else { return order };
            let element = self.must("look at what has the focus", self.driver.active_element().await).await;
            if first.get_or_insert_with(|| element.element_id()) == &element.element_id() && !order.is_empty() {
                return order;
            }
            order.push(focused);
        }
        self.fail(&format!("the focus does not come round within {} controls", limits::TABS_MAX)).await
    }

    async fn look_at_focused(&self) -> WebDriverResult<Focused> {
        let element = self.driver.active_element().await?;
        let (role, name) = (self.role_of(&element).await?, self.name_of(&element).await?);
        let is_shown = self.driver.execute(SHOWN, Vec::new()).await?.json() == &Value::Bool(true);
        Ok(Focused { role, name, is_shown })
    }
}
