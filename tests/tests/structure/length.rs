//! A file is short enough to be read in one go. The guide is 300 lines; this limit is above it, so that nothing is split only to
//! stay below.

use crate::workspace::{Source, sources};

const LIMIT: usize = 400;

fn too_long(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LIMIT)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect()
}

#[test]
fn no_file_has_more_than_400_lines() {
    let long = too_long(&sources());
    assert!(long.is_empty(), "over {LIMIT} lines:\n{}", long.join("\n"));
}

#[test]
fn a_file_of_401_lines_is_found_and_one_of_400_is_not() {
    let samples =
        [Source::sample("fits.rs", &"\n".repeat(400)), Source::sample("long.rs", &"\n".repeat(401))];
    assert_eq!(too_long(&samples), ["long.rs: 401 lines"]);
}
