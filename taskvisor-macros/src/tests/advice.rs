//! The error of a word that is no option says what to write instead.

use std::collections::BTreeSet;

use super::{LISTS, messages_for, one, with_every_feature};
use crate::error::advice::OptionsOf;
use crate::error::capacity::CAPACITY;
use crate::error::rule::Rule;
use crate::error::systems::SYSTEMS;
use crate::error::table::TABLE;

const FUNCTIONS: [&str; 4] = [
    "async fn ping() -> Result<(), E> {}",
    "async fn sync(tenant: u64) -> Result<(), E> {}",
    "async fn log(event: &Event) {}",
    "async fn main() {}",
];

fn answers(list: OptionsOf, options: &str) -> Vec<String> {
    messages_for(list, options, FUNCTIONS)
}

fn task(word: &str) -> Vec<String> {
    answers(OptionsOf::Task, &format!("{word} = VALUE"))
}

fn job(word: &str) -> Vec<String> {
    answers(OptionsOf::Job, &format!("{word} = VALUE"))
}

#[test]
fn a_renamed_option_is_suggested_with_the_value_of_the_user() {
    let cases = [
        (OptionsOf::Task, "retries = 7", "write `max_retries = 7`"),
        (OptionsOf::Task, "max_attempts = 10", "write `max_retries = 9`, which counts"),
        (OptionsOf::Job, "failure_limit = 7", "write `max_failures = \"7 in 10m\"`"),
        (OptionsOf::Task, "watchdog = \"3m\"", "write `heartbeat = \"3m\"`"),
        (OptionsOf::Task, "interval = \"3m\"", "write `every = \"3m\"`"),
        (OptionsOf::Task, "fixed_delay = \"3m\"", "write `delay = \"3m\"`"),
        (OptionsOf::Task, "initial_delay = \"3m\"", "write `start_delay = \"3m\"`"),
        (OptionsOf::Task, "schedule = \"5 4 * * MON\"", "write `cron = \"5 4 * * MON\"`"),
        (OptionsOf::Task, "timezone = \"Asia/Tokyo\"", "write `tz = \"Asia/Tokyo\"` beside `cron`"),
        (OptionsOf::Task, "restart_policy = \"never\"", "write `restart = \"never\"`"),
        (OptionsOf::Task, "title = \"x\"", "write `name = \"x\"`"),
        (OptionsOf::Job, "deadline = \"3m\"", "write `timeout = \"3m\"`"),
        (OptionsOf::Task, "depends_on = [a, b::c]", "write `needs = [a, b::c]`"),
        (OptionsOf::Task, "wants = \"a\"", "write `after = [a]`, or `needs = [a]` for tasks"),
        (OptionsOf::Job, "binds_to(a)", "write `needs = [a], interrupt_on_loss = \"5s\"`"),
        (OptionsOf::Job, "ttl = \"3m\"", "write `expires = \"3m\"`"),
        // `last` is no task.
        (
            OptionsOf::Job,
            "stop_order = \"last\"",
            "it belongs to a task; remove it: a job stops before the tasks in its `needs`",
        ),
        (
            OptionsOf::Job,
            "stop_last = true",
            "a job stops before the tasks in its `needs`; remove it, or write `needs = [connect]`",
        ),
        (OptionsOf::Job, "key = \"a-{tenant}\"", "write `slot = \"a-{tenant}\"`"),
        (OptionsOf::Subscriber, "capacity = 7", "write `queue = 7`"),
        (OptionsOf::Main, "runtime = \"current_thread\"", "write `flavor = \"current_thread\"`"),
        (OptionsOf::Main, "workers = 7", "write `worker_threads = 7`"),
        (OptionsOf::Backoff, "max_delay = \"3m\"", "write `max = \"3m\"`"),
        // A value that the option cannot have is not suggested.
        (OptionsOf::Task, "retries = \"exp\"", "write `max_retries = 3`"),
        (OptionsOf::Task, "retries = 0", "write `max_retries = 3`"),
        (OptionsOf::Task, "max_attempts = 1", "write `max_retries = 2`"),
        (OptionsOf::Task, "schedule = \"soon\"", "write `cron = \"0 3 * * *\"`"),
        (OptionsOf::Task, "interval = \"soon\"", "write `every = \"30s\"`"),
        (OptionsOf::Task, "restart_policy = \"transient\"", "write `restart = \"always\"`"),
        (OptionsOf::Task, "depends_on = TASKS", "write `needs = [connect]`"),
    ];
    for (list, options, advice) in cases {
        let word = options.split([' ', '(']).next().unwrap_or_default();
        one(answers(list, options), &format!("unknown option `{word}`; {advice}"));
    }
}

#[test]
fn a_renamed_option_is_suggested_under_its_name_here() {
    for word in ["max_retry", "maxRetry", "retry_limit", "retry_count", "max_restart", "num_retries"] {
        one(task(word), &format!("unknown option `{word}`; write `max_retries = 3`"));
        one(job(word), &format!("unknown option `{word}`; write `max_retries = 3`"));
    }
    for word in ["failure_limit", "error_budget", "failures"] {
        one(task(word), &format!("unknown option `{word}`; write `max_failures = \"5 in 10m\"`"));
    }
    for (word, option) in [
        ("max_failure", "max_failures"),
        ("heart_beat", "heartbeat"),
        ("fatalIf", "fatal_if"),
        ("on-shutdown", "on_shutdown"),
    ] {
        one(task(word), &format!("unknown option `{word}`; did you mean `{option}`?"));
        one(job(word), &format!("unknown option `{word}`; did you mean `{option}`?"));
    }
    one(task("on_give_upp"), "unknown option `on_give_upp`; did you mean `on_give_up`?");
    one(task("critcal"), "unknown option `critcal`; did you mean `critical`?");
}

#[test]
fn a_feature_of_other_libraries_has_advice() {
    for (word, advice) in [
        ("crontab", "write `cron = \"0 3 * * *\"`, or `every = \"30s\"`"),
        ("schedule", "write `cron = \"0 3 * * *\"`, or `every = \"30s\"`"),
        ("fixedRate", "write `every = \"30s\"`"),
        ("fixedDelay", "write `delay = \"30s\"`"),
        ("initialDelay", "write `start_delay = \"10s\"`"),
        ("timezone", "write `tz = \"Europe/Berlin\"` beside `cron`"),
        ("misfire", "write `missed = \"skip\"`"),
        ("startingDeadlineSeconds", "write `missed = \"skip\"`"),
        ("concurrencyPolicy", "write `overlap = \"skip\"`"),
        ("splay", "ticks have no jitter; write `start_delay = \"10s\"`"),
        ("depends_on", "write `needs = [connect]`"),
        ("before", "the task that waits names the one that it waits for"),
        ("inject", "what a task needs is a parameter"),
        ("rate", "write `rate_limit = \"10/m\"`"),
        ("maxParallelism", "write `instances = 4, max_concurrent = 2`"),
        ("workers", "write `instances = 4`"),
        ("completions", "a task runs until it is stopped; write a `#[job]`"),
        ("enabled", "write `#[cfg(feature = \"..\")]` above"),
        ("essential", "write `critical`"),
        ("watchdog", "write `heartbeat = \"30s\"`"),
        ("priority", "no task has priority over another"),
    ] {
        one(task(word), &format!("unknown option `{word}`; {advice}"));
        assert!(!job(word)[0].contains("expected `slot`"), "{}", job(word)[0]);
    }
}

/// `rate` differs from `crate` by one letter, and `max_age` begins like `max`.
#[test]
fn a_word_of_another_meaning_suggests_no_option() {
    for word in ["rate", "max_age", "max_weight", "exp_base"] {
        let message = &task(word)[0];
        assert!(!message.contains("did you mean") && !message.contains("backoff(exp"), "{message}");
    }
}

/// A word that has become an option must be removed from the table.
#[test]
fn no_word_of_the_table_is_an_option() {
    for place in LISTS {
        for (word, advice) in place.advice() {
            let expected = advice.rule.message(format!("unknown option `{word}`; {}", advice.text));
            for written in ["{word} = VALUE", "{word}", "{word}(1)"] {
                let answers = answers(place, &written.replace("{word}", word));
                assert_eq!(answers.len(), 1, "{place:?}: {answers:#?}");
                assert_eq!(answers[0], expected, "{place:?}");
            }
        }
    }
}

/// `advice` leaves out a line whose rule does not exist.
#[test]
fn every_line_of_the_table_names_a_rule() {
    for line in
        TABLE.lines().chain(SYSTEMS.lines()).chain(CAPACITY.lines()).filter(|line| line.starts_with("  "))
    {
        let rule = line.split_once(" [").and_then(|(_, rest)| rest.split_once("]: ")).map(|(rule, _)| rule);
        assert!(rule.and_then(Rule::named).is_some(), "{line}");
    }
}

#[test]
fn a_word_of_the_table_has_one_answer_for_each_place() {
    for place in LISTS {
        let mut words = BTreeSet::new();
        let twice: Vec<_> =
            place.advice().map(|(word, _)| word).filter(|word| !words.insert(*word)).collect();
        assert_eq!(twice, [""; 0], "{place:?}");
    }
}

/// Whether the code is options, not a word, a type or a call in the function.
fn is_of_options(code: &str) -> bool {
    let is_assigned = code.split_once(" = ").is_some_and(|(key, _)| !key.contains(['.', '"']));
    is_assigned || code.starts_with("on(") || code.starts_with("backoff(")
}

#[test]
fn the_options_in_an_advice_are_accepted() {
    let mut checked = 0;
    for place in LISTS {
        for (word, advice) in place.advice() {
            for code in advice.text.split('`').skip(1).step_by(2) {
                let (place, options) = match code.strip_prefix("#[").and_then(|code| code.strip_suffix(")]"))
                {
                    Some(attribute) => match attribute.split_once('(').expect("a list follows") {
                        ("task", options) => (OptionsOf::Task, options),
                        ("job", options) => (OptionsOf::Job, options),
                        ("subscriber", options) => (OptionsOf::Subscriber, options),
                        ("taskvisor::main", options) => (OptionsOf::Main, options),
                        (_, _) => continue,
                    },
                    None if is_of_options(code) => (place, code),
                    None => continue,
                };
                let accepted = |place| with_every_feature(answers(place, options)).is_empty();
                let beside = place == OptionsOf::Backoff && accepted(OptionsOf::Task);
                // In an advice, the option stands beside the one that it belongs to.
                let beside = beside || ["tz", "missed", "overlap"].iter().any(|key| options.starts_with(key));
                assert!(beside || accepted(place), "{word}: {:?}", answers(place, options));
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}
