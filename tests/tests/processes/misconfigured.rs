//! Problems between the setup and what is declared: a configuration that contradicts an option, a subscriber that would run
//! twice, an empty name.

use super::process::Process;

const SOURCE: &str = include_str!("fixtures/misconfigured.rs");

#[test]
fn contradictions_of_the_setup_name_both_places() {
    let ended = Process::start("misconfigured", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let never_stable = |mark: &str| {
        format!(
            "{}: task `{mark}`: `stable_after` is 1m, but the `timeout` of the configuration is 30s ({}), and no attempt \
             ever runs that long: make it shorter, leave it out, or set a longer `timeout` here",
            place(mark),
            place("timeout"),
        )
    };
    let relisted = |mark: &str, name: &str, declared: &str| {
        format!(
            "{}: the subscriber `{name}` is declared ({declared}) and starts by itself; remove this `app.subscriber(…)`, \
             and set its options in `#[subscriber(…)]`, or here with `app.tune::<…>(|subscriber| \
             subscriber.with_events(…))` if a value is known only at run time",
            place(mark),
        )
    };
    let nameless = |mark: &str| format!("{}: a name cannot be empty: events and errors show it", place(mark));
    let above = |function: &str| {
        let line = SOURCE.lines().position(|line| line.starts_with(function)).expect("it is there");
        format!("tests/tests/processes/fixtures/misconfigured.rs:{line}")
    };
    let lines = [
        never_stable("steady"),
        never_stable("tuned"),
        never_stable("listed"),
        relisted("alert again", "alert", &place("alert")),
        relisted("renamed again", "renamed", &above("async fn renamed(")),
        relisted("retuned again", "retuned", &above("async fn retuned(")),
        format!(
            "{}: the subscriber `foreign` is listed already ({}); remove one of the two",
            place("foreign again"),
            place("foreign"),
        ),
        nameless("nameless subscriber"),
        nameless("blank"),
        nameless("tab"),
        "the application does not start: 10 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

/// Returns the location of a mark in the fixture, in the format of the messages.
fn place(mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = SOURCE.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/misconfigured.rs:{}", line + 1)
}
