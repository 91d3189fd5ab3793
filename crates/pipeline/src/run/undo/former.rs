//! What a value was before a run changed it, as far as that is known. Apart because believing too much here would put into a
//! CMDB what never was in it.

use ledger::{HeldBatch, Standing};

use crate::declaration::Pipeline;
use crate::foretell::{FieldKind, ForetoldLine, MapPlan};
use crate::planner::Change;

/// A value before a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Former {
    /// It was this.
    Value(String),
    /// Nothing was there, as far as was proven.
    Empty,
    /// Nobody knows.
    Unknown,
}

impl Former {
    /// The former value of a column: what was proven to be held, else what its field was foretold to hold then. A row that
    /// was refused, or made anew, proves nothing of what was there.
    pub(super) fn of(
        column: &str,
        (pipeline, maps): (&Pipeline, &[MapPlan]),
        before: Option<&(HeldBatch, usize)>,
        change: Change,
        line: Option<&ForetoldLine>,
    ) -> Self {
        let says = |set: &str| pipeline.retire.as_ref().is_some_and(|retire| retire.set.contains_key(set));
        let proven = before.filter(|(held, place)| match held.standing(*place) {
            Standing::Held => change != Change::New,
            // Of what was retired only that is held which said so.
            Standing::Retired => says(column),
            Standing::Waiting | Standing::Unresolved => false,
        });
        let held = proven.map(|(held, place)| held.values().text(column, *place).unwrap_or_default());
        match held {
            Some(value) if !value.is_empty() => Self::Value(value.to_owned()),
            Some(_) => foretold(column, maps, line).unwrap_or(Self::Empty),
            None => foretold(column, maps, line).unwrap_or(Self::Unknown),
        }
    }
}

/// What the fields that a column feeds were foretold to hold before; none where that was not asked.
fn foretold(column: &str, maps: &[MapPlan], line: Option<&ForetoldLine>) -> Option<Former> {
    let line = line?;
    let mut found = None;
    for (map, told) in maps.iter().zip(&line.maps) {
        for field in map.fields.iter().filter(|field| field.from == column) {
            let Some(changed) = told.fields.iter().find(|changed| changed.field == field.to) else { continue };
            found = Some(match (&field.kind, changed.old.as_str()) {
                (_, "") => Former::Empty,
                // A record is known by its id there, and by a name here.
                (FieldKind::Reference { .. } | FieldKind::List { .. }, _) => Former::Unknown,
                (_, old) => Former::Value(old.to_owned()),
            });
        }
    }
    found
}
