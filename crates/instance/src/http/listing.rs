//! What a Table API request asks for: which records, which fields, in which form.

use super::parameters::Parameters;
use super::refusal::Refusal;
use crate::limits::{TABLE_ROWS_DEFAULT, TABLE_ROWS_MAX};

/// `sysparm_display_value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Display {
    /// Stored values; a reference has a link.
    Values,
    /// What people see.
    Displayed,
    /// Both.
    Both,
}

/// The usual parameters.
pub(super) struct Listing {
    pub(super) query: crate::query::Query,
    /// Fields in the order in which they were asked for; all when empty.
    pub(super) fields: Vec<String>,
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) display: Display,
    pub(super) links: bool,
    pub(super) count: bool,
    pub(super) pages: bool,
}

impl Listing {
    /// Reads the parameters; unknown ones are ignored.
    pub(super) fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let query = crate::query::parse(parameters.get("sysparm_query").unwrap_or_default())
            .map_err(|reason| Refusal::invalid_parameter("sysparm_query", reason))?;
        let fields = parameters.get("sysparm_fields").unwrap_or_default();
        Ok(Self {
            query,
            fields: fields.split(',').map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned).collect(),
            limit: parameters.number("sysparm_limit", TABLE_ROWS_DEFAULT)?.min(TABLE_ROWS_MAX),
            offset: parameters.number("sysparm_offset", 0)?,
            display: match parameters.get("sysparm_display_value") {
                Some("true") => Display::Displayed,
                Some("all") => Display::Both,
                _ => Display::Values,
            },
            links: !parameters.is_true("sysparm_exclude_reference_link"),
            count: !parameters.is_true("sysparm_no_count"),
            pages: !parameters.is_true("sysparm_suppress_pagination_header"),
        })
    }
}
