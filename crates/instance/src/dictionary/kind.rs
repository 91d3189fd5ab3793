//! The kinds of value that behave differently here. Apart because ServiceNow has dozens of type names.

/// How a column's value is read, compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The record's own id.
    Id,
    /// Any text; cut at the column's length.
    Text,
    /// A script or another long text that is stored as it is.
    Script,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD HH:MM:SS`, UTC.
    DateTime,
    /// `YYYY-MM-DD`.
    Date,
    /// The `sys_id` of a record in the column's reference table.
    Reference,
    /// The `sys_id`s of records in the column's reference table, with commas between.
    List,
    /// The `sys_id` of a record whose table another column names.
    Document,
    /// Shown as `********`.
    Password,
}

impl Kind {
    /// The kind of a `sys_dictionary.internal_type`. A type that is not known here is text: the platform has
    /// many whose values are plain strings to the interface.
    pub(crate) fn of(internal_type: &str) -> Self {
        match internal_type {
            "integer" | "longint" => Self::Integer,
            "decimal" | "float" | "currency" | "currency2" | "percent_complete" => Self::Decimal,
            "boolean" => Self::Boolean,
            "glide_date_time" | "due_date" => Self::DateTime,
            "glide_date" => Self::Date,
            "reference" => Self::Reference,
            "glide_list" => Self::List,
            "document_id" => Self::Document,
            "password" | "password2" => Self::Password,
            "script" | "script_plain" | "html" => Self::Script,
            _ => Self::Text,
        }
    }
}
