//! The README agrees with the sources: its program, its figures, its tables of options, and its links.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const README: &str = include_str!("../../../README.md");
const BENCHMARKS: &str = include_str!("../../../BENCHMARKS.md");
const QUICKSTART: &str = include_str!("../../../examples/quickstart.rs");
const API: &str = concat!(
    include_str!("../../../taskvisor/src/macro_support/attributes.rs"),
    include_str!("../../../taskvisor/src/macro_support/main_attribute.rs"),
);

/// The rows of the costs: a row of the README, and the work and the system of its row in the benchmarks.
const COSTS: [[&str; 3]; 5] = [
    ["a task, from its creation to its outcome", "one by one", "taskvisor, #[task]"],
    ["a retry without backoff", "a failing task, no backoff", "taskvisor, #[task]"],
    [
        "a job that waits in one of 64 slots, to its value",
        "64 slots, queued, to outcome",
        "taskvisor, #[job]",
    ],
    ["a task whose events four subscribers receive", "4 subscribers, delivered", "taskvisor, TaskFn"],
    ["the shutdown of 10,000 tasks", "shutdown of 10,000 parked tasks", "taskvisor, TaskFn"],
];

/// The attributes, and the folders of their options.
const ATTRIBUTES: [(&str, &str); 4] =
    [("task", "task"), ("job", "job"), ("subscriber", "subscriber"), ("taskvisor::main", "entry")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// The options that an attribute accepts, except `crate`, which the README explains once for all attributes.
fn options(folder: &str) -> BTreeSet<String> {
    let source = root().join("taskvisor-macros/src").join(folder).join("options.rs");
    let source = fs::read_to_string(source).expect("a readable file");
    let (_, grammar) = source.split_once("options: &[").expect("a grammar");
    let (grammar, _) = grammar.split_once("],").expect("the end of the grammar");
    let options = grammar.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next());
    options.filter(|option| *option != "crate").map(ToOwned::to_owned).collect()
}

/// The words in backticks in the first column of a table, up to the first character that belongs to no name.
fn names(table: &str) -> BTreeSet<String> {
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let names =
        names.map(|name| name.chars().take_while(|&character| is_name(character)).collect::<String>());
    names.filter(|name| name != "crate").collect()
}

/// The two ratios of the row that begins with these cells.
fn ratios(text: &str, row: &str) -> Option<Vec<f64>> {
    let cells = text.lines().find_map(|line| line.strip_prefix(row))?.split('|');
    let numbers = cells.filter_map(|cell| cell.trim().trim_start_matches("× ").parse().ok());
    Some(numbers.collect())
}

/// The row of the benchmarks with this work and this system.
fn measured(work: &str, system: &str) -> Option<Vec<f64>> {
    let (_, tables) = BENCHMARKS.split_once("## The tables")?;
    let rows = tables.lines().skip_while(|line| !line.starts_with(&format!("| {work} |")));
    let row =
        rows.take_while(|line| line.starts_with('|')).find(|line| line.contains(&format!("| {system} |")))?;
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    Some(vec![cells[4].parse().ok()?, cells[7].parse().ok()?])
}

#[test]
fn the_program_of_the_readme_is_the_quickstart() {
    let (_, program) = QUICKSTART.split_once("\n\n").expect("a comment, then the program");
    assert!(README.contains(&format!("```rust,standalone_crate\n{program}```\n")));
}

#[test]
fn the_costs_in_the_readme_are_those_of_the_benchmarks() {
    for [row, work, system] in COSTS {
        let shown = ratios(README, &format!("| {row} |"));
        assert!(shown.is_some(), "no `{row}`");
        assert_eq!(shown, measured(work, system), "{row}");
    }
    assert_eq!(
        README.lines().filter(|line| line.starts_with('|') && line.contains("× ")).count(),
        COSTS.len()
    );
}

#[test]
fn the_tables_list_every_option_of_an_attribute() {
    for (attribute, folder) in ATTRIBUTES {
        let (_, table) = README.split_once(&format!("| `#[{attribute}(…)]` option |")).expect("a table");
        let (_, rows) = table.split_once("---|\n").expect("its rows");
        assert_eq!(names(rows), options(folder), "{attribute} in the README");
        let item = format!("pub use taskvisor_macros::{};", attribute.trim_start_matches("taskvisor::"));
        let (docs, _) = API.split_once(&item).expect("the item");
        let (_, docs) =
            docs.rsplit_once("| option | values | default |\n/// |---|---|---|\n").expect("a table");
        assert_eq!(names(&docs.replace("/// ", "")), options(folder), "{attribute} in its documentation");
    }
}

#[test]
fn the_links_of_the_readme_lead_to_files() {
    let targets = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    // The cookbook is written in a change of its own: its link counts once its folder exists.
    let is_due = |target: &str| !target.starts_with("docs/cookbook") || root().join("docs/cookbook").exists();
    let targets: Vec<_> = targets.filter(|target| !target.contains("://") && is_due(target)).collect();
    assert!(targets.len() >= 8, "{targets:?}");
    for target in targets {
        let file = target.split('#').next().unwrap_or(target);
        assert!(root().join(file).exists(), "no {target}");
    }
}
