//! The folder in which files arrive, with its folders for processed files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, ensure};

/// The folder for files that were read.
pub(crate) const DONE: &str = "done";

/// The folder for malformed files.
pub(crate) const REJECTED: &str = "rejected";

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ingest");

/// A folder that contains the folders `done/` and `rejected/`.
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

    /// Copies the sample data to a temporary folder. The folder is not removed, so that its content can be inspected.
    pub(crate) fn sample() -> anyhow::Result<Self> {
        let path = temporary_folder().context("cannot make a temporary folder")?;
        for entry in fs::read_dir(SAMPLE).with_context(|| format!("cannot read `{SAMPLE}`"))? {
            let entry = entry?;
            fs::copy(entry.path(), path.join(entry.file_name())).context("cannot copy the sample data")?;
        }
        println!("a copy of the sample data is in {}", path.display());
        Self::open(path)
    }

    /// Returns the names of the files to read, in order: those that end in `.csv` and do not begin with a dot.
    ///
    /// A writer should create a file elsewhere or with another ending, and rename it when it is complete. Then it is
    /// never read in part.
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
        // Compare without the ending: otherwise `acme-2026-11-01-2.csv` would precede `acme-2026-11-01.csv`.
        names.sort_unstable_by(|one, other| stem(one).cmp(stem(other)));
        Ok(names)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Moves a file to `done/` or `rejected/`. It never overwrites a file: it adds a number to the name instead.
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

/// Returns the customer of a file: the text before the first date, such as `acme` in `acme-2026-11-01.csv`.
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

/// Creates a folder with a name that is not in use.
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
