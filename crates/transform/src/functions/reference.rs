//! The reference of the normalising functions, rendered from the functions themselves, so that it cannot be stale.

use std::fmt::Write as _;

use super::ALL;
use crate::arrays::documented;

/// A Markdown table of all functions: name with arguments, and what it does. First those of one text, then those that
/// see lists, moments, or values that another did not understand.
///
/// ```
/// let reference = transform::functions::reference();
/// assert!(reference.contains("`serial(text)`") && reference.contains("`readable(value…)`"));
/// ```
pub fn reference() -> String {
    let mut table = String::from("| function | what it does |\n|---|---|\n");
    for function in ALL {
        row(&format!("{}({})", function.name, function.arguments.join(", ")), function.doc, &mut table);
    }
    for (signature, function) in documented() {
        row(signature, function.doc, &mut table);
    }
    table
}

fn row(signature: &str, doc: &str, table: &mut String) {
    // A bar inside a cell would end it, even between back quotes.
    let doc = doc.replace('|', "\\|");
    writeln!(table, "| `{signature}` | {doc} |").expect("writing to a String cannot fail");
}
