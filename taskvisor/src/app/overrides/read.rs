//! Reads a file of overrides, in bounded time and memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::lines::Lines;
use super::origin::OverrideOrigin;
use super::problem::OverrideProblem;

/// The size of the largest file that is read: 1 MiB.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the text of the file.
pub(super) fn read(path: &Path) -> Result<String, OverrideProblem> {
    let origin = OverrideOrigin::file(path);
    let fail = |reason: String| OverrideProblem::new(origin.clone(), reason);
    let metadata = fs::metadata(path).map_err(|error| fail(describe(&error)))?;
    // To open a named pipe would block until something writes to it.
    if metadata.is_dir() {
        return Err(fail("is a folder, not a file".to_owned()));
    } else if !metadata.is_file() {
        return Err(fail("is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    // The limit counts what is read, not what the metadata say: the file may grow.
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| fail(describe(&error)))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fail("is larger than 1 MiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let (line, column) = Lines::new(&text).line_and_column(valid);
        let reason = "this byte is not UTF-8; save the file as UTF-8";
        OverrideProblem::new(origin.at_column(line, column), reason)
    })
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A file of its own for each test.
    fn write(name: &str, bytes: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("taskvisor-overrides-{}-{name}", std::process::id()));
        fs::write(&path, bytes).expect("the folder for temporary files accepts files");
        path
    }

    fn reason(path: &Path) -> String {
        read(path).expect_err("the file is refused").to_string().replace(&path.display().to_string(), "PATH")
    }

    #[test]
    fn a_file_is_read_up_to_one_mebibyte() {
        let path = write("size", &vec![b'#'; 1 << 20]);
        assert_eq!(read(&path).map(|text| text.len()), Ok(1 << 20));
        fs::write(&path, vec![b'#'; (1 << 20) + 1]).expect("the file was written before");
        assert_eq!(reason(&path), "PATH: is larger than 1 MiB");
        let _ = fs::remove_file(path);
    }

    #[test]
    fn the_first_byte_that_is_not_utf_8_has_a_line_and_column() {
        let path = write("utf-8", b"a = 1\nb = \"\xc3\xa4\xff\"");
        assert_eq!(reason(&path), "PATH:2:7: this byte is not UTF-8; save the file as UTF-8");
        let _ = fs::remove_file(path);
    }

    #[test]
    fn a_missing_file_and_a_folder_are_refused_with_the_path() {
        let folder = std::env::temp_dir();
        assert_eq!(reason(&folder), "PATH: is a folder, not a file");
        assert_eq!(reason(&folder.join("taskvisor-missing.toml")), "PATH: there is no such file");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_block_is_refused() {
        assert_eq!(reason(Path::new("/dev/null")), "PATH: is not a regular file");
    }
}
