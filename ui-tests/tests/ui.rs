//! The exact compiler messages for mistakes in the attributes, and programs that must compile and run.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` rewrites the messages. Review the diff as a user would.
//!
//! Messages differ between compiler versions, so they are compared on Rust 1.95 only. Another compiler skips `mistakes` and
//! prints a warning; `cargo test -p ui-tests --test ui -- --ignored` compares them anyway. All other tests run on any compiler.

use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::process::Command;

#[rustversion::attr(not(stable(1.95)), ignore = "the messages are those of Rust 1.95")]
#[test]
fn mistakes() {
    trybuild::TestCases::new().compile_fail("tests/fail/**/*.rs");
}

/// Its name and its output tell the user of another compiler what did not run.
#[rustversion::not(stable(1.95))]
#[test]
fn warning_mistakes_are_skipped_because_this_is_not_rust_1_95() {
    let warning = "\nwarning: the messages of the programs in `ui-tests/tests/fail` were NOT compared: \
        they are those of Rust 1.95, and this is another compiler\n\n";
    // A passing test's output is hidden if a macro prints it, but not if it is written to the stream.
    std::io::Write::write_all(&mut std::io::stderr(), warning.as_bytes()).expect("stderr is open");
}

/// They are the examples of this package, so that clippy sees them too; cargo has built them for the whole package, in the
/// folder beside the one with this test, but not for this test alone.
#[cfg_attr(windows, ignore = "`examples` is a symbolic link")]
#[test]
fn programs() {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.ancestors().nth(2).expect("it is in a folder of the target folder").join("examples");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pass");
    let mut failed = Vec::new();
    for source in sources.read_dir().expect("the programs are there") {
        let path = source.expect("a readable entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let output = Command::new(folder.join(format!("{name}{EXE_SUFFIX}"))).output();
        let output =
            output.unwrap_or_else(|error| panic!("{name}: {error}; build it by `cargo test -p ui-tests`"));
        if !output.status.success() {
            failed.push(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
