//! A program that declares tasks, and runs only supervisors that it has built by hand.

use std::env;
use std::process::Command;

use taskvisor::{Supervisor, TaskFn, TaskSpec, task};

use super::process::{Ended, Process};
use super::program;

const SOURCE: &str = include_str!("fixtures/never_started.rs");

fn ran(ended: &Ended) {
    ended.expect_code(0);
    ended.expect_stdout("by_hand ran\n");
}

#[test]
fn declarations_that_nothing_starts_are_noted_once() {
    let ended = Process::start("never_started", &[]).end();
    ran(&ended);
    assert!(!ended.stdout.contains("ping ran"), "{}", ended.stdout);
    let place = |attribute: &str| {
        let line = SOURCE.lines().position(|line| line == attribute).expect("it is there") + 1;
        format!("tests/tests/processes/fixtures/never_started.rs:{line}")
    };
    let (ping, alert) = (place("#[task]"), place("#[subscriber]"));
    let note = format!(
        "note: {ping}: task `ping` ({ping}), subscriber `alert` ({alert}) do not start, because no `#[taskvisor::main]` \
         function was called; start them with `#[taskvisor::main]` instead of `#[tokio::main]`, or pass them to the \
         supervisor, with `spec()` and `subscriber()`; if this is intended, a call of `spec()` suppresses this note\n"
    );
    assert_eq!(ended.stderr, note);
}

#[test]
fn a_program_that_lists_a_declaration_gets_no_note() {
    let ended = Process::start("never_started", &["listed"]).end();
    ran(&ended);
    ended.expect_stdout("ping ran\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_supervisor_beside_an_application_gets_no_note() {
    let ended = Process::start("never_started", &["application"]).end();
    ran(&ended);
    ended.expect_stdout("ping ran\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn an_application_of_another_package_gets_its_own_note_only() {
    let ended = Process::start("never_started", &["foreign"]).end();
    ran(&ended);
    ended.expect_stderr("the crate `never_started` is linked but not named in `crates`");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[task]
async fn declared_in_a_test() {}

#[tokio::test]
async fn a_test_runs_a_supervisor() {
    let work = TaskFn::arc("work", || async { Ok(()) });
    Supervisor::default().run(vec![TaskSpec::once(work)]).await.expect("in order");
}

/// Runs the test above in a process of its own, whose output is read.
#[test]
fn a_test_that_declares_tasks_gets_no_note() {
    let test = ["--exact", "never_started::a_test_runs_a_supervisor", "--nocapture"];
    let tested = env::current_exe()
        .and_then(|itself| Command::new(itself).args(test).current_dir(program::workspace()).output());
    let tested = tested.expect("this test can be started");
    let (stdout, stderr) = (String::from_utf8_lossy(&tested.stdout), String::from_utf8_lossy(&tested.stderr));
    assert!(stdout.contains("1 passed"), "{stdout}");
    assert_eq!(stderr, "");
}
