//! The source files of the workspace.

use std::fs;
use std::path::Path;

/// One source file; the path is relative to the root of the workspace, with `/`.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// A file that is nowhere, to try a check on.
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// Not `ui-tests`, whose files are wrong on purpose.
const MEMBERS: [&str; 4] = ["taskvisor", "taskvisor-macros", "tests", "examples"];

/// Every source file of the members.
pub(crate) fn sources() -> Vec<Source> {
    MEMBERS.into_iter().flat_map(sources_in).collect()
}

/// Every source file in a folder of the workspace.
pub(crate) fn sources_in(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the member is in the workspace");
    let mut found = Vec::new();
    collect(&root.join(folder), folder, &mut found);
    assert!(!found.is_empty(), "no source in `{folder}`");
    found
}

fn collect(folder: &Path, name: &str, found: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    entries.sort();
    for entry in entries {
        let file = entry.file_name().and_then(|file| file.to_str()).expect("a name in UTF-8");
        let path = format!("{name}/{file}");
        if entry.is_dir() && file != "target" {
            collect(&entry, &path, found);
        } else if file.ends_with(".rs") {
            let text = fs::read_to_string(&entry).unwrap_or_else(|error| panic!("{path}: {error}"));
            found.push(Source { path, text });
        }
    }
}

#[test]
fn the_sources_of_every_member_are_found() {
    let found = sources();
    for path in [
        "taskvisor/src/lib.rs",
        "taskvisor/src/events/kind.rs",
        "taskvisor-macros/src/lib.rs",
        "tests/tests/structure/main.rs",
        "examples/supervisor.rs",
    ] {
        assert!(found.iter().any(|source| source.path == path), "{path} is missing");
    }
}
