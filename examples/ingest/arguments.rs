//! What the command line says.

use std::path::PathBuf;

use anyhow::bail;

const USAGE: &str = "usage: ingest [FOLDER] [--once]";

/// Which folder, and whether to end when it is empty.
pub(crate) struct Arguments {
    /// Without one, a copy of the sample data is read.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) once: bool,
}

impl Arguments {
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut folder, mut once) = (None, false);
        for word in words {
            match word.as_str() {
                "--once" => once = true,
                option if option.starts_with('-') => bail!("unknown option `{option}`; {USAGE}"),
                "" => bail!("the folder has no name; {USAGE}"),
                _ if folder.is_some() => bail!("more than one folder; {USAGE}"),
                _ => folder = Some(PathBuf::from(word)),
            }
        }
        // Nobody puts more files into a copy that was just made.
        Ok(Self { once: once || folder.is_none(), folder })
    }
}
