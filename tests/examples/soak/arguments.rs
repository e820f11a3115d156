//! The arguments of the command line.

use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

const USAGE: &str = "usage: soak [--for TIME] [--threads NUMBER]";

pub(crate) struct Arguments {
    /// How long the load lasts.
    pub(crate) limit: Duration,
    /// The number of worker threads.
    pub(crate) threads: usize,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut limit = Duration::from_secs(10);
        // At least two, so that threads can race; not too many, so that reports can be compared.
        let mut threads = available_parallelism().map_or(2, usize::from).clamp(2, 4);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--for" => {
                    let time = words.next().context("`--for` needs a time, such as `60s`")?;
                    limit = humantime::parse_duration(&time).with_context(|| format!("`--for {time}`"))?;
                }
                "--threads" => {
                    let number = words.next().context("`--threads` needs a number, such as `8`")?;
                    threads = number.parse().with_context(|| format!("`--threads {number}`"))?;
                }
                _ => bail!("unknown argument `{word}`; {USAGE}"),
            }
        }
        ensure!(limit >= Duration::from_secs(1), "less than a second shows nothing; {USAGE}");
        ensure!(threads > 0, "at least one thread must run; {USAGE}");
        Ok(Self { limit, threads })
    }
}
