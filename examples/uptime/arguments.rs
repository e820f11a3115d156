//! The command-line arguments.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

const DEFAULT_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/targets.txt");

const USAGE: &str = "usage: uptime [FILE] [--for TIME]";

/// The file of targets, and the time after which to stop.
pub(crate) struct Arguments {
    pub(crate) file: PathBuf,
    pub(crate) limit: Option<Duration>,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut file, mut limit) = (None, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--for" => {
                    let time = words.next().context("`--for` needs a time, such as `5s`")?;
                    let time = humantime::parse_duration(&time).with_context(|| format!("`--for {time}`"))?;
                    limit = Some(time);
                }
                option if option.starts_with('-') => bail!("unknown option `{option}`; {USAGE}"),
                _ if file.is_some() => bail!("more than one file; {USAGE}"),
                _ => file = Some(PathBuf::from(word)),
            }
        }
        Ok(Self { file: file.unwrap_or_else(|| DEFAULT_FILE.into()), limit })
    }
}
