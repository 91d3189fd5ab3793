//! What a staging column is made of: the fields that its expression names, as they were read. Apart because only a person who
//! asks why a value is as it is wants them.

use std::collections::BTreeSet;

use crate::compile::{Compiled, lineage};
use crate::mapping::Mapping;

impl Mapping {
    /// The fields that a column's expression names, in their order, as the expression writes them; none for a column that
    /// there is not.
    pub fn fields_of(&self, column: &str) -> Vec<String> {
        let column = self.columns.iter().find(|declared| declared.name == column);
        column.map(|column| self.fields_in(&column.value)).unwrap_or_default()
    }

    /// The fields of data sets that an expression names.
    pub fn fields_in(&self, expression: &str) -> Vec<String> {
        let aliases = self.joins.iter().map(|join| join.alias.as_str()).chain([self.alias.as_str()]);
        let aliases: BTreeSet<&str> = aliases.collect();
        let mut fields: Vec<String> = Vec::new();
        for path in paths(expression) {
            let head = path.split('.').next().unwrap_or_default();
            if aliases.contains(head) && path.contains('.') && !fields.contains(&path) {
                fields.push(path);
            }
        }
        fields
    }
}

impl Compiled {
    /// A query that gives these fields, named `_0`, `_1` and so on, of every driving record, with the record's page and
    /// number.
    pub fn fields_sql(&self, fields: &[String]) -> String {
        let alias = &self.mapping().alias;
        let named = fields.iter().enumerate().map(|(place, field)| format!(", {field} AS \"_{place}\""));
        format!(
            "{joined} SELECT {alias}.{page}, {alias}.{record}{named} FROM _joined AS {alias}",
            joined = self.joined,
            page = lineage::PAGE,
            record = lineage::RECORD,
            named = named.collect::<String>(),
        )
    }
}

/// The dotted names in an expression, texts in quotes left out.
fn paths(expression: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut path = String::new();
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        match character {
            // A text of its own: nothing in it is a name.
            '\'' => {
                end(&mut paths, &mut path);
                characters.by_ref().find(|&character| character == '\'');
            }
            // A name that is also a word of SQL.
            '"' => {
                path.push('"');
                path.extend(characters.by_ref().take_while(|&character| character != '"'));
                path.push('"');
            }
            _ if character.is_alphanumeric() || matches!(character, '_' | '.') => path.push(character),
            // What is called is a function.
            '(' => path.clear(),
            _ => end(&mut paths, &mut path),
        }
    }
    end(&mut paths, &mut path);
    paths
}

fn end(paths: &mut Vec<String>, path: &mut String) {
    if !path.is_empty() {
        paths.push(std::mem::take(path));
    }
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn names_are_found_among_functions_and_texts() {
        let expression = "CASE WHEN it.a = 'no.name it.b' THEN f(it.c.\"user\".d, g(other.e)) ELSE 1.5 END";
        let names: Vec<String> = paths(expression).into_iter().filter(|path| path.contains('.')).collect();
        assert_eq!(names, ["it.a", "it.c.\"user\".d", "other.e", "1.5"]);
    }
}
