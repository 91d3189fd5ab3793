//! What can be wrong with a schedule. Apart because each variant is read by a person who typed it, and says what to
//! write instead.

/// Why a schedule is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Not five fields.
    #[error(
        "`{expression}` has {fields} fields, but five are needed: minute, hour, day of the month, month and day of the \
         week, as `0 2 * * *` for every night at two"
    )]
    Fields {
        /// What was written.
        expression: String,
        /// How many there are.
        fields: usize,
    },
    /// One field that says nothing.
    #[error("the {field} `{part}` in `{expression}` cannot be read: write {allowed}")]
    Field {
        /// What was written.
        expression: String,
        /// Which field.
        field: &'static str,
        /// What it says.
        part: String,
        /// What it may say.
        allowed: &'static str,
    },
    /// Each field can be read, but no day has them all.
    #[error("`{expression}` never comes: no month that it names has such a day; write `L` for a month's last day")]
    Never {
        /// What was written.
        expression: String,
    },
    /// No such time zone.
    #[error("the time zone `{zone}` is not known: write one by its place, as `Europe/Berlin`, or `UTC`")]
    Zone {
        /// What was written.
        zone: String,
    },
}
