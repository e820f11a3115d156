//! The source files of the workspace.

use std::collections::BTreeMap;
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

    /// The path below the folder `src`, or below that of the program in `src/bin` to which the file belongs.
    pub(crate) fn path_in_src(&self) -> &str {
        let path = self.path.split_once("src/").map_or(&*self.path, |(_, path)| path);
        let program = path.strip_prefix("bin/").and_then(|path| path.split_once('/'));
        program.map_or(path, |(_, path)| path)
    }

    /// Whether it is the root of its crate.
    pub(crate) fn is_root(&self) -> bool {
        ["lib.rs", "main.rs"].contains(&self.path_in_src())
    }

    /// The module path of the file; empty for the root.
    pub(crate) fn module(&self) -> Vec<String> {
        if self.is_root() {
            return Vec::new();
        }
        let path = self.path_in_src().trim_end_matches(".rs");
        let path = path.strip_suffix("/mod").unwrap_or(path);
        path.split('/').map(ToOwned::to_owned).collect()
    }
}

/// The folders of the published packages.
const PUBLISHED: [&str; 3] = ["taskvisor", "taskvisor-macros", "taskvisor-axum"];

/// The other members with sources to check. Not `ui-tests`, which contains code that must not compile.
const UNPUBLISHED: [&str; 2] = ["tests", "examples"];

/// The sources of each published crate: libraries and programs.
pub(crate) fn crates() -> Vec<Vec<Source>> {
    let mut crates = Vec::new();
    for package in PUBLISHED {
        let (library, programs) = split_programs(sources_in(&format!("{package}/src")));
        crates.push(library);
        crates.extend(programs);
    }
    crates
}

/// Separates the files of a library from those of each program in its folder `bin`.
fn split_programs(sources: Vec<Source>) -> (Vec<Source>, Vec<Vec<Source>>) {
    let mut programs = BTreeMap::<String, Vec<Source>>::new();
    let mut library = Vec::new();
    for source in sources {
        let program = source.path.split_once("src/bin/").and_then(|(_, path)| path.split_once('/'));
        match program.map(|(name, _)| name.to_owned()) {
            Some(name) => programs.entry(name).or_default().push(source),
            None => library.push(source),
        }
    }
    (library, programs.into_values().collect())
}

/// Every source file of the members.
pub(crate) fn sources() -> Vec<Source> {
    PUBLISHED.into_iter().chain(UNPUBLISHED).flat_map(sources_in).collect()
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
        "taskvisor-axum/src/lib.rs",
        "taskvisor-axum/tests/http/main.rs",
        "tests/tests/structure/main.rs",
        "examples/supervisor.rs",
    ] {
        assert!(found.iter().any(|source| source.path == path), "{path} is missing");
    }
}

#[test]
fn a_program_is_a_crate_beside_its_library() {
    let paths = ["src/bin/a/b.rs", "src/bin/a/main.rs", "src/binary.rs", "src/lib.rs"];
    let (library, programs) = split_programs(paths.map(|path| Source::sample(path, "")).into());
    let modules =
        |sources: &[Source]| Vec::from_iter(sources.iter().map(|source| source.module().join("::")));
    assert_eq!(modules(&library), ["binary", ""]);
    assert_eq!(programs.iter().map(|program| modules(program)).collect::<Vec<_>>(), [["b", ""]]);
}

#[test]
fn the_program_of_the_dashboard_is_found() {
    let has =
        |path: &str| crates().iter().any(|sources| sources.iter().all(|one| one.path.starts_with(path)));
    assert!(has("taskvisor-axum/src/bin/taskvisor/"));
    assert_eq!(crates().len(), PUBLISHED.len() + 1);
}
