//! The rules, the programs that break them and the page that lists them agree. A broken rule gives exactly one error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../taskvisor/src/macro_support/when_it_does_not_compile.rs");

/// Programs with several mistakes, which belong to no single rule.
const SEVERAL: [&str; 3] = ["job-submitted-with-mistakes", "many-mistakes", "options-and-types"];

/// The rule that an attribute cannot check. The compiler reports its violation, at the whole attribute.
const THE_COMPILERS: &str = "signatures/in-an-impl";

/// The rule of a name that is used twice: the function clashes, and what is generated beside it.
const SAME_NAME: &str = "names/same-name";

/// The rule of a feature that these programs have. A unit test of the attributes breaks it.
const OF_A_MISSING_FEATURE: &str = "values/cron-without-feature";

struct Case {
    /// Its group and its name, as in `options/twice`.
    rule: String,
    program: PathBuf,
}

impl Case {
    fn message(&self) -> String {
        let message = self.program.with_extension("stderr");
        std::fs::read_to_string(&message).unwrap_or_else(|_| panic!("there is no {}", message.display()))
    }

    /// The first lines of the compiler's errors and warnings.
    fn reports(&self) -> usize {
        let message = self.message();
        message.lines().filter(|line| line.starts_with("error") || line.starts_with("warning")).count()
    }
}

/// All programs, sorted. A rule is a file in the folder of its group, or a folder of them.
fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail");
    let mut programs = Vec::new();
    collect(&root, &mut programs);
    programs.sort();
    let rule = |program: &Path| {
        let path = program.strip_prefix(&root).expect("it was found there").with_extension("");
        let parts: Vec<_> = path.iter().take(2).map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    programs.into_iter().map(|program| Case { rule: rule(&program), program }).collect()
}

fn collect(folder: &Path, programs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, programs);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            programs.push(path);
        } else {
            assert!(path.with_extension("rs").is_file(), "{} belongs to no program", path.display());
        }
    }
}

/// The rules that the page lists, each under the heading of its group.
fn listed() -> Vec<String> {
    let mut group = "";
    let mut rules = Vec::new();
    for line in PAGE.lines().filter_map(|line| line.strip_prefix("//! ")) {
        if let Some(heading) = line.strip_prefix("# ") {
            group = heading;
        } else if let Some((rule, _)) = line.strip_prefix("| `").and_then(|row| row.split_once('`')) {
            rules.push(format!("{group}/{rule}"));
        }
    }
    rules
}

#[test]
fn every_rule_is_listed_once_and_broken_by_a_program() {
    let broken: BTreeSet<String> = cases().into_iter().map(|case| case.rule).collect();
    let mut expected: Vec<String> =
        broken.into_iter().filter(|rule| !SEVERAL.contains(&rule.as_str())).collect();
    expected.push(OF_A_MISSING_FEATURE.to_owned());
    let mut listed = listed();
    expected.sort();
    listed.sort();
    assert_eq!(listed, expected);
}

/// Unless the compiler itself reports it: of its own error, an attribute can say nothing.
#[test]
fn a_message_names_the_rule_that_is_broken() {
    let of_the_compiler = |rule: &str| {
        let row = format!("//! | `{rule}` |");
        PAGE.lines().any(|line| line.starts_with(&row) && line.contains("an error of the compiler itself"))
    };
    for case in cases().into_iter().filter(|case| !SEVERAL.contains(&case.rule.as_str())) {
        let (_, rule) = case.rule.split_once('/').expect("a rule is in the folder of its group");
        let message = case.message();
        let named =
            message.lines().find(|line| line.contains("see `taskvisor::when_it_does_not_compile`, rule"));
        let is_named = named.is_some_and(|line| line.contains(&format!("`{rule}`")));
        assert_eq!(is_named, !of_the_compiler(rule), "{}: {message}", case.program.display());
    }
}

#[test]
fn a_rule_has_five_programs_at_most() {
    let mut programs: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        *programs.entry(case.rule).or_default() += 1;
    }
    programs.retain(|_, programs| *programs > 5);
    assert_eq!(programs, BTreeMap::new());
}

#[test]
fn one_mistake_is_one_error() {
    let wrong: Vec<_> = cases()
        .into_iter()
        .filter(|case| !SEVERAL.contains(&case.rule.as_str()))
        .filter(|case| case.reports() != 1 && !(case.rule == SAME_NAME && case.reports() == 2))
        .map(|case| case.program)
        .collect();
    assert_eq!(wrong, [""; 0].map(PathBuf::from));
}

#[test]
fn an_error_is_under_the_users_own_tokens() {
    for case in cases().into_iter().filter(|case| case.rule != THE_COMPILERS) {
        let message = case.message();
        let place =
            message.lines().find_map(|line| line.trim_start().strip_prefix("--> ")).unwrap_or_default();
        let program = case.program.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("it is in the package");
        assert!(place.starts_with(&*program.to_string_lossy()), "{}: {place}", case.rule);
        let underlined =
            underlined(&message).unwrap_or_else(|| panic!("{}: nothing is underlined", case.rule));
        assert!(!underlined.starts_with("#[taskvisor"), "{}: all of the attribute is blamed", case.rule);
    }
}

/// The rest of the first line of source from where it is underlined.
fn underlined(message: &str) -> Option<&str> {
    let lines: Vec<&str> = message.lines().collect();
    let under = lines.iter().position(|line| line.contains('^'))?;
    let source = lines[..under].iter().rev().find(|line| line.trim_start().starts_with(char::is_numeric))?;
    source.get(lines[under].find('^')?..)
}

#[test]
fn many_mistakes_are_all_reported() {
    let several: Vec<Case> =
        cases().into_iter().filter(|case| SEVERAL.contains(&case.rule.as_str())).collect();
    let reports: Vec<usize> = several.iter().map(Case::reports).collect();
    assert_eq!(reports, [2, 14, 24]);
}
