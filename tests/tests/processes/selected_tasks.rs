//! Applications with subscribers to the events of single tasks.

use super::process::Process;

#[test]
fn what_no_subscriber_receives_is_on_stderr() {
    let ended = Process::start("selected_tasks", &[]).end();
    ended.expect_code(1);
    let page: Vec<_> = ended.stdout.lines().filter(|line| line.starts_with("page: ")).collect();
    assert!(matches!(page[..], [line] if line.contains("no such host")), "{}", ended.stdout);
    // The failure of `db` is with its subscriber, and its end has none.
    let is_of = |line: &str, words: &[&str]| words.iter().all(|word| line.contains(word));
    let count = |words: &[&str]| ended.stderr.lines().filter(|line| is_of(line, words)).count();
    assert_eq!(count(&["db#", " failed attempt=1", "no such host"]), 0, "{}", ended.stderr);
    assert_eq!(count(&["db#", " ended failed", "no such host"]), 1, "{}", ended.stderr);
    // The submission has the label of the selected task, and is another one.
    assert_eq!(count(&["db#", " failed attempt=1", "no such tenant"]), 1, "{}", ended.stderr);
    assert_eq!(count(&["db#", " ended failed", "no such tenant"]), 1, "{}", ended.stderr);
    // The other subscriber receives every event of its task.
    assert_eq!(count(&["feed#"]), 0, "{}", ended.stderr);
    let watched: Vec<_> = ended.stdout.lines().filter(|line| line.starts_with("watch: ")).collect();
    assert_eq!(watched.len(), 5, "{}", ended.stdout);
    assert!(watched.iter().all(|line| line.starts_with("watch: feed#")), "{}", ended.stdout);
    assert!(!ended.stdout.contains("later: "), "{}", ended.stdout);
}

#[test]
fn a_selected_name_that_no_task_has_is_a_note() {
    let ended = Process::start("selected_tasks", &[]).end();
    let place = place("selected_tasks", include_str!("fixtures/selected_tasks.rs"), "later");
    ended.expect_stderr(&format!(
        "note: {place}: subscriber `later`: `with_tasks` names `added-later`, and no task of the application has this name: \
         correct the name, or add a task of this name later; until then the subscriber receives no event of it\n"
    ));
}

#[test]
fn a_selected_task_that_does_not_run_is_a_problem() {
    let place = |mark| place("wrong_selected_tasks", include_str!("fixtures/wrong_selected_tasks.rs"), mark);
    let ended = Process::start("wrong_selected_tasks", &[]).end();
    ended.expect_code(1);
    let disabled = |option: &str| {
        format!(
            "`{option}` names `cache` ({}), which the setup has disabled: remove the call of `app.disable`, or remove it there",
            place("cache")
        )
    };
    let lines = [
        format!("{}: subscriber `page`: {}", place("page"), disabled("task")),
        format!(
            "{}: subscriber `quiet`: it selects tasks, but only events that are never about a task, so it would receive none of \
             them: remove the tasks, or select other events",
            place("quiet")
        ),
        format!("{}: subscriber `named`: {}", place("named"), disabled("with_tasks")),
        format!(
            "{}: subscriber `named`: `with_tasks` names `import` ({}), which is a job, and only the events of tasks are selected: \
             remove it there",
            place("named"),
            place("import")
        ),
        "the application does not start: 4 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

/// Returns the location of a mark in a fixture, in the format of the messages.
fn place(fixture: &str, source: &str, mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = source.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/{fixture}.rs:{}", line + 1)
}
