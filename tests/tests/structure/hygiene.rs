//! Constructs that would bypass the other checks, and access to the system from a macro.

use crate::paths::read;
use crate::workspace::{Source, sources, sources_in};

/// The modules of `std` that reach outside the process.
const SYSTEM: [&str; 4] = ["fs", "env", "net", "process"];
const READING_MACROS: [&str; 5] = ["env!", "option_env!", "include!", "include_str!", "include_bytes!"];
/// The most characters that the name of a test has.
const MAX_NAME: usize = 60;
const VAGUE: [&str; 8] = ["common", "core", "helper", "helpers", "manager", "misc", "util", "utils"];

/// It shares the application and the session with the tests of the page, in which it has no module.
const SCREENSHOTS: &str = "taskvisor-axum/examples/screenshots/main.rs";

/// A file that is not the module its path says: one that `include!` or a `path` attribute names.
fn misplaced(sources: &[Source]) -> Vec<String> {
    find(sources, |path| path == ["include!"] || path == ["#[path]"])
}

fn system_access(sources: &[Source]) -> Vec<String> {
    find(sources, |path| match path {
        [root, module, ..] => root == "std" && SYSTEM.contains(&module.as_str()),
        [name] => READING_MACROS.contains(&name.as_str()),
        [] => false,
    })
}

/// The tests whose names are too long to read in a report.
fn long_names(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let mut is_test = false;
        for line in source.text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(function) = line.trim_start_matches("async ").strip_prefix("fn ") {
                let name = function.split('(').next().unwrap_or_default();
                if is_test && name.len() > MAX_NAME {
                    found.push(format!("{}: {name}", source.path));
                }
                is_test = false;
            }
        }
    }
    found
}

/// The modules whose names say nothing about what they contain.
fn vague_modules(sources: &[Source]) -> Vec<String> {
    let is_vague = |source: &&Source| source.module().iter().any(|name| VAGUE.contains(&name.as_str()));
    sources.iter().filter(is_vague).map(|source| source.path.clone()).collect()
}

fn find(sources: &[Source], is_wrong: fn(&[String]) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let wrong = read(source).paths.into_iter().filter(|written| is_wrong(&written.path));
        found.extend(wrong.map(|written| format!("{}:{}", source.path, written.line)));
    }
    found
}

#[test]
fn the_path_of_each_file_says_its_module() {
    let (shared, sources): (Vec<_>, Vec<_>) =
        sources().into_iter().partition(|source| source.path == SCREENSHOTS);
    assert_eq!(misplaced(&sources), [""; 0]);
    assert_eq!(misplaced(&shared).len(), 2, "the application and the session");
}

#[test]
fn an_include_is_found() {
    let text = "// include!(\"b.rs\")\nfn a() { x(include != b) }\ninclude!(\"b.rs\");
        a!(b, std::include!(\"b.rs\"));";
    assert_eq!(misplaced(&[Source::sample("a.rs", text)]), ["a.rs:3", "a.rs:4"]);
}

#[test]
fn a_path_attribute_is_found() {
    let text = "#[path = \"b.rs\"] mod a;\n#[cfg_attr(test, path = \"c.rs\")] mod c;
        a! { b, #[path = \"d.rs\"] mod d; }\nconst X: [bool; 1] = [path == z];";
    assert_eq!(misplaced(&[Source::sample("a.rs", text)]), ["a.rs:1", "a.rs:2", "a.rs:3"]);
}

#[test]
fn the_name_of_a_test_has_at_most_60_characters() {
    assert_eq!(long_names(&sources()), [""; 0]);
}

#[test]
fn a_long_name_of_a_test_is_found() {
    let (short, long) = ("a".repeat(60), "b".repeat(61));
    let tests = |attribute: &str| format!("{attribute}\nasync fn {short}() {{}}\nfn {long}() {{}}\n");
    let text = tests("#[test]") + &tests("#[tokio::test(start_paused = true)]").replace(&short, &long);
    assert_eq!(long_names(&[Source::sample("a.rs", &text)]), [format!("a.rs: {long}")]);
}

#[test]
fn the_names_of_modules_say_what_they_contain() {
    assert_eq!(vague_modules(&sources()), [""; 0]);
}

#[test]
fn a_vague_name_of_a_module_is_found() {
    let sources = ["src/core.rs", "src/score.rs", "tests/src/util/a.rs"].map(|path| Source::sample(path, ""));
    assert_eq!(vague_modules(&sources), ["src/core.rs", "tests/src/util/a.rs"]);
}

#[test]
fn the_macros_reach_nothing_but_their_tokens() {
    let mut sources = sources_in("taskvisor-macros/src");
    sources.retain(|source| source.module().first().is_none_or(|top| top != "tests"));
    assert!(sources.len() > 30, "only {} sources", sources.len());
    assert_eq!(system_access(&sources), [""; 0]);
}

#[test]
fn system_access_from_a_macro_is_found() {
    let text = "// std::fs\nconst A: &str = \"std::env\";\nfn a() { std::fs::read(A); }
        use std::{fmt, net::TcpStream};\nconst B: &str = concat!(env!(\"B\"), 1);
        fn c() { quote!(std::env::args()) }";
    assert_eq!(system_access(&[Source::sample("a.rs", text)]), ["a.rs:3", "a.rs:4", "a.rs:5"]);
}
