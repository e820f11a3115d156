//! What is accepted is accepted in the edition before, too, and does the same.

use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::process::Command;

#[cfg_attr(windows, ignore = "`src/bin` is a symbolic link")]
#[test]
fn programs() {
    // Cargo has built them into the folder above the one with this test.
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.ancestors().nth(2).expect("it is in a folder of the target folder");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let mut failed = Vec::new();
    for source in sources.read_dir().expect("the programs are linked here") {
        let path = source.expect("a readable entry").path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let output = Command::new(folder.join(format!("{name}{EXE_SUFFIX}"))).output();
        let output = output.unwrap_or_else(|error| panic!("{name} is not there: {error}"));
        if !output.status.success() {
            failed.push(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
