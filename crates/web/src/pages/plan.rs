//! A plan: how many rows would change what, each with a sign, grouped by cause; where a brake stops it, what tripped it
//! and the place where a person gives their word, for this plan alone and once.

use maud::{Markup, html};

use super::fields::{FieldError, Input, summary};
use super::frame::{Frame, Place, Sheet, document, post};
use super::links;
use super::parts::{Tone, facts, head, notice};
use super::report::{Brake, brakes};
use super::words::{counted, grouped, moment, plain};

/// A plan, or a page of it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The integration's name.
    pub integration: String,
    /// The run that made it.
    pub run: u64,
    /// Its digest, by which it is approved.
    pub digest: String,
    /// The snapshot that it carries.
    pub snapshot: String,
    /// When that was read, RFC 3339 in UTC.
    pub snapshot_at: String,
    /// The instance that was asked what it would make of the rows; empty where none was.
    pub instance: String,
    /// Its tables, in their order.
    pub tables: Vec<PlanTable>,
    /// Brakes that it trips.
    pub brakes: Vec<Brake>,
    /// Whether a person's word is needed, and whether it was given.
    pub approval: Approval,
    /// This page, from 1.
    pub page: u64,
    /// There is another page behind it.
    pub has_next: bool,
}

/// One table of a plan.
#[derive(Clone, Debug, Default)]
pub struct PlanTable {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Staging rows.
    pub staging_rows: u64,
    /// Of those, unchanged.
    pub unchanged: u64,
    /// Of those, waiting.
    pub waiting: u64,
    /// Of those, to send.
    pub planned: u64,
    /// Why rows are sent, with how many.
    pub reasons: Vec<Count>,
    /// Fields or columns that change, with how many.
    pub fields: Vec<Count>,
    /// Outcomes that are foretold, with how many; none where nothing was asked.
    pub foretold: Vec<Count>,
    /// Rows of this page by cause.
    pub groups: Vec<PlanGroup>,
}

/// So many of something.
#[derive(Clone, Debug)]
pub struct Count {
    /// What.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Rows with one cause.
#[derive(Clone, Debug)]
pub struct PlanGroup {
    /// The cause: `new`, `changed`, `retire` and the like.
    pub cause: String,
    /// How many the plan has of it, on all pages.
    pub total: u64,
    /// Those that are shown here.
    pub rows: Vec<PlanRow>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct PlanRow {
    /// What it does.
    pub sign: Sign,
    /// The row in words.
    pub title: String,
    /// Why it is left out or refused; empty where it is not.
    pub comment: String,
    /// What it changes.
    pub fields: Vec<PlanField>,
}

/// What a row does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`: it makes a record.
    Makes,
    /// `~`: it changes one.
    Changes,
    /// `-`: it retires one.
    Retires,
    /// `=`: it changes nothing.
    Same,
    /// `?`: it is left out, refused or a conflict.
    Unclear,
}

impl Sign {
    /// The sign, its words and its tone.
    fn told(self) -> (&'static str, &'static str, Tone) {
        match self {
            Self::Makes => ("+", "makes a record", Tone::Good),
            Self::Changes => ("~", "changes a record", Tone::Busy),
            Self::Retires => ("−", "retires a record", Tone::Bad),
            Self::Same => ("=", "changes nothing", Tone::Quiet),
            Self::Unclear => ("?", "is left out, refused or a conflict", Tone::Warning),
        }
    }

    const ALL: [Self; 5] = [Self::Makes, Self::Changes, Self::Retires, Self::Same, Self::Unclear];
}

/// One value that changes.
#[derive(Clone, Debug)]
pub struct PlanField {
    /// The field, with its table.
    pub field: String,
    /// What it holds; empty for nothing.
    pub old: String,
    /// What it will hold; empty for nothing.
    pub new: String,
}

/// A person's word on a plan that a brake stops.
#[derive(Clone, Debug)]
pub enum Approval {
    /// No brake stops it.
    NotNeeded,
    /// A brake waits.
    Waiting {
        /// Until when it may be approved, RFC 3339 in UTC.
        until: String,
        /// Field `by`, as it was typed.
        by: String,
        /// Field `reason`, as it was typed.
        reason: String,
        /// What is wrong, by field.
        errors: Vec<FieldError>,
    },
    /// It was approved.
    Approved {
        /// By whom.
        by: String,
        /// Why.
        reason: String,
        /// When, RFC 3339 in UTC.
        at: String,
    },
    /// Nobody approved it in time, or another run came after it.
    Over,
}

/// The page of a plan.
pub fn plan(frame: &Frame, view: &Plan) -> Markup {
    let title = format!("Plan of run {}", view.run);
    let planned: u64 = view.tables.iter().map(|table| table.planned).sum();
    let lead = match planned {
        0 => html! { "Nothing is to be sent." },
        planned => html! { (counted(planned, "row", "rows")) " to send. Nothing else leaves by this plan." },
    };
    let inside = html! {
        (head(html! { (title) }, None, Some(lead), None))
        (about(view))
        @if !view.brakes.is_empty() {
            section aria-labelledby="brakes-name" { h2 #brakes-name { "Brakes" } (brakes(&view.brakes)) }
        }
        (approval(frame, view))
        @if planned > 0 { (signs()) }
        @for (at, table) in view.tables.iter().enumerate() { (self::table(at + 1, table)) }
        (pages(view))
    };
    let name = view.integration.as_str();
    let run = format!("Run {}", view.run);
    let above = [
        ("Integrations", links::HOME.to_owned()),
        (name, links::integration(name)),
        (run.as_str(), links::run(name, view.run)),
    ];
    document(frame, &Sheet { title: &title, place: Place::Integrations, above: &above, events: None }, &inside)
}

fn about(view: &Plan) -> Markup {
    let asked = match view.instance.as_str() {
        "" => html! { "no instance was asked: fields are those of the staging rows" },
        instance => html! { code { (plain(instance)) } },
    };
    html! {
        div.card.about {
            (facts(&[
                ("Digest", html! { code.digest { (plain(&view.digest)) } }),
                ("Snapshot", html! { code { (plain(&view.snapshot)) } span.when { "read " (moment(&view.snapshot_at)) } }),
                ("Compared with", asked),
            ]))
        }
    }
}

fn approval(frame: &Frame, view: &Plan) -> Markup {
    match &view.approval {
        Approval::NotNeeded => html! {},
        Approval::Approved { by, reason, at } => notice(
            Tone::Good,
            html! {
                div #approved {
                    h2 { "Approved" }
                    p { "By " b { (plain(by)) } ", " (moment(at)) ": " (plain(reason)) }
                }
            },
        ),
        Approval::Over => notice(
            Tone::Quiet,
            html! {
                p #approval-over { "It can no longer be approved: its time is over, or another run came after it. The next run makes a new plan." }
            },
        ),
        Approval::Waiting { until, by, reason, errors } => html! {
            section.card.approve aria-labelledby="approve-name" {
                h2 #approve-name { "If it is meant" }
                p { "Your word is for exactly this plan, counts once, and stands in the audit trail with your name. It can be given until " (moment(until)) "." }
                (summary(errors, &[("by", "Your name"), ("reason", "Why it is meant")]))
                (post(frame, &links::approve(&view.integration, view.run), "approve-form", html! {
                    (Input::text("by", "Your name", errors).value(by).required())
                    (Input::text("reason", "Why it is meant", errors).value(reason).required()
                        .help("For whoever reads the audit trail, as `40 old iPads were handed back, ticket 4711`."))
                    div.actions { button.button.danger #approve type="submit" { "Approve and send this plan" } }
                }))
            }
        },
    }
}

/// What the signs mean.
fn signs() -> Markup {
    html! {
        ul.signs {
            @for sign in Sign::ALL {
                @let (mark, words, tone) = sign.told();
                li { span class={ "sign " (tone.class()) } aria-hidden="true" { (mark) } (words) }
            }
        }
    }
}

fn table(number: usize, table: &PlanTable) -> Markup {
    let id = format!("plan-{number}");
    let counts = [
        ("Staging rows", table.staging_rows),
        ("Unchanged", table.unchanged),
        ("Waiting", table.waiting),
        ("To send", table.planned),
    ];
    let named = [("Why", &table.reasons), ("What changes", &table.fields), ("Foretold", &table.foretold)];
    html! {
        section.card aria-labelledby=(id) {
            div.check-head { h2 id=(id) { (plain(&table.pipeline)) } span.hint { code { (plain(&table.staging_table)) } } }
            dl.counts { @for (name, count) in counts { div { dt { (name) } dd { (grouped(count)) } } } }
            @for (name, counts) in named {
                @if !counts.is_empty() {
                    p.named { (name) ": "
                        @for (at, one) in counts.iter().enumerate() {
                            @if at > 0 { ", " }
                            (plain(&one.name)) " " b { (grouped(one.count)) }
                        }
                    }
                }
            }
            @for group in &table.groups { (self::group(group)) }
        }
    }
}

fn group(group: &PlanGroup) -> Markup {
    html! {
        h3.group-name { (plain(&group.cause)) " " span.count { (grouped(group.total)) } }
        ul.plan-rows { @for row in &group.rows { (self::row(row)) } }
        @if group.total > group.rows.len() as u64 {
            p.hint { (grouped(group.rows.len() as u64)) " of " (grouped(group.total)) " are on this page." }
        }
    }
}

fn row(row: &PlanRow) -> Markup {
    let (mark, words, tone) = row.sign.told();
    html! {
        li.plan-row {
            span class={ "sign " (tone.class()) } aria-hidden="true" { (mark) }
            div {
                p.row-title { (plain(&row.title)) span.unseen { ": " (words) } }
                @if !row.comment.is_empty() { p.hint { (super::words::prose(&row.comment)) } }
                @if !row.fields.is_empty() { dl.diff { @for field in &row.fields { (self::field(field)) } } }
            }
        }
    }
}

fn field(field: &PlanField) -> Markup {
    html! {
        div {
            dt { (plain(&field.field)) }
            dd { (value("old", &field.old)) span.to { " → " } (value("new", &field.new)) }
        }
    }
}

/// A value, or that there is none.
pub(super) fn value(class: &str, value: &str) -> Markup {
    html! {
        @if value.is_empty() { span.none { "nothing" } }
        @else { code class=(class) { (plain(&super::words::cut(value, super::limits::VALUE_CHARS_MAX))) } }
    }
}

fn pages(view: &Plan) -> Markup {
    let to = |page| links::plan_page(&view.integration, view.run, page);
    html! {
        @if view.page > 1 || view.has_next {
            nav.pages aria-label="Pages of the plan" {
                @if view.page > 1 { a.button rel="prev" href=(to(view.page - 1)) { "Page " (view.page - 1) } }
                span { "Page " (view.page) }
                @if view.has_next { a.button rel="next" href=(to(view.page + 1)) { "Page " (view.page + 1) } }
            }
        }
    }
}
