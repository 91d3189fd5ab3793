//! Decides whether a licence expression can be satisfied by a list of licences that we accept.
//!
//! The expressions are those of <https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>, with the older `/`
//! of crates for `OR`. `AND` binds closer than `OR`; `WITH` belongs to the licence before it.

use std::iter::Peekable;
use std::vec::IntoIter;

use anyhow::{Result, bail, ensure};

/// True when some choice among the expression's alternatives is made of accepted licences only.
pub(super) fn is_satisfied(expression: &str, accepted: &[String]) -> Result<bool> {
    let mut reader = Reader { words: words(expression).into_iter().peekable(), accepted };
    let satisfied = reader.alternatives()?;
    ensure!(reader.words.next().is_none(), "the licence expression `{expression}` does not end where it should");
    Ok(satisfied)
}

fn words(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

struct Reader<'a> {
    words: Peekable<IntoIter<String>>,
    accepted: &'a [String],
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Result<bool> {
        let mut satisfied = self.conjunction()?;
        while self.skip("OR") {
            // Read first: the words must be consumed whether or not they still matter.
            satisfied = self.conjunction()? || satisfied;
        }
        Ok(satisfied)
    }

    fn conjunction(&mut self) -> Result<bool> {
        let mut satisfied = self.licence()?;
        while self.skip("AND") {
            satisfied = self.licence()? && satisfied;
        }
        Ok(satisfied)
    }

    fn licence(&mut self) -> Result<bool> {
        if self.skip("(") {
            let satisfied = self.alternatives()?;
            ensure!(self.skip(")"), "a licence expression lacks a closing parenthesis");
            return Ok(satisfied);
        }
        let mut name = self.name()?;
        if self.skip("WITH") {
            name = format!("{name} WITH {}", self.name()?);
        }
        Ok(self.accepted.contains(&name))
    }

    fn name(&mut self) -> Result<String> {
        match self.words.next() {
            Some(word) if !matches!(word.as_str(), "OR" | "AND" | "WITH" | "(" | ")") => Ok(word),
            other => bail!("a licence expression has {other:?} where a licence belongs"),
        }
    }

    fn skip(&mut self, word: &str) -> bool {
        self.words.next_if(|next| next == word).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn satisfied(expression: &str) -> Option<bool> {
        let accepted = ["MIT", "ISC", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        is_satisfied(expression, &accepted).ok()
    }

    #[test]
    fn expressions() {
        assert_eq!(satisfied("MIT"), Some(true));
        assert_eq!(satisfied("GPL-3.0-only"), Some(false));
        assert_eq!(satisfied("MIT OR GPL-3.0-only"), Some(true));
        assert_eq!(satisfied("GPL-3.0-only OR MIT"), Some(true));
        assert_eq!(satisfied("MIT AND GPL-3.0-only"), Some(false));
        assert_eq!(satisfied("MIT AND ISC"), Some(true));
        assert_eq!(satisfied("MIT/GPL-3.0-only"), Some(true));
        assert_eq!(satisfied("MIT OR ISC AND GPL-3.0-only"), Some(true));
        assert_eq!(satisfied("GPL-3.0-only AND ISC OR MIT"), Some(true));
        assert_eq!(satisfied("(MIT OR ISC) AND GPL-3.0-only"), Some(false));
        assert_eq!(satisfied("(MIT OR GPL-3.0-only) AND ISC"), Some(true));
        assert_eq!(satisfied("((MIT))"), Some(true));
        assert_eq!(satisfied("Apache-2.0 WITH LLVM-exception"), Some(true));
        assert_eq!(satisfied("MIT WITH LLVM-exception"), Some(false));
        assert_eq!(satisfied("GPL-2.0 WITH Classpath-exception-2.0 OR MIT"), Some(true));
        assert_eq!(satisfied("mit"), Some(false));
    }

    #[test]
    fn what_is_no_expression() {
        assert_eq!(satisfied(""), None);
        assert_eq!(satisfied("MIT OR"), None);
        assert_eq!(satisfied("AND MIT"), None);
        assert_eq!(satisfied("(MIT"), None);
        assert_eq!(satisfied("MIT)"), None);
        assert_eq!(satisfied("MIT ISC"), None);
        assert_eq!(satisfied("MIT WITH"), None);
    }
}
