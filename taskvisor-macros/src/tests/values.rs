//! The error of a value that an option does not have says what to write instead.

use super::{LISTS, messages_for, one, with_every_feature};
use crate::error::advice::OptionsOf;
use crate::error::schedules::SCHEDULES;
use crate::error::values::{VALUES, advice_for_parameter, lines};

const FUNCTIONS: [&str; 4] = [
    "async fn ping(value: State<u32>) {}",
    "async fn sync(value: u64) {}",
    "async fn log(event: &Event, value: State<u32>) {}",
    "async fn main(value: &mut App) {}",
];

fn answers(list: OptionsOf, options: &str) -> Vec<String> {
    messages_for(list, options, FUNCTIONS)
}

/// An option of a job's slot needs the slot.
fn with_slot(option: &str, written: &str) -> String {
    match option {
        "admission" => format!("slot = \"x\", {written}"),
        "queue" => format!("slot = \"x\", {written}"),
        _ => written.to_owned(),
    }
}

/// An option of ticks needs a schedule, and `tz` needs `cron`; with the feature or without, the value of `cron` is a constant.
fn with_schedule(written: &str) -> String {
    match written.split(" = ").next() {
        Some("overlap" | "missed") => format!("every = \"1h\", {written}"),
        Some("tz") => format!("cron = CRON, {written}"),
        _ => written.to_owned(),
    }
}

#[test]
fn each_word_of_the_table_has_its_advice() {
    for place in LISTS {
        for (option, word, text) in lines(place) {
            let value = match word {
                "no-limit" => "None".to_owned(),
                "parameter" => "value".to_owned(),
                "cron" => "\"*/5 * * * *\"".to_owned(),
                "fraction" => "0.5".to_owned(),
                "star" => continue,
                word => format!("\"{word}\""),
            };
            let written = match option {
                "on" => format!("on({})", value.replace(['"', '-'], "")),
                _ => format!("{option} = {value}"),
            };
            let written = match place {
                OptionsOf::Job => with_slot(option, &written),
                _ => with_schedule(&written),
            };
            let answers = with_every_feature(answers(place, &written));
            assert_eq!(answers.len(), 1, "{place:?} {written}: {answers:#?}");
            // In `backoff = None`, the word is a kind.
            if (option, word) != ("backoff", "no-limit") && (option, word) != ("jitter", "no-limit") {
                let beginning = text.split(['V', 'N', 'P']).next().unwrap_or_default();
                assert!(answers[0].contains(beginning), "{place:?} {written}: {}", answers[0]);
            }
        }
    }
}

#[test]
fn the_options_in_an_advice_are_accepted() {
    let mut checked = 0;
    for place in LISTS {
        for (option, _, text) in lines(place) {
            for code in text.split('`').skip(1).step_by(2) {
                let is_assigned =
                    code.split_once(" = ").is_some_and(|(key, _)| !key.contains(['.', '"', ' ']));
                if !is_assigned && !code.starts_with("on(") && !code.starts_with("backoff(") {
                    continue;
                }
                let code = code.replace("PARAMETER", "value");
                let code = if place == OptionsOf::Job { with_slot(option, &code) } else { code };
                let beside = place == OptionsOf::Backoff && code.starts_with("backoff");
                let code = if place == OptionsOf::Task { with_schedule(&code) } else { code };
                let answers =
                    with_every_feature(answers(if beside { OptionsOf::Task } else { place }, &code));
                assert_eq!(answers, [""; 0], "{place:?}: {code}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn every_line_of_the_table_is_read() {
    let table = || VALUES.lines().chain(SCHEDULES.lines());
    let answers = table().filter(|line| line.starts_with("  ")).count();
    let words = table().filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
    assert!(words.clone().all(|line| line.contains(": ")), "{:?}", words.collect::<Vec<_>>());
    let read: usize = LISTS.map(|place| lines(place).count()).iter().sum();
    assert!(read > 2 * answers, "{read} {answers}");
}

#[test]
fn no_limit_is_said_in_many_ways() {
    for word in [
        "-1",
        "None",
        "none",
        "\"none\"",
        "unlimited",
        "\"unlimited\"",
        "infinite",
        "\"infinity\"",
        "\"auto\"",
        "never",
        "forever",
        "u32::MAX",
        "usize::MAX",
        "std::u64::MAX",
        "f64::INFINITY",
        "u32::max_value()",
        "false",
        "_",
        "()",
        "..",
    ] {
        one(
            answers(OptionsOf::Task, &format!("max_retries = {word}")),
            &format!("`{word}` is no value of `max_retries`; "),
        );
        one(
            answers(OptionsOf::Task, &format!("timeout = {word}")),
            &format!("`{word}` is no value of `timeout`; "),
        );
        one(
            answers(OptionsOf::Main, &format!("max_concurrent = {word}")),
            &format!("`{word}` is no value of "),
        );
        if word != "usize::MAX" {
            one(
                answers(OptionsOf::Subscriber, &format!("queue = {word}")),
                &format!("`{word}` is no value of `queue`; "),
            );
        }
    }
    for constant in ["usize::MAX", "core::usize::MAX", "limits::usize::MAX", "u32::MAX as usize"] {
        assert_eq!(answers(OptionsOf::Subscriber, &format!("queue = {constant}")), [""; 0], "{constant}");
        assert_eq!(
            answers(OptionsOf::Job, &format!("slot = \"x\", queue = {constant}")),
            [""; 0],
            "{constant}"
        );
    }
    for constant in ["UNLIMITED", "NONE", "MAX", "limits::MAX", "Limits::MAX", "1"] {
        assert_eq!(answers(OptionsOf::Task, &format!("max_retries = {constant}")), [""; 0], "{constant}");
    }
}

#[test]
fn a_parameter_is_no_value() {
    one(
        answers(OptionsOf::Job, "timeout = Duration::from_secs(value)"),
        "`value` is a parameter of `sync`, and an option is a constant; \
         write `sync { .. }.with_timeout(Duration::from_secs(value))` for one submission",
    );
    one(answers(OptionsOf::Job, "timeout = self.value"), "`self.value` is a parameter of `sync`");
    one(answers(OptionsOf::Job, "name = value"), "`value` is a parameter of `sync`");
    for right in ["limits.value", "limits::value", "value()", "VALUE"] {
        assert_eq!(answers(OptionsOf::Task, &format!("timeout = {right}")), [""; 0], "{right}");
    }
}

/// Each option whose value is an expression, except `slot`, which names parameters, and the paths.
#[test]
fn each_option_has_advice_for_a_parameter() {
    for (place, options) in [
        (
            OptionsOf::Task,
            "name restart backoff timeout max_retries every cron tz delay start_delay overlap missed stable_after stop_timeout interrupt_on_loss stop_order max_failures \
             on_give_up critical heartbeat on_shutdown",
        ),
        (
            OptionsOf::Job,
            "name restart backoff timeout max_retries stop_timeout admission queue interrupt_on_loss expires max_failures heartbeat \
             on_shutdown",
        ),
        (OptionsOf::Subscriber, "name queue"),
        (OptionsOf::Main, "worker_threads max_concurrent grace drain_timeout shutdown_delay"),
        (OptionsOf::Backoff, "first max factor jitter"),
    ] {
        for option in options.split(' ') {
            assert!(advice_for_parameter(place, option).is_some(), "{place:?} {option}");
        }
    }
}
