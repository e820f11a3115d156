//! The options about when a task runs.

use super::{messages, one, tokens, with_every_feature};

/// The messages with the feature `schedule`, and without it those that are not about it.
fn task(arguments: &str) -> Vec<String> {
    with_every_feature(task_without_feature(arguments))
}

fn task_without_feature(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping() -> Result<(), E> {}")))
}

fn job(arguments: &str) -> Vec<String> {
    messages(crate::job::job(tokens(arguments), tokens("async fn sync(tenant: u64) -> Result<u64, E> {}")))
}

#[test]
fn literals_and_constants_are_accepted() {
    for arguments in [
        "delay = \"0s\"",
        "delay = DELAY, restart = \"always\"",
        "every = \"30s\", restart = RESTART",
        "every = EVERY, start_delay = START, overlap = OVERLAP, missed = Missed::Skip",
        "every = \"30s\", overlap = \"skip\", missed = \"once\"",
        "every = \"30s\", max_failures = \"5 in 10m\", on_give_up = \"pause\"",
        "start_delay = \"10s\"",
        "start_delay = \"10s\", restart = \"never\"",
        "cron = \"0 3 * * *\"",
        "cron = \"30 0 3 * * MON-FRI\", tz = \"Europe/Berlin\"",
        "cron = \"@daily\", tz = \"local\", overlap = \"queue\", missed = \"skip\", start_delay = \"1h\"",
        "cron = NIGHTLY, tz = ZONE",
        "cron = concat!(\"0 3\", \" * * *\"), tz = zones::BERLIN",
        "cron = schedules::nightly(), tz = if A { B } else { C }",
    ] {
        assert_eq!(task(arguments), [""; 0], "{arguments}");
    }
}

#[test]
fn without_the_feature_cron_is_one_error() {
    for arguments in [
        "cron = \"0 3 * * *\"",
        "cron = NIGHTLY, tz = \"Europe/Berlin\", overlap = \"queue\", missed = \"skip\"",
        "cron = \"60 * * * *\", max_failures = \"1 in 1ms\", on_give_up = \"pause\", backoff(exp)",
    ] {
        if cfg!(feature = "schedule") {
            let is_malformed = arguments.contains("60");
            assert_eq!(task_without_feature(arguments).len(), usize::from(is_malformed), "{arguments}");
        } else {
            one(
                task_without_feature(arguments),
                "`cron` needs the feature `schedule`; write `taskvisor = { version = \"..\", features = [\"schedule\"] }` in \
                 `Cargo.toml`",
            );
        }
    }
}

#[cfg(feature = "schedule")]
#[test]
fn a_wrong_expression_is_quoted_in_one_error() {
    for expression in [
        "",
        "* * *",
        "0 0 12 * * ? 2030",
        "60 * * * *",
        "0 24 * * *",
        "0 0 * * MOO",
        "0 17-9 * * *",
        "*/0 * * * *",
        "0 3 * * !",
        "@fortnightly",
        "0 0 30 2 *",
        "0 0 31 4,6 *",
    ] {
        let messages = task(&format!("cron = {expression:?}, tz = \"Europe/Berlin\", overlap = \"queue\""));
        assert_eq!(messages.len(), 1, "{expression}: {messages:#?}");
        // The wrong field is in brackets.
        assert!(messages[0].replace(['[', ']'], "").contains(expression), "{}", messages[0]);
        assert!(messages[0].ends_with("rule `invalid-cron`"), "{}", messages[0]);
    }
}

#[test]
fn an_expression_in_another_notation_is_one_mistake() {
    for (written, right) in [
        ("cron = 0 3 * * *", "write `cron = \"0 3 * * *\"`"),
        ("cron = * * * * *", "write `cron = \"* * * * *\"`"),
        ("cron = */5 * * * MON-FRI", "write `cron = \"*/5 * * * MON-FRI\"`"),
        ("cron = @daily", "write `cron = \"@daily\"`"),
        ("cron(\"0 3 * * *\")", "write `cron = \"0 3 * * *\"`"),
        ("cron: \"0 3 * * *\"", "write `cron = \"0 3 * * *\"`"),
        ("cron = Some(\"0 3 * * *\")", "write `cron = \"0 3 * * *\"`"),
        ("cron = \"0 3 * * *\".into()", "write `cron = \"0 3 * * *\"`"),
        ("cron = 5", "write, for example, `cron = \"0 3 * * *\"`"),
        ("cron = daily", "write `cron = \"@daily\"`"),
        ("cron = \"daily\"", "write `cron = \"@daily\"`"),
        ("cron = \"5m\"", "write `every = \"5m\"` for a fixed time between two ticks"),
        ("cron", "`cron` needs a value, as in `cron = \"0 3 * * *\"`"),
        ("\"0 3 * * *\"", "write `cron = \"0 3 * * *\"`"),
        ("every = \"0 3 * * *\"", "`every` is a duration; write `cron = \"0 3 * * *\"`"),
        ("delay = \"*/5 * * * MON-FRI\"", "`delay` is a duration; write `cron = \"*/5 * * * MON-FRI\"`"),
        ("every = \"daily\"", "write `cron = \"@daily\"` for each midnight"),
        ("every = daily", "write `cron = \"@daily\"` for each midnight"),
    ] {
        let messages = task(written);
        assert!(messages.len() == 1 && messages[0].contains(right), "{written}: {messages:#?}");
    }
}

#[test]
fn a_zone_in_another_notation_is_one_mistake() {
    for (written, right) in [
        ("tz = Europe/Berlin", "a time zone is written in quotes; write `tz = \"Europe/Berlin\"`"),
        ("tz = local", "a time zone is written in quotes; write `tz = \"local\"`"),
        ("tz(\"Asia/Tokyo\")", "write `tz = \"Asia/Tokyo\"`"),
        ("tz = Some(\"Asia/Tokyo\")", "write `tz = \"Asia/Tokyo\"`"),
        ("tz = 2", "a time zone is a name in a string; write, for example, `tz = \"Europe/Berlin\"`"),
        ("tz = \"\"", "`tz` is empty; write the name of a time zone"),
        ("tz = \" \"", "`tz` is empty; write the name of a time zone"),
        ("tz = \"system\"", "write `tz = \"local\"` for the zone of the system"),
        ("tz = None", "leave `tz` out for UTC"),
    ] {
        let messages = task(&format!("cron = NIGHTLY, {written}"));
        assert!(messages.len() == 1 && messages[0].contains(right), "{written}: {messages:#?}");
    }
}

#[test]
fn a_task_has_one_schedule() {
    for (arguments, problem) in [
        ("cron = C, every = \"1h\"", "a task cannot have both `every` and `cron`; remove one of them"),
        (
            "delay = \"1s\", every = \"1h\"",
            "a task cannot have both `every` and `delay`; remove `delay` for a grid, or `every` for a pause after each success",
        ),
        ("cron = C, delay = \"1s\"", "a task cannot have both `cron` and `delay`; remove one of them"),
        ("tz = \"UTC\"", "`tz` has no effect without `cron`; remove it"),
        ("tz = \"UTC\", every = \"1h\"", "`tz` has no effect without `cron`; remove it"),
    ] {
        one(task(arguments), problem);
    }
    assert_eq!(task("every = \"1h\", cron = C, delay = \"1s\"").len(), 2);
}

#[test]
fn options_of_ticks_need_ticks() {
    for option in ["overlap = \"queue\"", "missed = MISSED"] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        one(
            task(option),
            &format!("`{key}` has no effect without `every` or `cron`; remove it, or set one of them"),
        );
        one(
            task(&format!("delay = \"1s\", {option}")),
            &format!("`{key}` has no effect with `delay`, which has no ticks; remove it, or use `every`"),
        );
        one(
            task(&format!("start_delay = \"1s\", {option}")),
            &format!("`{key}` has no effect without `every`"),
        );
    }
}

#[test]
fn what_repeats_a_task_needs_restart_always() {
    for option in ["every = \"1s\"", "delay = DELAY", "cron = NIGHTLY"] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        for restart in ["never", "on-failure"] {
            one(
                task(&format!("restart = \"{restart}\", {option}")),
                &format!(
                    "`{key}` repeats the task, which only `restart = \"always\"` does; remove `{key}`, or write \
                     `restart = \"always\"`"
                ),
            );
        }
    }
}

#[test]
fn a_task_with_ticks_gives_up_only_with_max_failures() {
    for option in ["every = \"1s\"", "cron = NIGHTLY"] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        one(
            task(&format!("{option}, on_give_up = \"pause\", max_retries = 3")),
            &format!("`on_give_up` has no effect on a task with `{key}`, which spent retries do not end"),
        );
    }
    assert_eq!(task("delay = \"1s\", on_give_up = \"pause\", max_retries = 3"), [""; 0]);
}

#[test]
fn zero_is_no_period_and_no_start_delay() {
    for zero in ["\"0s\"", "0", "\"0 ms\""] {
        one(
            task(&format!("every = {zero}")),
            "`every` must be longer than zero: it is the time between two ticks",
        );
        one(
            task(&format!("start_delay = {zero}")),
            "`start_delay` must be longer than zero: a delay of zero has no effect",
        );
    }
}

#[test]
fn wrong_keywords_are_one_mistake() {
    for (written, right) in [
        ("overlap = \"queue(3)\"", "`\"queue(3)\"` is no value of `overlap`; write `overlap = \"queue\"`"),
        ("overlap = queue(3)", "`queue(3)` is no value of `overlap`; write `overlap = \"queue\"`"),
        ("overlap = Queue", "the value is written in quotes; write `overlap = \"queue\"`"),
        ("overlap = \"Forbid\"", "unknown value \"Forbid\" for `overlap`; write `overlap = \"skip\"`"),
        ("overlap = \"quue\"", "unknown value \"quue\" for `overlap`; did you mean \"queue\"?"),
        (
            "missed = \"all\"",
            "unknown value \"all\" for `missed`; ticks that were missed never run in a burst",
        ),
        ("missed = \"banana\"", "unknown value \"banana\" for `missed`; expected \"once\" or \"skip\""),
        ("missed = 3", "`missed` is one of \"once\" or \"skip\""),
    ] {
        one(task(&format!("every = \"1h\", {written}")), right);
    }
}

#[test]
fn a_job_has_no_schedule() {
    for option in ["every = \"1h\"", "cron = \"0 3 * * *\"", "tz = \"UTC\"", "missed = \"skip\""] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        one(
            job(option),
            &format!("unknown option `{key}`; a job has no schedule; submit it from a task that has one"),
        );
    }
    for key in ["delay", "start_delay", "overlap"] {
        one(job(&format!("{key} = \"1s\"")), &format!("unknown option `{key}`; a job has no schedule"));
    }
}

/// A mistake in the value of an option leaves the other options right.
#[test]
fn an_option_with_a_mistake_counts_as_written() {
    for arguments in [
        "every = 5s, overlap = \"queue\", missed = \"skip\"",
        "delay = 5s",
        "cron = 5, tz = \"UTC\", missed = \"skip\"",
        "every = \"1h\", max_failures = 5, on_give_up = \"pause\"",
    ] {
        assert_eq!(task(arguments).len(), 1, "{arguments}: {:#?}", task(arguments));
    }
}
