//! Imports go one way: a file uses only what is declared above it.
//!
//! A module may use what its parent declares above it, what its own parents hold, and what is inside it. Nothing may
//! come through the re-exports of the root, or the order would mean nothing.

use crate::module::{File, Modules};
use crate::path::Written;
use crate::workspace::{Source, sources_in};

/// Stands outside the order: the loom models look at everything.
const OUTSIDE: &str = "models";

fn against_the_order(folder: &str, sources: &[Source]) -> Vec<String> {
    let modules = Modules::read(folder, sources);
    let mut wrong = Vec::new();
    for file in modules.files.iter().filter(|file| is_ordered(file)) {
        if !is_declared(&modules, file) {
            wrong.push(format!("{}: no file declares it", file.path));
        }
        for written in &file.content.written {
            if let Err(reason) = check(&modules, written) {
                wrong.push(format!("{}:{}: {reason}", file.path, written.line));
            }
        }
    }
    wrong
}

fn is_ordered(file: &File) -> bool {
    file.module.first().is_some_and(|top| top != OUTSIDE)
}

fn is_declared(modules: &Modules, file: &File) -> bool {
    file.module.split_last().is_some_and(|(name, parent)| modules.place(parent, name).is_some())
}

fn check(modules: &Modules, written: &Written) -> Result<(), String> {
    let path = written.to.join("::");
    let Some(target) = modules.target(&written.to) else {
        return Err(format!("`{path}` is at the root of the crate, which is above and below everything"));
    };
    let shared = target.iter().zip(&written.from).take_while(|(target, from)| target == from).count();
    let (Some(used), Some(user)) = (target.get(shared), written.from.get(shared)) else {
        return Ok(());
    };
    let parent = &target[..shared];
    if modules.place(parent, used) < modules.place(parent, user) {
        return Ok(());
    }
    Err(format!("`{path}` is in `{used}`, which is declared below `{user}`"))
}

#[test]
fn every_file_of_the_runtime_uses_only_what_is_declared_above_it() {
    let wrong = against_the_order("taskvisor/src", &sources_in("taskvisor/src"));
    assert!(wrong.is_empty(), "against the order of imports:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_of_the_macros_uses_only_what_is_declared_above_it() {
    let wrong = against_the_order("taskvisor-macros/src", &sources_in("taskvisor-macros/src"));
    assert!(wrong.is_empty(), "against the order of imports:\n{}", wrong.join("\n"));
}

/// The real files are read and not skipped: the actor's way to the cell is seen.
#[test]
fn the_paths_of_the_runtime_are_found() {
    let runtime = Modules::read("taskvisor/src", &sources_in("taskvisor/src"));
    let actor = runtime.files.iter().find(|file| file.path == "taskvisor/src/actor.rs").expect("the actor");
    let to_the_cell = actor.content.written.iter().filter_map(|written| runtime.target(&written.to));
    assert!(to_the_cell.into_iter().any(|target| target == ["cell"]));
    assert!(runtime.place(&[], "cell") < runtime.place(&[], "actor"));
}

/// The complaints about a crate of two folders whose root is in order, after one file is added to it.
fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut sources = vec![
        Source::sample(
            "src/lib.rs",
            "mod low; mod mid; mod high; mod models; pub use high::Top; pub use other::Out;",
        ),
        Source::sample("src/low.rs", "pub(crate) struct Low;"),
        Source::sample("src/mid/mod.rs", "mod first; mod second; use crate::low::Low; struct Mid;"),
        Source::sample("src/mid/first.rs", "use super::Mid;"),
        Source::sample("src/mid/second.rs", "use super::first; use crate::{low::Low, mid::Mid};"),
        Source::sample("src/high.rs", "use crate::mid::{self, Mid}; mod tests { use super::*; }"),
        Source::sample("src/models/mod.rs", "use crate::high::Top;"),
    ];
    assert_eq!(against_the_order("src", &sources), [""; 0]);
    sources.retain(|source| source.path != path);
    sources.push(Source::sample(path, text));
    against_the_order("src", &sources)
}

#[test]
fn a_use_of_what_is_declared_below_is_found() {
    let expected = ["src/low.rs:2: `mid::Mid` is in `mid`, which is declared below `low`"];
    assert_eq!(complaints("src/low.rs", "\nfn low(mid: crate::mid::Mid) {}"), expected);
    assert_eq!(complaints("src/low.rs", "\nuse super::mid::Mid;"), expected);
    assert_eq!(complaints("src/low.rs", "use crate::{low::Low,\n    mid::Mid};").len(), 1);
    assert_eq!(complaints("src/low.rs", "mod tests { use super::super::mid::Mid; }").len(), 1);
}

#[test]
fn a_sibling_declared_below_is_found() {
    let expected = ["src/mid/first.rs:1: `mid::second::S` is in `second`, which is declared below `first`"];
    assert_eq!(complaints("src/mid/first.rs", "use super::second::S;"), expected);
    assert_eq!(complaints("src/mid/first.rs", "use crate::mid::second::S;"), expected);
}

#[test]
fn a_child_that_uses_what_is_below_its_folder_is_found() {
    let expected = ["src/mid/first.rs:1: `high` is in `high`, which is declared below `mid`"];
    assert_eq!(complaints("src/mid/first.rs", "use super::super::high;"), expected);
}

#[test]
fn a_re_export_of_the_root_counts_as_where_it_comes_from() {
    let expected = ["src/low.rs:1: `Top` is in `high`, which is declared below `low`"];
    assert_eq!(complaints("src/low.rs", "use crate::Top;"), expected);
}

#[test]
fn a_path_that_ends_at_the_root_is_found() {
    for text in ["use super::*;", "use crate::*;", "use crate::Out;", "use crate::nothing;"] {
        assert_eq!(complaints("src/high.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_file_that_nobody_declares_is_found() {
    assert_eq!(complaints("src/stray.rs", ""), ["src/stray.rs: no file declares it"]);
}
