//! Fields of forms: each with its label, its help, and what was wrong with it, which a screen reader hears together.
//! A secret has no value here: what was typed goes out of a page and never comes back into one.

use maud::{Markup, Render, html};

use super::icons::Icon;
use super::words::{plain, prose};

/// What was wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; a name that the form does not have is told above it.
    pub field: String,
    /// What is wrong, and what to type instead.
    pub message: String,
}

/// Errors above a form, each with the way to its field; fields come with their labels.
pub(super) fn summary(errors: &[FieldError], fields: &[(&str, &str)]) -> Markup {
    let label = |error: &FieldError| fields.iter().find(|(name, _)| *name == error.field).map(|(_, label)| *label);
    html! {
        @if !errors.is_empty() {
            div.notice.bad #errors role="alert" tabindex="-1" autofocus {
                (Icon::Cross.draw())
                div {
                    h2 { @if errors.len() == 1 { "One thing is to be mended" } @else { (errors.len()) " things are to be mended" } }
                    ul {
                        @for error in errors {
                            li {
                                @if let Some(label) = label(error) {
                                    a href={ "#" (error.field) } { (label) } ": " (prose(&error.message))
                                } @else { (prose(&error.message)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was wrong with a field, where anything was.
pub(super) fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Secret,
    Area,
}

/// A field that is typed into.
pub(super) struct Input<'a> {
    kind: Kind,
    name: &'a str,
    label: &'a str,
    help: &'a str,
    value: &'a str,
    behind: &'a str,
    error: Option<&'a str>,
    is_required: bool,
    is_optional: bool,
}

impl<'a> Input<'a> {
    fn new(kind: Kind, name: &'a str, label: &'a str, errors: &'a [FieldError]) -> Self {
        let error = error_of(errors, name);
        Self { kind, name, label, help: "", value: "", behind: "", error, is_required: false, is_optional: true }
    }

    /// A line of text.
    pub(super) fn text(name: &'a str, label: &'a str, errors: &'a [FieldError]) -> Self {
        Self::new(Kind::Text, name, label, errors)
    }

    /// A whole number. It is a line of text with the keys for it: a wheel that turns over it changes nothing.
    pub(super) fn number(name: &'a str, label: &'a str, errors: &'a [FieldError]) -> Self {
        Self::new(Kind::Number, name, label, errors)
    }

    /// A secret.
    pub(super) fn secret(name: &'a str, label: &'a str, errors: &'a [FieldError]) -> Self {
        Self::new(Kind::Secret, name, label, errors)
    }

    /// Several lines.
    pub(super) fn area(name: &'a str, label: &'a str, errors: &'a [FieldError]) -> Self {
        Self::new(Kind::Area, name, label, errors)
    }

    pub(super) fn help(self, help: &'a str) -> Self {
        Self { help, ..self }
    }

    /// What was typed before; a secret has none.
    pub(super) fn value(self, value: &'a str) -> Self {
        Self { value: if self.kind == Kind::Secret { "" } else { value }, ..self }
    }

    /// What stands behind what is typed, as `.service-now.com`.
    pub(super) fn behind(self, behind: &'a str) -> Self {
        Self { behind, ..self }
    }

    pub(super) fn required(self) -> Self {
        Self { is_required: true, is_optional: false, ..self }
    }

    /// Needed or not by what else is chosen; its help says when.
    pub(super) fn depends(self) -> Self {
        Self { is_optional: false, ..self }
    }

    fn described_by(&self) -> Option<String> {
        described_by(self.name, !self.help.is_empty(), self.error.is_some())
    }

    fn control(&self) -> Markup {
        let invalid = self.error.map(|_| "true");
        let autocomplete = if self.kind == Kind::Secret { "new-password" } else { "off" };
        html! {
            @if self.kind == Kind::Area {
                textarea id=(self.name) name=(self.name) rows="3" spellcheck="false" autocapitalize="none"
                    autocomplete="off" required[self.is_required] aria-invalid=[invalid]
                    aria-describedby=[self.described_by()] { (self.value) }
            } @else {
                input id=(self.name) name=(self.name) type=(if self.kind == Kind::Secret { "password" } else { "text" })
                    inputmode=[(self.kind == Kind::Number).then_some("numeric")]
                    value=[(!self.value.is_empty()).then_some(self.value)] autocomplete=(autocomplete)
                    spellcheck="false" autocapitalize="none" required[self.is_required] aria-invalid=[invalid]
                    aria-describedby=[self.described_by()];
            }
        }
    }
}

impl Render for Input<'_> {
    fn render(&self) -> Markup {
        html! {
            div.field.invalid[self.error.is_some()] {
                label for=(self.name) {
                    (self.label) @if self.is_optional { " " span.optional { "optional" } }
                }
                (help(self.name, self.help))
                @if self.behind.is_empty() { (self.control()) }
                @else { div.joined { (self.control()) span.behind aria-hidden="true" { (self.behind) } } }
                (error(self.name, self.error))
            }
        }
    }
}

/// One of several, of which one is chosen.
pub(super) struct Choice<'a> {
    pub(super) value: &'a str,
    pub(super) label: Markup,
    pub(super) help: &'a str,
    pub(super) is_chosen: bool,
}

/// A choice among a few.
pub(super) fn choices(name: &str, legend: &str, help: &str, errors: &[FieldError], choices: &[Choice<'_>]) -> Markup {
    let wrong = error_of(errors, name);
    html! {
        fieldset.field.choices.invalid[wrong.is_some()] id=(name) tabindex="-1"
            aria-describedby=[described_by(name, !help.is_empty(), wrong.is_some())] {
            legend { (legend) }
            (self::help(name, help))
            @for choice in choices {
                @let id = format!("{name}-{}", choice.value);
                div.choice {
                    input type="radio" id=(id) name=(name) value=(choice.value) checked[choice.is_chosen]
                        aria-describedby=[described_by(&id, !choice.help.is_empty(), false)];
                    label for=(id) { (choice.label) }
                    (self::help(&id, choice.help))
                }
            }
            (error(name, wrong))
        }
    }
}

/// Something that is ticked, or not.
pub(super) fn tick(id: &str, name: &str, value: &str, label: &str, help: &str, is_ticked: bool) -> Markup {
    html! {
        div.choice {
            input type="checkbox" id=(id) name=(name) value=(value) checked[is_ticked]
                aria-describedby=[described_by(id, !help.is_empty(), false)];
            label for=(id) { (label) }
            (self::help(id, help))
        }
    }
}

/// Something that is on or off.
pub(super) fn switch(name: &str, label: &str, help: &str, errors: &[FieldError], is_on: bool) -> Markup {
    let wrong = error_of(errors, name);
    html! {
        div.choice.switch.invalid[wrong.is_some()] {
            input type="checkbox" role="switch" id=(name) name=(name) value="on" checked[is_on]
                aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[described_by(name, !help.is_empty(), wrong.is_some())];
            label for=(name) { (label) }
            (self::help(name, help))
            (error(name, wrong))
        }
    }
}

fn help(id: &str, help: &str) -> Markup {
    html! { @if !help.is_empty() { p.help id={ (id) "-help" } { (prose(help)) } } }
}

fn error(id: &str, error: Option<&str>) -> Markup {
    html! {
        @if let Some(error) = error {
            p.error id={ (id) "-error" } { (Icon::Cross.draw()) span { span.unseen { "Error: " } (prose(&plain(error))) } }
        }
    }
}

fn described_by(id: &str, has_help: bool, has_error: bool) -> Option<String> {
    let ids: Vec<String> = [(has_help, "help"), (has_error, "error")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, of)| format!("{id}-{of}"))
        .collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}
