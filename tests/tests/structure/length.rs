//! A file is short enough to be read in one go.

use crate::workspace::{Source, sources};

const LIMIT: usize = 300;

fn too_long(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LIMIT)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect()
}

#[test]
fn no_file_has_more_than_300_lines() {
    let long = too_long(&sources());
    assert!(long.is_empty(), "over {LIMIT} lines:\n{}", long.join("\n"));
}

#[test]
fn a_file_of_301_lines_is_found_and_one_of_300_is_not() {
    let samples =
        [Source::sample("fits.rs", &"\n".repeat(300)), Source::sample("long.rs", &"\n".repeat(301))];
    assert_eq!(too_long(&samples), ["long.rs: 301 lines"]);
}
