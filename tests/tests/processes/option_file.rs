//! A file of options that only one test uses.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

pub(crate) struct OptionFile(PathBuf);

impl OptionFile {
    /// Writes the text to a file of this name, which no other test may use.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let file = Self(env::temp_dir().join(format!("taskvisor-{}-{name}.toml", process::id())));
        file.write(text);
        file
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("the path is UTF-8")
    }

    /// Replaces the file as a whole, so that a reload never reads half of it.
    pub(crate) fn write(&self, text: &str) {
        let new = self.0.with_extension("new");
        fs::write(&new, text).expect("the folder for temporary files accepts files");
        fs::rename(&new, &self.0).expect("it is the same folder");
    }

    pub(crate) fn remove(&self) {
        fs::remove_file(&self.0).expect("it was written");
    }

    /// Replaces the path in a text.
    pub(crate) fn anonymize(&self, text: &str) -> String {
        text.replace(self.path(), "FILE")
    }
}

impl Drop for OptionFile {
    fn drop(&mut self) {
        // The test may have removed it.
        let _ = fs::remove_file(&self.0);
    }
}
