//! What several pages are made of: badges, notices, facts, the road between both ends.

use maud::{Markup, Render, html};

use super::icons::Icon;
use super::words::{plain, prose};

/// How good or bad a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// At work.
    Busy,
    /// Of no concern.
    Quiet,
    /// To be looked at.
    Warning,
    /// To be mended.
    Bad,
}

impl Tone {
    /// The class that gives it its colours.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Quiet => "quiet",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    pub(super) fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::Tick,
            Self::Busy => Icon::Clock,
            Self::Quiet => Icon::Dash,
            Self::Warning => Icon::Warning,
            Self::Bad => Icon::Cross,
        }
    }
}

/// A state in a word or two, with its sign.
pub(super) fn badge(tone: Tone, words: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (tone.icon().draw()) span { (words) } } }
}

/// A badge with a sign of its own.
pub(super) fn badge_with(tone: Tone, icon: Icon, words: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (icon.draw()) span { (words) } } }
}

/// Something that a person should read before the rest.
pub(super) fn notice(tone: Tone, inside: impl Render) -> Markup {
    html! { div class={ "notice " (tone.class()) } { (tone.icon().draw()) div { (inside) } } }
}

/// Facts: a name and a value each.
pub(super) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { div { dt { (plain(name)) } dd { (value) } } } } }
}

/// A text that may be a cause or remedy: a sentence whose words between backticks are code.
pub(super) fn sentence(class: &str, text: &str) -> Markup {
    html! { p class={ "sentence " (class) } { (prose(text)) } }
}

/// Both ends and how they are joined.
pub(super) fn road(tenant: &str, instance: &str, tone: Tone) -> Markup {
    html! {
        div class={ "road " (tone.class()) } {
            div.end { span.end-name { "Iru Endpoint" } span.end-host { (host(tenant)) } }
            div.joint aria-hidden="true" { (Icon::Arrow.draw()) }
            div.end { span.end-name { "ServiceNow" } span.end-host { (host(instance)) } }
        }
    }
}

/// An address without what is the same in all of them.
pub(super) fn host(address: &str) -> Markup {
    let host = plain(address.strip_prefix("https://").unwrap_or(address));
    // A host may break behind each of its dots, and nowhere else.
    html! { @for (at, part) in host.split('.').enumerate() { @if at > 0 { "." wbr; } (part) } }
}

/// The first examples, and the rest folded away.
pub(super) fn examples(examples: &[Markup], open: usize, not_listed: u64) -> Markup {
    let (first, rest) = examples.split_at(open.min(examples.len()));
    html! {
        @if !first.is_empty() { ul.examples { @for one in first { li { (one) } } } }
        @if !rest.is_empty() {
            details.fold { summary { (rest.len()) " more" } ul.examples { @for one in rest { li { (one) } } } }
        }
        @if not_listed > 0 {
            p.hint { "and " (super::words::grouped(not_listed)) " that are not listed" }
        }
    }
}

/// The head of a page: its one first heading, how it stands, a line under it, what can be done.
pub(super) fn head(title: Markup, state: Option<Markup>, under: Option<Markup>, actions: Option<Markup>) -> Markup {
    html! {
        div.head {
            div.head-words {
                div.title { h1 { (title) } @if let Some(state) = state { (state) } }
                @if let Some(under) = under { p.lead { (under) } }
            }
            @if let Some(actions) = actions { div.actions { (actions) } }
        }
    }
}
