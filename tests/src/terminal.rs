//! The program as a person or a script calls it, in this process.

use std::path::Path;

use serde_json::Value;
use snowhaul::{Output, main_with};

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: u8,
    /// The document; null where there is none.
    pub document: Value,
    /// The talk.
    pub talk: String,
}

/// Runs one command on a state folder with a folder of pipelines, asked for a document.
pub fn command(state: &Path, pipelines: &Path, words: &[&str]) -> Said {
    let mut output = Output::captured();
    let (state, pipelines) = (utf8(state), utf8(pipelines));
    let common = ["--state", state, "--pipelines", pipelines, "--output", "json"];
    let line = ["snowhaul"].iter().chain(words).chain(&common).map(|word| (*word).to_owned());
    let code = main_with(line, &mut output);
    let document = serde_json::from_str(&output.stdout()).unwrap_or_default();
    Said { code, document, talk: output.stderr() }
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("the folder's path is UTF-8")
}
