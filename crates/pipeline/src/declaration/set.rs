//! A folder of declarations, and the order in which a night takes them.

use std::path::Path;

use extract::DataSet;

use super::Pipeline;
use super::raw::RawOrder;
use crate::error::Error;

/// The file that names the pipelines of a night.
const NIGHTLY: &str = "nightly.toml";

/// All pipelines of a folder, and the nightly order.
#[derive(Clone, Debug)]
pub struct PipelineSet {
    all: Vec<Pipeline>,
    order: Vec<usize>,
    read_beside: Vec<DataSet>,
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
        let mut read_beside = Vec::new();
        for (file, text) in files {
            if file == NIGHTLY {
                let raw: RawOrder = toml::from_str(text)
                    .map_err(|source| Error::Toml { file: file.clone(), source: Box::new(source) })?;
                order = Some(raw.order);
                let known = |name: &String| {
                    DataSet::parse(name).ok_or_else(|| format!("`read` names `{name}`, which is no data set"))
                };
                let named: Result<Vec<DataSet>, String> = raw.read.iter().map(known).collect();
                read_beside = named.map_err(|reason| Error::Declaration { file: file.clone(), reason })?;
            } else {
                let pipeline = Pipeline::parse(file, text)?;
                is_new(&all, &pipeline).map_err(|reason| Error::Declaration { file: file.clone(), reason })?;
                all.push(pipeline);
            }
        }
        let order = order.ok_or_else(|| "it is missing; it says `order = [\"devices\", …]`".to_owned());
        let order = order.and_then(|names| places(&all, &names));
        let order = order.map_err(|reason| Error::Declaration { file: NIGHTLY.to_owned(), reason })?;
        Ok(Self { all, order, read_beside })
    }

    /// Every declared pipeline, by file name.
    pub fn all(&self) -> &[Pipeline] {
        &self.all
    }

    /// Data sets that a night reads beside those that its pipelines name.
    pub fn read_beside(&self) -> &[DataSet] {
        &self.read_beside
    }

    /// The pipelines of a night, in order.
    pub fn nightly(&self) -> Vec<Pipeline> {
        self.order.iter().map(|&index| self.all[index].clone()).collect()
    }
}

/// Refuses a name, or a staging table, that another declaration has. What is held is kept by staging table: two
/// pipelines of one table would each take the other's rows for what its own targets hold.
fn is_new(all: &[Pipeline], new: &Pipeline) -> Result<(), String> {
    let table = new.staging_table();
    if all.iter().any(|known| known.name() == new.name()) {
        return Err(format!("another file declares a pipeline `{}` too", new.name()));
    }
    match all.iter().find(|known| known.staging_table() == table) {
        Some(known) => Err(format!("pipeline `{}` has the staging table `{table}` already", known.name())),
        None => Ok(()),
    }
}

/// The places of the pipelines that a night takes, in its order.
fn places(all: &[Pipeline], names: &[String]) -> Result<Vec<usize>, String> {
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let found = all.iter().position(|pipeline| pipeline.name() == name);
        let place = found.ok_or_else(|| format!("it names `{name}`, which no file declares"))?;
        if places.contains(&place) {
            return Err(format!("it names `{name}` twice"));
        }
        places.push(place);
    }
    Ok(places)
}
