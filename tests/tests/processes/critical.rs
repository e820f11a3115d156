//! Applications whose declared tasks are all critical.

use super::process::Process;

/// The lines of stderr that are errors.
fn errors(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.starts_with("error: ")).collect()
}

#[test]
fn a_task_without_an_option_shuts_the_application_down() {
    let ended = Process::start("all_critical", &["store"]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "serve: runs\nserve: stopped in order\n");
    let cause = "failed after attempt 1, which has shut the application down: fatal: the disk is full";
    assert_eq!(
        errors(&ended.stderr),
        [&format!("error: the critical task `store` {cause}")],
        "{}",
        ended.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_exempt_or_listed_task_and_a_job_shut_nothing_down() {
    for name in ["exempt", "listed", "import"] {
        let mut process = Process::start("all_critical", &[name]);
        process.wait_for_on(super::process::Stream::Stderr, &[name, "ended failed"]);
        process.signal("TERM");
        let ended = process.end();
        let code = i32::from(name != "import");
        ended.expect_code(code);
        assert_eq!(ended.stdout, "serve: runs\nserve: stopped in order\n");
        let expected = format!("error: task `{name}` failed after attempt 1: fatal: the disk is full");
        let expected: &[&str] = if code == 1 { &[&expected] } else { &[] };
        assert_eq!(errors(&ended.stderr), expected, "{}", ended.stderr);
    }
}

#[test]
fn a_contradiction_with_all_critical_offers_the_exemption() {
    let ended = Process::start("wrongly_critical", &[]).end();
    ended.expect_code(1);
    let no_effect =
        "`on_give_up` has no effect on a critical task, which shuts the application down when it gives up";
    let lines = [
        format!(
            "{}: task `pauses`: {no_effect}, and `critical = \"all\"` makes this task critical ({}): add `critical = false` here, or \
             remove `on_give_up`",
            place("tuned"),
            place("main")
        ),
        format!("{}: task `critical`: {no_effect}: remove one of them", place("critical")),
        "the application does not start: 2 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

/// Returns the location of a mark in the fixture, in the format of the messages.
fn place(mark: &str) -> String {
    const SOURCE: &str = include_str!("fixtures/wrongly_critical.rs");
    let mark = format!("// mark: {mark}");
    let line = SOURCE.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/wrongly_critical.rs:{}", line + 1)
}
