//! Problems of dependencies, which prevent the start of an application.

use super::process::Process;

const SOURCE: &str = include_str!("fixtures/wrong_dependencies.rs");

#[test]
fn all_problems_of_dependencies_name_their_places() {
    let ended = Process::start("wrong_dependencies", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let disabled = |task: &str| {
        format!(
            "task `{task}`: `needs` names `cache` ({}), which the setup has disabled: remove the call of `app.disable`, or disable \
             task `{task}` too",
            place("cache")
        )
    };
    let never_ready = |option: &str, name: &str, success: &str| {
        format!(
            "`{option}` names `{name}` ({}), which runs without end and never says that it is ready: give it a parameter `Ready`, \
             or write `ready = \"start\"` there{success}",
            place(name)
        )
    };
    let success = ", or `ready = \"success\"` if its attempts end";
    let twice = "it depends on `db` twice: name it once, in `needs` or in `after`";
    let cycle = "these tasks wait for each other, and none could ever start";
    let edge = |from: &str, to: &str| format!("`{from}` waits for `{to}` ({})", place(from));
    let path = |edges: &[String]| format!("{}; remove one of these dependencies", edges.join(", "));
    let forgetful = format!("{}: task `forgetful`:", place("forgetful"));
    let lines = [
        format!("{}: {}", place("needs cache"), disabled("reads_cache")),
        format!("{}: task `announce`: {}", place("after serve"), never_ready("after", "serve", "")),
        format!("{}: job `import`: {}", place("needs repeat"), never_ready("needs", "repeat", success)),
        format!("{}: task `twice`: {twice}", place("twice")),
        format!("{}: {cycle}: {}", place("chicken"), path(&[edge("chicken", "egg"), edge("egg", "chicken")])),
        format!(
            "{}: {cycle}: {}",
            place("paper"),
            path(&[edge("paper", "scissors"), edge("scissors", "rock"), edge("rock", "paper")])
        ),
        format!(
            "{}: task `loses_nothing`: `interrupt_on_loss` has no effect on a task without `needs`, which can lose nothing: name \
             the tasks that it needs, or remove it",
            place("loses nothing")
        ),
        format!("{}: {}", place("forgetful"), disabled("forgetful")),
        format!(
            "{forgetful} `needs` names `import` ({}), which is a job, and only a task can be ready: remove it there",
            place("needs repeat")
        ),
        format!(
            "{forgetful} `needs` names `unknown`, and no task of the application has this name: declare one with `#[task]`, add \
             one with `app.task(…)`, or remove it there"
        ),
        format!("{forgetful} it is in its own `needs`, and would wait for itself: remove it there"),
        format!("{}: task `listed`: {twice}", place("listed")),
        "the application does not start: 12 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

/// Returns the location of a mark in the fixture, in the format of the messages.
fn place(mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = SOURCE.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/wrong_dependencies.rs:{}", line + 1)
}
