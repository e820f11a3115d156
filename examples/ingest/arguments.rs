//! The command-line arguments.

use std::path::PathBuf;

use anyhow::bail;

const USAGE: &str = "usage: ingest [FOLDER] [--once]";

/// The folder to read, and whether to stop when it is empty.
pub(crate) struct Arguments {
    /// `None` reads a copy of the sample data.
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
        // No more files arrive in a new copy of the sample data.
        Ok(Self { once: once || folder.is_none(), folder })
    }
}
