//! A folder of declarations, and the order in which a night takes them.

use std::path::Path;

use super::Pipeline;
use super::raw::RawOrder;
use crate::error::Error;

/// All pipelines of a folder, and the nightly order.
#[derive(Clone, Debug)]
pub struct PipelineSet {
    all: Vec<Pipeline>,
    order: Vec<usize>,
}

impl PipelineSet {
    /// Reads every `*.toml` of a folder; `nightly.toml` names those that a night takes, in order.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { folder: folder.to_owned(), source };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(failed)?;
                files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
            }
        }
        files.sort();
        Self::parse(&files)
    }

    /// Parses declarations given as name and text.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Error> {
        let mut all: Vec<Pipeline> = Vec::new();
        let mut order = None;
        for (file, text) in files {
            if file == "nightly.toml" {
                let raw: RawOrder = toml::from_str(text)
                    .map_err(|source| Error::Toml { file: file.clone(), source: Box::new(source) })?;
                order = Some(raw.order);
            } else {
                all.push(Pipeline::parse(file, text)?);
            }
        }
        let wrong = |reason: String| Error::Declaration { file: "nightly.toml".to_owned(), reason };
        let order = order.ok_or_else(|| wrong("it is missing; it says `order = [\"devices\", …]`".to_owned()))?;
        let order = order
            .iter()
            .map(|name| {
                let found = all.iter().position(|pipeline| pipeline.name() == name);
                found.ok_or_else(|| wrong(format!("it names `{name}`, which no file declares")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { all, order })
    }

    /// Every declared pipeline, by file name.
    pub fn all(&self) -> &[Pipeline] {
        &self.all
    }

    /// The pipelines of a night, in order.
    pub fn nightly(&self) -> Vec<Pipeline> {
        self.order.iter().map(|&index| self.all[index].clone()).collect()
    }
}
