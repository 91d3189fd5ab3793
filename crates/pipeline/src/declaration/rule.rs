//! Named rules: what a map needs beyond field maps. Apart because a rule is written here, stored in the update set as
//! a script, and recognised again by what it notes on a row that it left alone.

/// A named rule with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: RuleName,
    pub(crate) arguments: Vec<String>,
}

/// The rules there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleName {
    /// A retiring row never creates a record.
    NeverInsert,
    /// A row of an older run never overwrites a newer one's.
    SkipOlderRun,
    /// The hardware model of manufacturer, name and number, made where absent.
    MakeAndModel,
    /// The product that the instance normalised for an install.
    ProductOfInstall,
}

impl Rule {
    /// Reads `name(column, …)`; otherwise says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.strip_suffix(')').and_then(|rest| rest.split_once('('));
        let (name, arguments) = parts.ok_or_else(|| format!("`{text}` is no rule; write name(column, …)"))?;
        let arguments: Vec<String> = arguments.split(',').map(|word| word.trim().to_owned()).collect();
        let (name, count) = match name {
            "never_insert" => (RuleName::NeverInsert, 1),
            "skip_older_run" => (RuleName::SkipOlderRun, 2),
            "make_and_model" => (RuleName::MakeAndModel, 3),
            "product_of_install" => (RuleName::ProductOfInstall, 1),
            _ => {
                return Err(format!(
                    "`{name}` is no named rule; there are never_insert, skip_older_run, make_and_model, product_of_install"
                ));
            }
        };
        if arguments.len() != count {
            return Err(format!("rule `{text}` takes {count} columns"));
        }
        Ok(Self { name, arguments })
    }

    /// True where the argument at this place names a column of the target; all others are of the staging table.
    pub(super) fn names_target(&self, place: usize) -> bool {
        self.name == RuleName::SkipOlderRun && place == 1
    }
}

impl RuleName {
    /// True for a rule that decides about the row; the others compute one field.
    pub(crate) fn is_event(self) -> bool {
        matches!(self, Self::NeverInsert | Self::SkipOlderRun)
    }

    /// What is noted on a row that the rule leaves alone; none for a rule that computes a field.
    pub(crate) fn comment(self) -> Option<&'static str> {
        match self {
            Self::NeverInsert => Some("never inserts: no matching record"),
            Self::SkipOlderRun => Some("an older run"),
            Self::MakeAndModel | Self::ProductOfInstall => None,
        }
    }
}
