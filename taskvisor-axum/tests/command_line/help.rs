//! The help, and the section "Command line" of the README.

use std::collections::BTreeSet;

use crate::program::{command, finish};

fn help(arguments: &[&str]) -> String {
    finish(command(&[arguments, &["--help"]].concat())).expect_success()
}

/// The words of a text that begin a command or an option: those in backticks in the first column of a table.
fn documented() -> BTreeSet<String> {
    let readme = include_str!("../../README.md");
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("Command line"))
        .expect("a section `Command line`");
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(|command| command.split(['=', ' ']).next().unwrap_or_default().to_owned())
        .collect()
}

/// The commands and the options in the help of one command.
fn offered(help: &str) -> BTreeSet<String> {
    let indented = help.lines().filter_map(|line| line.strip_prefix("  ").map(str::trim_start));
    let options = indented
        .clone()
        .filter_map(|line| line.find("--").filter(|start| *start <= 4).map(|start| &line[start..]));
    let commands = help
        .split_once("\nCommands:\n")
        .map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or_default());
    let commands = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    options
        .chain(commands)
        .map(|line| line.trim_start().split([' ', '=']).next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_readme_lists_all_commands_and_options() {
    let mut all = offered(&help(&[]));
    assert!(all.contains("status") && all.contains("--url"), "{all:?}");
    for name in all.clone().iter().filter(|name| !name.starts_with("--") && *name != "help") {
        all.extend(offered(&help(&[name])));
    }
    for always in ["help", "--help", "--version"] {
        all.remove(always);
    }
    assert_eq!(all, documented());
}

#[test]
fn the_help_explains_the_exit_codes_and_the_variables() {
    let help = help(&[]);
    for text in [
        "3  The service is degraded",
        "[env: TASKVISOR_URL=",
        "[default: http://127.0.0.1:9900]",
        "TASKVISOR_TOKEN",
    ] {
        assert!(help.contains(text), "`{text}` is missing: {help}");
    }
}

#[test]
fn the_help_does_not_print_the_token() {
    let mut command = command(&["--help"]);
    command.env("TASKVISOR_TOKEN", "secret");
    assert!(!finish(command).expect_success().contains("secret"));
}

#[test]
fn the_version_is_that_of_the_crate() {
    let output = finish(command(&["--version"])).expect_success();
    assert_eq!(output, format!("taskvisor {}\n", env!("CARGO_PKG_VERSION")));
}
