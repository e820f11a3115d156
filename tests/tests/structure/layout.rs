//! Folders and files: their number, their depth, their length, and one style of modules.

use std::collections::BTreeSet;

use crate::paths::read;
use crate::workspace::{Source, crates, sources};

const MAX_ROOT_ENTRIES: usize = 14;
const MAX_FOLDER_DEPTH: usize = 2;
/// The guide is 300 lines. The limit is higher, so that no file is split only to satisfy a test.
const MAX_LINES: usize = 400;

/// The files and folders at the root of a crate, if they are too many.
fn excess_root_entries(sources: &[Source]) -> Vec<String> {
    let entries = sources.iter().filter_map(|source| source.path_in_src().split('/').next());
    let entries: BTreeSet<_> = entries.map(ToOwned::to_owned).collect();
    if entries.len() > MAX_ROOT_ENTRIES { Vec::from_iter(entries) } else { Vec::new() }
}

fn too_deep(sources: &[Source]) -> Vec<String> {
    select(sources, |source| source.path_in_src().matches('/').count() > MAX_FOLDER_DEPTH)
}

fn too_long(sources: &[Source]) -> Vec<String> {
    select(sources, |source| source.text.lines().count() > MAX_LINES)
}

/// Files `foo.rs` beside a folder `foo`, where `foo/mod.rs` is the style.
fn beside_their_folder(sources: &[Source]) -> Vec<String> {
    select(sources, |source| {
        let folder = source.path.replace(".rs", "/");
        sources.iter().any(|other| other.path.starts_with(&folder))
    })
}

/// Files that the compiler never reads.
fn undeclared(sources: &[Source]) -> Vec<String> {
    let declared = sources.iter().flat_map(|source| read(source).modules);
    let declared: BTreeSet<_> = declared.map(|module| module.path).collect();
    select(sources, |source| !source.is_root() && !declared.contains(&source.module()))
}

fn select(sources: &[Source], is_wrong: impl Fn(&Source) -> bool) -> Vec<String> {
    sources.iter().filter(|source| is_wrong(source)).map(|source| source.path.clone()).collect()
}

fn in_crates(check: fn(&[Source]) -> Vec<String>) -> Vec<String> {
    crates().iter().flat_map(|sources| check(sources)).collect()
}

fn samples(paths: &[&str]) -> Vec<Source> {
    paths.iter().map(|path| Source::sample(path, "")).collect()
}

#[test]
fn the_root_of_a_crate_has_at_most_14_entries() {
    assert_eq!(in_crates(excess_root_entries), [""; 0]);
}

#[test]
fn a_root_with_15_entries_is_found() {
    let mut sources = samples(&["src/lib.rs", "src/m/mod.rs", "src/m/a.rs"]);
    sources.extend((1..13).map(|number| Source::sample(&format!("src/m{number}.rs"), "")));
    assert_eq!(excess_root_entries(&sources), [""; 0]);
    sources.push(Source::sample("src/m13.rs", ""));
    assert_eq!(excess_root_entries(&sources).len(), 15);
}

#[test]
fn folders_are_at_most_two_levels_deep() {
    assert_eq!(in_crates(too_deep), [""; 0]);
}

#[test]
fn a_folder_on_the_third_level_is_found() {
    assert_eq!(too_deep(&samples(&["src/a/b/c.rs", "src/a/b/c/d.rs"])), ["src/a/b/c/d.rs"]);
}

#[test]
fn no_file_has_more_than_400_lines() {
    assert_eq!(too_long(&sources()), [""; 0]);
}

#[test]
fn a_file_of_401_lines_is_found() {
    let sources = [400, 401].map(|lines| Source::sample(&format!("{lines}.rs"), &"\n".repeat(lines)));
    assert_eq!(too_long(&sources), ["401.rs"]);
}

#[test]
fn modules_with_children_are_mod_rs_files() {
    assert_eq!(in_crates(beside_their_folder), [""; 0]);
}

#[test]
fn a_file_beside_its_folder_is_found() {
    let sources = samples(&["src/a.rs", "src/a/b.rs", "src/ab.rs", "src/c/mod.rs", "src/c/d.rs"]);
    assert_eq!(beside_their_folder(&sources), ["src/a.rs"]);
}

#[test]
fn every_file_is_declared_by_its_parent_module() {
    assert_eq!(in_crates(undeclared), [""; 0]);
}

#[test]
fn an_undeclared_file_is_found() {
    let mut sources = samples(&["src/a/b.rs", "src/a/c.rs", "src/b.rs"]);
    sources.push(Source::sample("src/a/mod.rs", "mod b;"));
    sources.push(Source::sample("src/lib.rs", "mod a; // mod b;"));
    assert_eq!(undeclared(&sources), ["src/a/c.rs", "src/b.rs"]);
}

/// The crate of the attributes exports nothing, and both crates parse cron expressions.
#[test]
fn both_crates_have_the_same_cron_expressions() {
    let sources = sources();
    let text = |path: &str| &sources.iter().find(|source| source.path == path).expect("it exists").text;
    let copies =
        ["taskvisor/src/policy/cron_expression.rs", "taskvisor-macros/src/attr/schedule/cron_expression.rs"];
    assert!(text(copies[0]) == text(copies[1]), "copy {} to {}", copies[0], copies[1]);
}
