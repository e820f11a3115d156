//! The programs of the workspace: cargo builds the examples of all packages into one folder, where the last one of a name wins.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the member is in the workspace").to_owned()
}

/// The names that two examples have.
fn repeated(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

/// The names in the sections `[[example]]` of a manifest.
fn declared(manifest: &str) -> Vec<String> {
    let sections = manifest.split("[[example]]").skip(1);
    let name = |section: &str| section.split('"').nth(1).map(str::to_owned);
    sections.filter_map(name).collect()
}

#[test]
fn no_two_examples_have_one_name() {
    let read = |path: &str| fs::read_to_string(workspace().join(path)).expect("it is readable");
    let mut names = declared(&read("tests/Cargo.toml"));
    names.extend(declared(&read("examples/Cargo.toml")));
    for folder in ["ui-tests/tests/pass", "taskvisor-axum/examples"] {
        let folder = fs::read_dir(workspace().join(folder)).expect("it is a folder");
        let files = folder.map(|file| file.expect("it is readable").file_name());
        let stem = |file: std::ffi::OsString| file.to_string_lossy().trim_end_matches(".rs").to_owned();
        names.extend(files.map(stem));
    }
    assert!(names.len() > 50 && names.iter().any(|name| name == "screenshots"), "the examples are found");
    assert_eq!(repeated(names), [""; 0]);
}

#[test]
fn a_repeated_name_is_found() {
    let manifest = "[[example]]\nname = \"a\"\npath = \"a.rs\"\n[[example]]\nname = \"b\"\n";
    assert_eq!(declared(manifest), ["a", "b"]);
    assert_eq!(repeated(declared(manifest).into_iter().chain(["a".to_owned()])), ["a"]);
}
