//! Applications that change what they declare: `tune` and `disable`.

use super::process::Process;

const MISTUNED: &str = include_str!("fixtures/mistuned.rs");

#[test]
fn tuned_options_replace_those_of_the_attribute() {
    let ended = Process::start("tuned", &[]).end();
    // The task `slow` exceeds its tuned timeout, and is not retried.
    ended.expect_code(1);
    ended.expect_stdout("slow runs\n");
    ended.expect_stdout("announce received timed_out\n");
    assert!(!ended.stdout.contains("received started"), "{}", ended.stdout);
    ended.expect_stdout("true true\n");
    let failures = ended.stdout.lines().filter(|line| line.contains("tuned#")).count();
    assert_eq!(failures, 6, "three attempts of each of two submissions:\n{}", ended.stdout);
}

#[test]
fn what_is_disabled_does_not_run_and_is_not_checked() {
    let ended = Process::start("tuned", &[]).end();
    for name in ["unwanted", "silent", "disabled"] {
        assert!(!ended.stdout.contains(&format!("{name} ran")), "{}", ended.stdout);
    }
    ended.expect_stdout("jobs: [\"tuned\"]\n");
    ended.expect_stdout(
        "refused: `disabled` is disabled: remove `app.disable` from the setup, or `enabled = false` from the file or the environment, \
         or neither submit nor start it\n",
    );
    assert!(!ended.stderr.contains("stop_timeout"), "{}", ended.stderr);
}

#[test]
fn the_setup_can_list_what_is_declared() {
    let ended = Process::start("tuned", &[]).end();
    ended.expect_stdout(
        "found: task `slow`, task `unwanted`, subscriber `announce`, subscriber `silent`, job `tuned`, job `disabled`, \
         task `submit`, subscriber `count`\n",
    );
}

#[test]
fn all_mistakes_of_the_calls_are_reported_with_their_places() {
    let ended = Process::start("mistuned", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let [first, second, tuned, disabled, once, again] =
        ["first", "second", "tuned", "disabled", "once", "again"].map(place);
    let [gone, listed, replaced, contradicts, watched, by_hand, endless] =
        ["gone", "listed", "replaced", "contradicts", "watched", "watched by hand", "endless"].map(place);
    let lines = [
        format!("{second}: the task `twice` is tuned already ({first}); make all changes in one call"),
        format!(
            "{disabled}: the task `both` is tuned already ({tuned}); a disabled declaration has no options: remove one of \
             the two calls"
        ),
        format!(
            "{again}: the task `disabled_twice` is disabled already ({once}); remove one of the two calls"
        ),
        format!(
            "{gone}: the task `listed` is disabled here and added by hand at {listed}; remove one of the two; to change its \
             options, use `app.tune`"
        ),
        format!(
            "{replaced}: the closure returned another value than that of the task `replaced`; return the value that it \
             receives, changed by its `with_…` methods"
        ),
        format!(
            "{contradicts}: task `contradicts`: `max_retries` has no effect with `RestartPolicy::Never`: remove one of them"
        ),
        format!(
            "{by_hand}: the subscriber `watched` is declared ({watched}) and starts by itself; remove this \
             `app.subscriber(…)`, and set its options in `#[subscriber(…)]`, or here with `app.tune::<…>(|subscriber| \
             subscriber.with_events(…))` if a value is known only at run time"
        ),
        format!(
            "{endless}: job `endless`: `RestartPolicy::Always` has no effect on a job, which ends with its value: use another \
             policy"
        ),
        format!(
            "{endless}: job `endless`: `capacity` is zero, so no submission could ever start: set how many submissions run in \
             a slot at once, or leave it out for one"
        ),
        "the application does not start: 9 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

/// Returns the location of a mark in the fixture, in the format of the messages.
fn place(mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = MISTUNED.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/mistuned.rs:{}", line + 1)
}
