//! Named rules: what a transform map does beyond field maps.
//!
//! The instance runs no JavaScript. A script's first line names the rule that it is, and the rest, written for the
//! real platform, is stored and not run:
//!
//! ```text
//! // named rule: skip_older_run(u_run, run)
//! ```

/// Where a script stands in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// `sys_transform_script` with `when = onBefore`.
    BeforeRow,
    /// `sys_transform_entry.source_script`: answers the field's value.
    FieldValue,
    /// `sys_transform_map.script`: after the fields, before the write.
    AfterFields,
}

/// A rule with the columns that it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A row whose column is `true` changes records and never makes one.
    NeverInsert {
        /// Staging column.
        retire: String,
    },
    /// A row of an older run than the record's leaves it alone.
    SkipOlderRun {
        /// Staging column.
        source: String,
        /// Target column.
        target: String,
    },
    /// The hardware model of manufacturer, name and number, made when there is none.
    MakeAndModel {
        /// Staging column.
        manufacturer: String,
        /// Staging column.
        name: String,
        /// Staging column.
        number: String,
    },
    /// The product that the install of that key was normalised to.
    ProductOfInstall {
        /// Staging column.
        key: String,
    },
}

impl Rule {
    /// Reads the first line of a script. Fails, with the reason, where it names no rule that can stand there.
    pub(crate) fn parse(script: &str, usage: Usage) -> Result<Self, String> {
        let line = script.trim_start().lines().next().unwrap_or_default().trim_end();
        let call = line
            .strip_prefix("//")
            .and_then(|comment| comment.trim_start().strip_prefix("named rule:"))
            .ok_or_else(|| "its first line names no rule".to_owned())?;
        let (name, rest) = call.trim().split_once('(').ok_or_else(|| "the rule has no arguments".to_owned())?;
        let list = rest.strip_suffix(')').ok_or_else(|| "the rule's arguments do not end".to_owned())?;
        let arguments: Vec<String> = list.split(',').map(|argument| argument.trim().to_owned()).collect();
        let (rule, stands) = Self::named(name.trim(), arguments)?;
        if stands == usage { Ok(rule) } else { Err(format!("`{}` cannot stand there", name.trim())) }
    }

    fn named(name: &str, arguments: Vec<String>) -> Result<(Self, Usage), String> {
        let count = arguments.len();
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next().unwrap_or_default();
        match (name, count) {
            ("never_insert", 1) => Ok((Self::NeverInsert { retire: next() }, Usage::BeforeRow)),
            ("skip_older_run", 2) => Ok((Self::SkipOlderRun { source: next(), target: next() }, Usage::BeforeRow)),
            ("make_and_model", 3) => {
                Ok((Self::MakeAndModel { manufacturer: next(), name: next(), number: next() }, Usage::FieldValue))
            }
            ("product_of_install", 1) => Ok((Self::ProductOfInstall { key: next() }, Usage::FieldValue)),
            ("never_insert" | "skip_older_run" | "make_and_model" | "product_of_install", _) => {
                Err(format!("`{name}` takes another number of columns than {count}"))
            }
            _ => Err(format!("there is no rule `{}`", name.escape_debug())),
        }
    }

    /// The staging columns that the rule reads.
    pub(super) fn sources(&self) -> Vec<&str> {
        match self {
            Self::NeverInsert { retire } => vec![retire],
            Self::SkipOlderRun { source, .. } => vec![source],
            Self::MakeAndModel { manufacturer, name, number } => vec![manufacturer, name, number],
            Self::ProductOfInstall { key } => vec![key],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_from_the_first_line() {
        let script = "// named rule: skip_older_run(u_run, run)\n(function transformRow(source) { ignore = true; })();";
        let expected = Rule::SkipOlderRun { source: "u_run".to_owned(), target: "run".to_owned() };
        assert_eq!(Rule::parse(script, Usage::BeforeRow), Ok(expected));
    }

    #[test]
    fn anything_else_is_refused() {
        for script in ["", "answer = source.u_x;", "// named rule: drop_all(u_x)", "// named rule: never_insert(a, b)"]
        {
            assert!(Rule::parse(script, Usage::BeforeRow).is_err(), "{script}");
        }
        assert!(Rule::parse("// named rule: never_insert(u_retire)", Usage::FieldValue).is_err());
    }
}
