//! `TASKVISOR=describe`: an application prints what it declares, and does nothing else.
//!
//! The output of each example is in the folder `described`. `BLESS=1 cargo test -p tests --test processes describe` rewrites it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::process::{Ended, Process};
use super::program;

const FORMS: [(&str, &str); 3] = [("describe", "txt"), ("describe=json", "json"), ("describe=dot", "dot")];

/// What stands for a date in the files.
const DATE: &str = "2000-01-01T00:00:00+00:00";

fn describe(name: &str, form: &str) -> Ended {
    Process::start_with_variables(name, &[("TASKVISOR", form)]).end()
}

fn described(name: &str, form: &str) -> String {
    let ended = describe(name, form);
    ended.expect_code(0);
    assert_eq!(ended.stderr, "", "{name}");
    ended.stdout
}

/// The examples with a `#[taskvisor::main]`.
fn examples() -> Vec<String> {
    let folder = program::workspace().join("examples");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let source = if path.is_dir() { path.join("main.rs") } else { path.clone() };
        let is_application = source.extension().is_some_and(|extension| extension == "rs")
            && fs::read_to_string(&source).is_ok_and(|text| text.contains("\n#[taskvisor::main"));
        if is_application {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
            names.push(name.to_owned());
        }
    }
    names.sort();
    names
}

fn file(name: &str, extension: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes/described");
    folder.join(format!("{name}.{extension}"))
}

/// Replaces the dates, which depend on the time of the test.
fn without_dates(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let taken = match rest.get(..DATE.len()) {
            Some(candidate) if is_date(candidate) => {
                masked.push_str("DATE");
                DATE.len()
            }
            _ => {
                masked.push(character);
                character.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    masked
}

fn is_date(text: &str) -> bool {
    text.chars().zip(DATE.chars()).all(|(character, of_date)| match of_date {
        digit if digit.is_ascii_digit() => character.is_ascii_digit(),
        '+' => character == '+' || character == '-',
        other => character == other,
    })
}

/// The names of the declarations of one kind.
fn names(application: &Value, kind: &str) -> Vec<String> {
    let declarations = application[kind].as_array().expect("a list");
    declarations.iter().map(|one| one["name"].as_str().expect("a text").to_owned()).collect()
}

fn declaration<'a>(application: &'a Value, kind: &str, name: &str) -> &'a Value {
    let declarations = application[kind].as_array().expect("a list");
    declarations.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}: {application}"))
}

#[test]
fn every_example_is_described_as_its_files_say() {
    let examples = examples();
    assert!(examples.len() >= 10, "{examples:?}");
    for name in examples {
        for (form, extension) in FORMS {
            let output = without_dates(&described(&name, form));
            let path = file(&name, extension);
            if env::var_os("BLESS").is_some() {
                fs::write(&path, &output).expect("the file can be written");
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(output, expected, "`{form}` of {name}; rewrite the files with BLESS=1");
        }
    }
}

#[test]
fn the_json_of_every_example_names_all_that_the_text_does() {
    for name in examples() {
        let (text, json) = (described(&name, "describe"), described(&name, "describe=json"));
        let application: Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!((&application["version"], &application["name"]), (&Value::from(1), &Value::from(&*name)));
        for kind in ["tasks", "jobs", "subscribers"] {
            let names = names(&application, kind);
            assert_eq!(text.contains(&format!("\n{kind} ({})\n", names.len())), !names.is_empty(), "{text}");
            for declared in names {
                let heading = format!("\n  {declared}");
                assert!(text.contains(&heading), "no `{declared}` in the text of {name}:\n{text}");
            }
        }
    }
}

#[test]
fn the_json_has_schedules_dependencies_and_origins() {
    let pipeline: Value = serde_json::from_str(&described("pipeline", "describe=json")).expect("it is JSON");
    let invoices = declaration(&pipeline, "tasks", "invoices");
    assert_eq!(invoices["needs"], Value::from(vec!["db", "token"]));
    let options = invoices["options"].as_array().expect("a list");
    let option = |name| options.iter().find(|option| option["name"] == name).expect("an option");
    assert_eq!(option("interrupt_on_loss")["value"], "500ms");
    assert_eq!(option("interrupt_on_loss")["origin"]["kind"], "attribute");
    assert_eq!(option("interrupt_on_loss")["origin"]["file"], "examples/pipeline.rs");
    assert_eq!(option("timeout")["origin"]["kind"], "default");
    let token = declaration(&pipeline, "tasks", "token");
    assert_eq!(token["schedule"]["next"], Value::from(vec!["0s", "10m", "20m"]));
    let workers: Value = serde_json::from_str(&described("workers", "describe=json")).expect("it is JSON");
    assert_eq!(declaration(&workers, "jobs", "export")["slot"], "tenant-{tenant}");
    assert_eq!(declaration(&workers, "tasks", "pack")["instances"], 4);
}

#[test]
fn the_graph_in_the_readme_is_that_of_the_pipeline() {
    let graph = fs::read_to_string(file("pipeline", "dot")).expect("a readable file");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&format!("```dot\n{graph}```\n")), "the README lacks this graph:\n{graph}");
}

#[test]
fn the_setup_does_not_run_and_its_changes_are_not_shown() {
    // The note on its stderr is about a job that the setup disables.
    let ended = describe("tuned", "describe");
    ended.expect_code(0);
    let text = ended.stdout;
    assert!(!text.contains("found: "), "the setup ran:\n{text}");
    let first = text.lines().next().expect("a line");
    assert!(first.starts_with("tuned (tests/tests/processes/fixtures/tuned.rs:"), "{first}");
    assert!(first.contains("`app.tune`, `app.disable`") && first.ends_with("are not shown"), "{first}");
    assert!(text.contains("\n    timeout = 1h (attribute)\n"), "{text}");
    assert!(
        text.contains("\n  unwanted (") && text.contains("\n    admission = drop-if-running (attribute)\n")
    );
}

#[test]
fn what_only_the_setup_provides_is_no_problem() {
    // States, and a task to run.
    described("missing_states", "describe");
    let text = described("jobs_only", "describe");
    assert!(!text.contains("\ntasks ("), "{text}");
}

#[test]
fn problems_without_the_setup_are_printed_to_stderr_only() {
    for (form, _) in FORMS {
        let ended = describe("misdeclared", form);
        ended.expect_code(1);
        assert_eq!(ended.stdout, "");
        for problem in
            ["more than one task is named `sweep`", "task `serve`: the parameter `Ready` has no effect"]
        {
            ended.expect_stderr(problem);
        }
        let end = "error: the application does not start: 2 problems\n";
        assert!(ended.stderr.ends_with(end), "{}", ended.stderr);
    }
}

#[test]
fn wrong_dependencies_are_found_without_the_setup() {
    let ended = describe("wrong_dependencies", "describe=dot");
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr(
        "these tasks wait for each other, and none could ever start: `chicken` waits for `egg`",
    );
    ended.expect_stderr("it depends on `db` twice");
    assert!(!ended.stderr.contains("disabled"), "{}", ended.stderr);
}

#[test]
fn an_unknown_value_says_which_are_possible() {
    for value in ["describe=xml", "Describe", " "] {
        let ended = describe("tuned", value);
        ended.expect_code(1);
        assert_eq!(ended.stdout, "");
        let expected = format!(
            "error: the variable `TASKVISOR` is `{value}`, which requests nothing: set it to `describe`, `describe=json` or \
             `describe=dot`, or remove it\n"
        );
        assert_eq!(ended.stderr, expected);
    }
}

#[test]
fn an_empty_value_requests_nothing() {
    let ended = describe("logging", "");
    ended.expect_code(0);
    assert!(!ended.stdout.contains("as declared"), "{}", ended.stdout);
}

#[cfg(feature = "config")]
#[test]
fn the_environment_is_applied() {
    let variables = [
        ("TASKVISOR", "describe"),
        ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "2s"),
        ("TASKVISOR_TASK__MAIL_SEND_V2__ENABLED", "false"),
        ("TASKVISOR_MAIN__GRACE", "7s"),
    ];
    let ended = Process::start_with_variables("overridden", &variables).end();
    ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    ended.expect_stdout("\n  grace = 7s (TASKVISOR_MAIN__GRACE)\n");
    ended.expect_stdout("\n    timeout = 2s (TASKVISOR_TASK__POLL_FEED__TIMEOUT)\n");
    assert!(!ended.stdout.contains("mail/send.v2"), "{}", ended.stdout);
    let wrong = [("TASKVISOR", "describe"), ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "2")];
    let ended = Process::start_with_variables("overridden", &wrong).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("error: TASKVISOR_TASK__POLL_FEED__TIMEOUT: `timeout` of [task.poll_feed]: ");
}

/// As behind `| head`.
#[cfg(unix)]
#[test]
fn a_closed_stdout_is_no_error() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Command;

    // A pipe would need a moment to close: here the end that reads is closed before the program starts.
    let (reader, writer) = UnixStream::pair().expect("two ends");
    drop(reader);
    for (form, _) in FORMS {
        let stdout = OwnedFd::from(writer.try_clone().expect("another handle"));
        let mut command = Command::new(program::path("pipeline"));
        let ended = command.env("TASKVISOR", form).stdout(stdout).output().expect("it can be started");
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
    }
}
