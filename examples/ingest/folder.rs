//! The folder in which files arrive, and where they go from there.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, ensure};

/// Where files go that were read.
pub(crate) const DONE: &str = "done";

/// Where files go that are not as they should be.
pub(crate) const REJECTED: &str = "rejected";

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ingest");

/// A folder with `done/` and `rejected/` in it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn open(path: PathBuf) -> anyhow::Result<Self> {
        let shown = path.display();
        let metadata = fs::metadata(&path).with_context(|| format!("cannot read `{shown}`"))?;
        ensure!(metadata.is_dir(), "`{shown}` is not a folder");
        for name in [DONE, REJECTED] {
            let inner = path.join(name);
            fs::create_dir_all(&inner).with_context(|| format!("cannot make `{}`", inner.display()))?;
        }
        Ok(Self(path))
    }

    /// A copy of the sample data in a temporary folder, which stays there to be looked at.
    pub(crate) fn sample() -> anyhow::Result<Self> {
        let path = temporary_folder().context("cannot make a temporary folder")?;
        for entry in fs::read_dir(SAMPLE).with_context(|| format!("cannot read `{SAMPLE}`"))? {
            let entry = entry?;
            fs::copy(entry.path(), path.join(entry.file_name())).context("cannot copy the sample data")?;
        }
        println!("a copy of the sample data is in {}", path.display());
        Self::open(path)
    }

    /// The names of the files to read, in order: all that end in `.csv` and do not begin with a dot.
    ///
    /// Whoever writes a file elsewhere, or under another ending, and renames it when it is complete, has it read whole.
    pub(crate) async fn files(&self) -> anyhow::Result<Vec<String>> {
        let shown = self.0.display();
        let mut entries =
            tokio::fs::read_dir(&self.0).await.with_context(|| format!("cannot read `{shown}`"))?;
        let mut names = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.ends_with(".csv") && !name.starts_with('.') && !entry.file_type().await?.is_dir() {
                names.push(name);
            }
        }
        // Without the ending, or `acme-2026-11-01-2.csv` would come before `acme-2026-11-01.csv`.
        names.sort_unstable_by(|one, other| stem(one).cmp(stem(other)));
        Ok(names)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Moves a file to `done/` or `rejected/`. What is there already stays: then the new one gets a number.
    pub(crate) async fn move_to(&self, inner: &str, file: &str) -> anyhow::Result<()> {
        let inner = self.0.join(inner);
        let mut target = inner.join(file);
        let mut number = 1;
        while tokio::fs::try_exists(&target).await? {
            number += 1;
            target = inner.join(format!("{}.{number}.csv", stem(file)));
        }
        let moved = tokio::fs::rename(self.path(file), &target).await;
        moved.with_context(|| format!("cannot move `{file}` to `{}`", inner.display()))
    }
}

/// Whose file it is: what stands before the first date, such as `acme` in `acme-2026-11-01.csv`.
pub(crate) fn customer_of(file: &str) -> Option<&str> {
    const DATE: &[u8] = b"-0000-00-00";
    let is_date = |part: &[u8]| {
        let mut pairs = part.iter().zip(DATE);
        pairs.all(|(byte, shape)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape })
    };
    let end = file.as_bytes().windows(DATE.len()).position(is_date)?;
    (end > 0).then(|| &file[..end])
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".csv").unwrap_or(file)
}

/// A new folder under a name that is free.
fn temporary_folder() -> std::io::Result<PathBuf> {
    let parent = std::env::temp_dir();
    let mut number = 1;
    loop {
        let path = Path::new(&parent).join(format!("ingest-{}-{number}", process::id()));
        match fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| path),
        }
    }
}
