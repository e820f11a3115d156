//! Reads the options that environment variables set.

use std::ffi::{OsStr, OsString};

use super::listed::listed;
use super::merged::{Override, Overrides};
use super::names::DeclaredNames;
use super::options::{KnownOptions, known_option};
use super::origin::OverrideOrigin;
use super::section::Section;
use super::toml_value::value_of_text;
use super::variable::{VariableName, name_in_variables, upper};
use crate::policy::options::OptionValue;

/// Adds the options that the variables set, over those of the file.
///
/// An unknown *option* is a problem. An unknown *name* is a note, for tasks, jobs and subscribers alike: services that share
/// their variables declare different ones.
pub(super) fn add_variables(
    overrides: &mut Overrides,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    names: &DeclaredNames,
    known: KnownOptions,
) {
    for (variable, value) in variables {
        // A name that is not UTF-8 has a character that no declared name has in its place.
        let variable = variable.to_string_lossy();
        let Some(parsed) = VariableName::parse(&variable) else { continue };
        let origin = OverrideOrigin::variable(&variable);
        let found = parsed.map_err(Found::Problem).and_then(|name| {
            let declared =
                name.name.map(|written| declared_name(name.section, written, names)).transpose()?;
            let option = option_of_variable(&name, known).map_err(Found::Problem)?;
            let value = read_value(&value).map_err(Found::Problem)?;
            Ok((name.section, declared, option, value))
        });
        match found {
            Ok((section, declared, option, value)) => {
                overrides.insert(section, declared, option, Override { value, origin });
            }
            Err(Found::Problem(reason)) => overrides.report(origin, reason),
            Err(Found::Note(reason)) => overrides.note(origin, reason),
        }
    }
}

/// Why a variable sets nothing.
enum Found {
    Problem(String),
    Note(String),
}

/// The declared name that a variable writes as `written`.
fn declared_name<'a>(section: Section, written: &str, names: &'a DeclaredNames) -> Result<&'a str, Found> {
    let mut declared: Vec<&str> = names
        .of(section)
        .iter()
        .map(String::as_str)
        .filter(|name| name_in_variables(name) == written)
        .collect();
    declared.sort_unstable();
    declared.dedup();
    match declared.as_slice() {
        [] => Err(Found::Note(names.describe_unknown(section, written))),
        [name] if written.contains("__") => Err(Found::Problem(format!(
            "no variable can name the {section} `{name}`, which has two `_` in a row, the separator; write {} in the file",
            section.header(Some(name))
        ))),
        [name] => Ok(name),
        several => Err(Found::Problem(format!(
            "`{written}` stands for {}, which variables cannot tell apart; write {} in the file",
            listed(several.iter().copied()),
            section.header(several.first().copied())
        ))),
    }
}

fn option_of_variable(name: &VariableName<'_>, known: KnownOptions) -> Result<&'static str, String> {
    let options = known(name.section).iter().copied();
    if let Some(option) = options.into_iter().find(|option| upper(option) == name.option) {
        return Ok(option);
    }
    let header =
        if name.section.is_named() { format!("a {}", name.section) } else { name.section.header(None) };
    known_option(known, name.section, &header, &name.option.to_lowercase())
}

fn read_value(value: &OsStr) -> Result<OptionValue, String> {
    match value.to_str() {
        Some(value) => value_of_text(value),
        None => Err(format!("the value `{}` is not UTF-8", value.to_string_lossy())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::tests::known;
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn declared() -> DeclaredNames {
        DeclaredNames {
            tasks: names(&["poll/feed", "a-b", "a.b", "a_b", "init--db", "ping"]),
            jobs: names(&["sync_tenant"]),
            subscribers: names(&["audit", "audit"]),
        }
    }

    fn read(variables: &[(&str, &str)]) -> Overrides {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let mut overrides = Overrides::default();
        add_variables(&mut overrides, variables, &declared(), known);
        overrides
    }

    /// What one variable leads to, as text.
    fn problem(variable: &str, value: &str) -> String {
        let overrides = read(&[(variable, value)]);
        assert_eq!((overrides.problems().len(), overrides.notes().len()), (1, 0), "{overrides:?}");
        assert_eq!(overrides.iter().count(), 0);
        overrides.problems()[0].to_string().replace(variable, "VARIABLE")
    }

    #[test]
    fn variables_set_options_of_declared_names() {
        let overrides = read(&[
            ("PATH", "/bin"),
            ("TASKVISOR", "describe"),
            ("TASKVISOR_TASK_PORT", "tcp://10.0.0.1"),
            ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "2s"),
            ("TASKVISOR_JOB__SYNC_TENANT__MAX_CONCURRENT", "4"),
            ("TASKVISOR_SUBSCRIBER__AUDIT__CAPACITY", "16"),
            ("TASKVISOR_DEFAULTS__BACKOFF", "{ kind = \"exp\" }"),
            ("TASKVISOR_MAIN__GRACE", "40s"),
        ]);
        assert_eq!((overrides.problems(), overrides.notes()), (Vec::new(), Vec::new()));
        let line = |(section, name, option, value): (Section, Option<&str>, &str, &Override)| {
            format!("{} {option} = {}", section.header(name), value.value)
        };
        let expected = [
            "[defaults] backoff = { kind = \"exp\" }",
            "[task.\"poll/feed\"] timeout = 2s",
            "[job.sync_tenant] max_concurrent = 4",
            "[subscriber.audit] capacity = 16",
            "[main] grace = 40s",
        ];
        assert_eq!(overrides.iter().map(line).collect::<Vec<_>>(), expected);
        let timeout =
            &overrides.options(Section::Task, Some("poll/feed")).expect("it is overridden")["timeout"];
        assert_eq!(timeout.origin.to_string(), "TASKVISOR_TASK__POLL_FEED__TIMEOUT");
    }

    #[test]
    fn an_unknown_name_is_a_note() {
        for (variable, expected) in [
            ("TASKVISOR_TASK__POL_FEED__TIMEOUT", "unknown task `POL_FEED`; did you mean `poll/feed`?"),
            ("TASKVISOR_JOB__BILL__COLOR", "unknown job `BILL`; the application has `sync_tenant`"),
            ("TASKVISOR_SUBSCRIBER__X__CAPACITY", "unknown subscriber `X`; the application has `audit`"),
        ] {
            let overrides = read(&[(variable, "1")]);
            assert!(overrides.problems().is_empty());
            let notes: Vec<_> = overrides.notes().iter().map(ToString::to_string).collect();
            assert_eq!(notes, [format!("{variable}: {expected}")]);
        }
    }

    #[test]
    fn an_unknown_option_of_a_known_name_is_a_problem() {
        assert_eq!(
            problem("TASKVISOR_TASK__PING__TIMOUT", "1s"),
            "VARIABLE: a task has no option `timout`; did you mean `timeout`?"
        );
        assert_eq!(
            problem("TASKVISOR_MAIN__A__B", "1s"),
            "VARIABLE: [main] has no option `a__b`; its options are `grace`"
        );
    }

    #[test]
    fn names_that_collide_are_a_problem_once_used() {
        assert_eq!(
            problem("TASKVISOR_TASK__A_B__TIMEOUT", "1s"),
            "VARIABLE: `A_B` stands for `a-b`, `a.b` and `a_b`, which variables cannot tell apart; write [task.a-b] in the file"
        );
    }

    #[test]
    fn a_name_with_two_underscores_is_a_problem_once_used() {
        assert_eq!(
            problem("TASKVISOR_TASK__INIT__DB__TIMEOUT", "1s"),
            "VARIABLE: no variable can name the task `init--db`, which has two `_` in a row, the separator; \
             write [task.init--db] in the file"
        );
    }

    #[test]
    fn values_that_cannot_be_read_are_problems() {
        let error = problem("TASKVISOR_TASK__PING__BACKOFF", "{ kind = exp }");
        assert!(error.starts_with("VARIABLE: `{ kind = exp }` is not a value of TOML: "), "{error}");
        assert_eq!(
            problem("TASKVISOR_TASK__PING", "1s"),
            "VARIABLE: names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf_8_is_a_problem() {
        use std::os::unix::ffi::OsStringExt;

        let value = OsString::from_vec(vec![b'2', 0xff]);
        let mut overrides = Overrides::default();
        let variables = [("TASKVISOR_TASK__PING__TIMEOUT".into(), value.clone()), (value.clone(), value)];
        add_variables(&mut overrides, variables, &declared(), known);
        let problems: Vec<_> = overrides.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems, ["TASKVISOR_TASK__PING__TIMEOUT: the value `2\u{fffd}` is not UTF-8"]);
    }
}
