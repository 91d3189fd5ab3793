//! The reference of the normalising functions, rendered from the functions themselves, so that it cannot be stale.

use std::fmt::Write as _;

use engine::TextFunction;

use super::ALL;

/// A Markdown table of all functions: name with arguments, and what it does.
///
/// ```
/// assert!(transform::functions::reference().contains("`serial(text)`"));
/// ```
pub fn reference() -> String {
    let mut table = String::from("| function | what it does |\n|---|---|\n");
    for function in ALL {
        row(function, &mut table);
    }
    table
}

fn row(function: &TextFunction, table: &mut String) {
    let arguments = function.arguments.join(", ");
    // A bar inside a cell would end it, even between back quotes.
    let doc = function.doc.replace('|', "\\|");
    writeln!(table, "| `{}({arguments})` | {doc} |", function.name).expect("writing to a String cannot fail");
}
