//! Where an integration's things are: `<state>/<integration>/…`, readable by its owner only.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pipeline::PipelineSet;
use snapshot::Store;

use crate::arguments::Common;
use crate::exit::Usage;

/// The declarations that the program carries, so that it runs from any folder.
const BUILT_IN: [(&str, &str); 4] = [
    ("applications-without-sam.toml", include_str!("../../../pipelines/applications-without-sam.toml")),
    ("applications.toml", include_str!("../../../pipelines/applications.toml")),
    ("devices.toml", include_str!("../../../pipelines/devices.toml")),
    ("nightly.toml", include_str!("../../../pipelines/nightly.toml")),
];

/// The longest name of an integration: it is a folder's name.
const NAME_BYTES_MAX: usize = 63;

impl Common {
    /// The integration's folder, made where it is not there yet.
    pub(crate) fn folder(&self) -> Result<PathBuf> {
        let name = &self.integration;
        let is_plain = (1..=NAME_BYTES_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_plain {
            let reason = format!(
                "`{name}` is no integration's name: a to z, 0 to 9 and - only, at most {NAME_BYTES_MAX} of them"
            );
            return Err(Usage(reason).into());
        }
        let folder = self.state.join(name);
        make_private(&folder).with_context(|| format!("could not make the folder `{}`", folder.display()))?;
        Ok(folder)
    }

    /// The integration's snapshots.
    pub(crate) fn snapshots(&self) -> Result<Store> {
        Ok(Store::open(&self.folder()?.join("snapshots"))?)
    }

    /// The declarations: those of `--pipelines`, else of `./pipelines`, else the built-in ones.
    pub(crate) fn pipelines(&self) -> Result<PipelineSet, pipeline::Error> {
        let here = Path::new("pipelines");
        match &self.pipelines {
            Some(folder) => PipelineSet::read(folder),
            None if here.join("nightly.toml").is_file() => PipelineSet::read(here),
            None => built_in(),
        }
    }
}

/// The declarations that the program carries.
pub(crate) fn built_in() -> Result<PipelineSet, pipeline::Error> {
    PipelineSet::parse(&BUILT_IN.map(|(name, text)| (name.to_owned(), text.to_owned())))
}

/// Inventory is personal data: nobody else on the machine reads it.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
