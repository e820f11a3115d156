//! The source files of the workspace.

use std::fs;
use std::path::Path;

/// One source file. The path is relative to the root of the workspace and uses `/`.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// A file that exists only in a test.
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The path below the folder `src`.
    pub(crate) fn path_in_src(&self) -> &str {
        self.path.split_once("src/").map_or(&self.path, |(_, path)| path)
    }

    /// The module path of the file; empty for `lib.rs`.
    pub(crate) fn module(&self) -> Vec<String> {
        let path = self.path_in_src().trim_end_matches(".rs");
        let path = path.strip_suffix("/mod").unwrap_or(path);
        path.split('/').filter(|name| *name != "lib").map(ToOwned::to_owned).collect()
    }
}

/// The sources of the two published crates.
pub(crate) const CRATES: [&str; 2] = ["taskvisor/src", "taskvisor-macros/src"];

/// Without `ui-tests`, which contains code that must not compile.
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
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, name: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry").path();
        let file = entry.file_name().and_then(|file| file.to_str()).expect("a name in UTF-8");
        let path = format!("{name}/{file}");
        if entry.is_dir() && file != "target" {
            collect(&entry, &path, found);
        } else if file.ends_with(".rs") {
            found.push(Source { path, text: fs::read_to_string(&entry).expect("a readable file") });
        }
    }
}

#[test]
fn the_sources_of_every_member_are_found() {
    let found = sources();
    for path in [
        "taskvisor/src/lib.rs",
        "taskvisor/src/event/mod.rs",
        "taskvisor-macros/src/lib.rs",
        "tests/tests/structure/main.rs",
        "examples/supervisor.rs",
    ] {
        assert!(found.iter().any(|source| source.path == path), "{path} is missing");
    }
}
