//! Merges a file and the environment over the declared names.

use std::ffi::OsString;
use std::path::Path;

use super::environment::add_variables;
use super::file::{FileSection, parse};
use super::merged::{Override, Overrides};
use super::names::DeclaredNames;
use super::options::{KnownOptions, known_option};
use super::origin::OverrideOrigin;
use super::read::read;

/// Reads the file, then the variables, which override it. Finds all problems at once.
///
/// Changes nothing: a reload resolves first, and keeps what it has if the result has a problem. The values are not parsed
/// yet.
pub(in crate::app) fn resolve(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    names: &DeclaredNames,
    known: KnownOptions,
) -> Overrides {
    let mut overrides = Overrides::default();
    if let Some(path) = file {
        match read(path) {
            Ok(text) => add_file(&mut overrides, &text, &OverrideOrigin::file(path), names, known),
            Err(problem) => overrides.report(problem.origin, problem.reason),
        }
    }
    add_variables(&mut overrides, variables, names, known);
    overrides
}

/// Adds the options of the text of a file.
fn add_file(
    overrides: &mut Overrides,
    text: &str,
    origin: &OverrideOrigin,
    names: &DeclaredNames,
    known: KnownOptions,
) {
    let (sections, problems) = parse(text, origin);
    for problem in problems {
        overrides.report(problem.origin, problem.reason);
    }
    for section in sections {
        match unknown_name(&section, names) {
            // Its options are not checked: they may be those of another kind of declaration.
            Some(reason) => overrides.report(section.origin, reason),
            None => add_section(overrides, section, known),
        }
    }
}

fn add_section(overrides: &mut Overrides, section: FileSection, known: KnownOptions) {
    let FileSection { section, name, entries, .. } = section;
    let header = section.header(name.as_deref());
    for entry in entries {
        match known_option(known, section, &header, &entry.key) {
            Ok(option) => {
                let value = Override { value: entry.value, origin: entry.origin };
                overrides.insert(section, name.as_deref(), option, value);
            }
            Err(reason) => overrides.report(entry.origin, reason),
        }
    }
}

/// The reason if the section names no declaration.
fn unknown_name(section: &FileSection, names: &DeclaredNames) -> Option<String> {
    let (kind, name) = (section.section, section.name.as_deref()?);
    if names.contains(kind, name) {
        return None;
    }
    // `[task.poll.feed]` is the table `feed` of the task `poll`.
    let dotted = section.entries.iter().map(|entry| format!("{name}.{}", entry.key));
    let meant = dotted.into_iter().find(|dotted| names.contains(kind, dotted));
    Some(match meant {
        Some(meant) => {
            format!(
                "unknown {kind} `{name}`; a name with a dot needs quotes: write {}",
                kind.header(Some(&meant))
            )
        }
        None => names.describe_unknown(kind, name),
    })
}

#[cfg(test)]
mod tests {
    use super::super::options::tests::known;
    use super::super::section::Section;
    use super::*;

    fn resolve_text(text: &str, variables: &[(&str, &str)]) -> Overrides {
        let names = DeclaredNames {
            tasks: ["poll_feed", "a.b"].map(str::to_owned).to_vec(),
            jobs: vec!["sync_tenant".to_owned()],
            subscribers: Vec::new(),
        };
        let mut overrides = Overrides::default();
        add_file(&mut overrides, text, &OverrideOrigin::file(Path::new("t.toml")), &names, known);
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        add_variables(&mut overrides, variables, &names, known);
        overrides
    }

    fn problems(overrides: &Overrides) -> Vec<String> {
        overrides.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_variable_overrides_the_file_option_by_option() {
        let text = "[task.poll_feed]\ntimeout = \"2s\"\nenabled = false\n";
        let overrides = resolve_text(text, &[("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "3s")]);
        assert_eq!(problems(&overrides), [""; 0]);
        let options = overrides.options(Section::Task, Some("poll_feed")).expect("it is overridden");
        let lines: Vec<_> = options
            .iter()
            .map(|(option, one)| format!("{option} = {} ({})", one.value, one.origin))
            .collect();
        assert_eq!(
            lines,
            ["enabled = false (t.toml:3)", "timeout = 3s (TASKVISOR_TASK__POLL_FEED__TIMEOUT)"]
        );
        assert_eq!(overrides.options(Section::Task, Some("a.b")), None);
        assert_eq!(overrides.options(Section::Main, None), None);
    }

    #[test]
    fn all_problems_are_found_at_once_in_order() {
        let text = r#"
[task.pol_feed]
color = 1
[task.poll_feed]
timout = "2s"
grace = "1s"
[widgets]
[task.a.b]
timeout = "1s"
[job.poll_feed]
[defaults]
timeout = 1979-05-27
"#;
        let variables = [("TASKVISOR_MAIN__GRACES", "1s"), ("TASKVISOR_JOB__SYNC_TENANT", "")];
        let expected = [
            "t.toml:2: unknown task `pol_feed`; did you mean `poll_feed`?",
            "t.toml:5: [task.poll_feed] has no option `timout`; did you mean `timeout`?",
            "t.toml:6: [task.poll_feed] has no option `grace`; write it below [main]",
            "t.toml:7: unknown section `widgets`; the sections are `defaults`, `task`, `job`, `subscriber` and `main`",
            "t.toml:8: unknown task `a`; a name with a dot needs quotes: write [task.\"a.b\"]",
            "t.toml:10: unknown job `poll_feed`; it is a task: write [task.poll_feed]",
            "t.toml:12: `timeout`: `1979-05-27` is a date, and no option has one; put a text in quotes",
            "TASKVISOR_JOB__SYNC_TENANT: names no option of a section; write `TASKVISOR_JOB__NAME__OPTION`",
            "TASKVISOR_MAIN__GRACES: [main] has no option `graces`; did you mean `grace`?",
        ];
        assert_eq!(problems(&resolve_text(text, &variables)), expected);
    }

    #[test]
    fn a_missing_file_does_not_hide_problems_of_variables() {
        let variables = [("TASKVISOR_MAIN__X".into(), "1".into())];
        let path = std::env::temp_dir().join("taskvisor-missing.toml");
        let overrides = resolve(Some(&path), variables, &DeclaredNames::default(), known);
        let expected = [
            format!("{}: there is no such file", path.display()),
            "TASKVISOR_MAIN__X: [main] has no option `x`; its options are `grace`".to_owned(),
        ];
        assert_eq!(problems(&overrides), expected);
        assert_eq!(problems(&resolve(None, [], &DeclaredNames::default(), known)), [""; 0]);
    }
}
