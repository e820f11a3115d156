//! The options of giving up, heartbeats and the end of the application.

use super::{messages, one, tokens};

fn task(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping() -> Result<(), E> {}")))
}

fn task_on(arguments: &str, item: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens(item)))
}

fn job(arguments: &str) -> Vec<String> {
    messages(crate::job::job(tokens(arguments), tokens("async fn sync(tenant: u64) -> Result<u64, E> {}")))
}

#[test]
fn literals_and_constants_are_accepted() {
    for arguments in [
        "max_failures = \"5 in 10m\"",
        "max_failures = \" 5  in 1h 30m \", backoff = \"none\"",
        "max_failures = \"1000 in 1day\"",
        "max_failures = LIMIT",
        "max_failures = MaxFailures::new(5, TIME)",
        "max_failures = \"5 in 10m\", on_give_up = \"pause\"",
        "on_give_up = \"fail\", max_retries = 3",
        "on_give_up = OnGiveUp::Pause, critical = false",
        "fatal_if = is_permanent",
        "fatal_if = self::errors::Error::is_permanent",
        "fatal_if = is_permanent::<Error>",
        "fatal_if = <Error as Permanent>::is_permanent",
        "critical",
        "critical, name = \"x\"",
        "name = \"x\", critical,",
        "critical = true",
        "critical = CRITICAL",
        "critical = limits::critical",
        "critical = cfg!(test)",
        "heartbeat = \"30s\", timeout = \"30s\"",
        "heartbeat = BEAT",
        "on_shutdown = \"cancel\"",
        "on_shutdown = \"finish\"",
        "on_shutdown = OnShutdown::Finish",
    ] {
        assert_eq!(task(arguments), [""; 0], "{arguments}");
    }
    for arguments in [
        "max_failures = \"5 in 10m\", fatal_if = is_permanent, heartbeat = \"30s\", on_shutdown = \"finish\"",
        "fatal_if = is_permanent, restart = RESTART",
        "fatal_if = is_permanent, backoff = \"exp\"",
    ] {
        assert_eq!(job(arguments), [""; 0], "{arguments}");
    }
}

#[test]
fn another_notation_of_a_limit_shows_the_right_one() {
    for written in [
        "\"5 per 10m\"",
        "\"5/10m\"",
        "\"5 / 10 m\"",
        "\"5in10m\"",
        "\"5 IN 10m\"",
        "\"five in 10m\"",
        "\"5 failures in 10m\"",
        "\"5 times within 10m\"",
        "\"5, 10m\"",
        "(5, \"10m\")",
        "[5, \"10m\"]",
        "5 in 10m",
        "5 / 10m",
    ] {
        let messages = task(&format!("max_failures = {written}"));
        let is_right = messages.len() == 1
            && ["\"5 in 10m\"", "\"5 in 10 m\""]
                .iter()
                .any(|limit| messages[0].contains(&format!("write `max_failures = {limit}`")));
        assert!(is_right || written == "\"5in10m\"", "{written}: {messages:#?}");
    }
    one(
        task("max_failures = \"5 per minute\""),
        "invalid limit \"5 per minute\": it is no number of failures in a time; write `max_failures = \"5 in 1minute\"`",
    );
    one(task("max_failures: \"5 in 9m\""), "expected `=`; write `max_failures = \"5 in 9m\"`");
    one(task("max_failures(5, \"9m\")"), "expected `=`; write `max_failures = \"5 in 9m\"`");
}

#[test]
fn a_limit_that_cannot_work_is_one_mistake() {
    for written in
        ["\"5\"", "\"in 10m\"", "\"\"", "\" in \"", "\"-5 in 10m\"", "\"5 in\"", "\"often in 10m\""]
    {
        one(
            task(&format!("max_failures = {written}")),
            &format!("invalid limit {written}: it is no number of failures in a time"),
        );
    }
    for written in ["5", "1.5", "true", "'5'", "-5", "5 + 5", "b\"5 in 10m\""] {
        let messages = task(&format!("max_failures = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(
            messages[0].starts_with("the value is a number of failures in a time, in quotes"),
            "{}",
            messages[0]
        );
    }
    one(task("max_failures = \"0 in 10m\""), "`max_failures` is 0, so the first failure would end the task");
    one(task("max_failures = \"5 in 0s\""), "the time of `max_failures` is zero");
    one(task("max_failures = \"1001 in 10m\""), "`max_failures` is above 1,000");
    one(task("max_failures = \"99999999999 in 10m\""), "`max_failures` is above 1,000");
    one(task("max_failures = \"5 in 10\""), "the duration \"10\" has no unit");
    one(task("max_failures = \"5 in 10 parsecs\""), "invalid duration \"10 parsecs\"");
    one(task("max_failures = \"5 in 500 years\""), "the duration \"500 years\" is longer than 100 years");
    one(task("max_failures"), "`max_failures` needs a value, as in `max_failures = \"5 in 10m\"`");
    one(task("max_failures = \"unlimited\""), "`\"unlimited\"` is no value of `max_failures`");
}

#[test]
fn a_limit_beyond_the_backoff_shows_the_arithmetic() {
    let constant = "max_failures = \"5 in 10s\", backoff(constant, first = \"3s\")";
    let problem = "`max_failures` of 5 in 10s can never be exceeded: the backoff puts 5 delays of at least 3s, 3s, …, 3s between 6 \
                   failures, together at least 15s";
    one(task(&format!("{constant}, restart = \"on-failure\"")), problem);
    one(job(constant), problem);
    // A success, after which the delays begin anew, changes nothing here.
    one(task(constant), problem);
    one(task(&format!("{constant}, delay = \"0s\"")), problem);
    for reachable in [
        "max_failures = \"5 in 15s\", backoff(constant, first = \"3s\")",
        "max_failures = \"5 in 1s\", backoff = \"none\"",
        "max_failures = \"5 in 1s\", backoff(exp, jitter = \"full\")",
        // What the compiler evaluates, and the backoff of the `Config`, are checked at start-up.
        "max_failures = \"5 in 1s\"",
        "max_failures = \"5 in 1s\", backoff = BACKOFF",
        "max_failures = \"5 in 1s\", backoff(constant, first = WAIT)",
        "max_failures = LIMIT, backoff(constant, first = \"1h\")",
        "max_failures = \"5 in 1s\", backoff(exp), stable_after = STABLE",
        "max_failures = \"5 in 1s\", backoff(exp), delay = DELAY",
        "max_failures = \"5 in 1s\", backoff(exp), restart = RESTART",
        // Two series of delays from 50 ms are shorter than one.
        "max_failures = \"10 in 10s\", backoff(exp), delay = \"100ms\"",
        // A tick ends a backoff.
        "max_failures = \"5 in 10s\", backoff(constant, first = \"3s\"), every = \"1s\"",
    ] {
        assert_eq!(task(reachable), [""; 0], "{reachable}");
    }
    one(
        task("max_failures = \"10 in 10s\", backoff(exp), restart = \"on-failure\""),
        "`max_failures` of 10 in 10s can never",
    );
    one(
        task("max_failures = \"1 in 1ms\", backoff(exp)"),
        "`max_failures` of 1 in 1ms can never be exceeded: the backoff puts a delay of at least 50ms between 2 failures",
    );
    one(
        task("max_failures = \"2 in 1ms\", backoff(exp)"),
        "`max_failures` of 2 in 1ms can never be exceeded: the backoff puts delays of at least 50ms and 100ms between 3",
    );
}

#[test]
fn an_option_of_retries_needs_retries() {
    for option in ["max_failures = \"5 in 10m\"", "fatal_if = is_permanent", "on_give_up = \"pause\""] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        one(
            task(&format!("restart = \"never\", {option}")),
            &format!("`{key}` has no effect with `restart = \"never\"`, which never retries"),
        );
    }
    one(
        job("restart = \"never\", max_failures = LIMIT"),
        "`max_failures` has no effect with `restart = \"never\"`",
    );
    one(job("fatal_if = is_permanent"), "`fatal_if` has no effect on a job that makes one attempt");
    // An option with a mistake may be the one that implies retries.
    one(job("fatal_if = is_permanent, max_failures = 5"), "the value is a number of failures in a time");
}

#[test]
fn a_heartbeat_is_within_the_timeout() {
    one(task("heartbeat = \"0s\""), "`heartbeat` must be longer than zero: every attempt would miss it");
    one(task("heartbeat = \"6s\", timeout = \"5s\""), "`heartbeat` is longer than the `timeout`");
    one(job("heartbeat = 30s"), "a duration is written in quotes; write `heartbeat = \"30s\"`");
    one(task("heartbeat = none"), "`none` is no value of `heartbeat`; leave `heartbeat` out");
}

#[test]
fn a_flag_is_true_or_false() {
    for (written, right) in [
        ("critical = \"true\"", "true"),
        ("critical = yes", "true"),
        ("critical = \"no\"", "false"),
        ("critical = 1", "true"),
        ("critical = 0", "false"),
        ("critical(true)", "true"),
        ("critical: false", "false"),
        ("critical true", "true"),
    ] {
        let messages = task(written);
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].contains(&format!("write `critical = {right}`")), "{}", messages[0]);
    }
    for written in ["critical = \"perhaps\"", "critical = 5", "critical = 1.5", "critical = [1, 2]"] {
        let messages = task(written);
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].starts_with("the value is `true` or `false`, without quotes"), "{}", messages[0]);
    }
    one(task("critical, critical"), "`critical` is given twice");
    one(task("critical, critical = false"), "`critical` is given twice");
    one(task("critical max_retries = 3"), "expected `,` before the next option");
    one(task("critical = "), "`critical` needs a value");
    one(
        task("critical, on_give_up = \"fail\", max_retries = 3"),
        "`on_give_up` has no effect on a critical task",
    );
}

#[test]
fn an_unknown_action_lists_the_actions() {
    one(
        task("on_give_up = \"paus\""),
        "unknown value \"paus\" for `on_give_up`; did you mean \"pause\"? expected \"fail\" or \"pause\"",
    );
    one(task("on_give_up = pause"), "the value is written in quotes; write `on_give_up = \"pause\"`");
    one(
        task("on_shutdown = \"drain\""),
        "unknown value \"drain\" for `on_shutdown`; write `on_shutdown = \"finish\"`",
    );
    one(job("on_shutdown = Finish"), "the value is written in quotes; write `on_shutdown = \"finish\"`");
}

#[test]
fn a_predicate_is_the_path_of_a_function() {
    for (written, right) in [
        ("fatal_if = \"is_permanent\"", "is_permanent"),
        ("fatal_if = \"errors::is_permanent\"", "errors::is_permanent"),
        ("fatal_if = is_permanent()", "is_permanent"),
        ("fatal_if = &is_permanent", "is_permanent"),
        ("fatal_if(is_permanent)", "is_permanent"),
        ("fatal_if: errors::is_permanent", "errors::is_permanent"),
    ] {
        let messages = task(written);
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].contains(&format!("write `fatal_if = {right}`")), "{}", messages[0]);
    }
    for written in ["|error| true", "is_permanent(error)", "5", "\"5 + 5\"", "{ is_permanent }", "true"] {
        let messages = task(&format!("fatal_if = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].starts_with("the value is the path of a function"), "{}", messages[0]);
    }
}

#[test]
fn a_predicate_needs_an_error() {
    let problem = "`fatal_if` decides which errors are fatal, and this function has none";
    for output in ["", "-> ()", "-> !", "-> (())"] {
        one(task_on("fatal_if = is_permanent", &format!("async fn ping() {output} {{}}")), problem);
    }
    for output in ["", "-> u64", "-> (u8, u8)", "-> Vec<u8>"] {
        let item = tokens(&format!("async fn sync() {output} {{}}"));
        one(messages(crate::job::job(tokens("fatal_if = is_permanent, max_retries = 3"), item)), problem);
    }
    for output in ["io::Result<()>", "Alias", "Result<(), impl Error>", "(Result<(), E>)"] {
        assert_eq!(task_on("fatal_if = is_permanent", &format!("async fn ping() -> {output} {{}}")), [""; 0]);
    }
}

#[test]
fn a_job_says_why_it_has_no_option_of_a_task() {
    let reason = "it belongs to a task; remove it: a job that gives up has ended, and its caller learns it from the outcome";
    for (written, key) in
        [("critical", "critical"), ("critical = true", "critical"), ("on_give_up = \"pause\"", "on_give_up")]
    {
        one(job(written), &format!("unknown option `{key}`; {reason}"));
    }
}

#[test]
fn every_mistake_of_them_is_reported() {
    let arguments = "max_failures = 5, on_give_up = \"x\", fatal_if = 5, critical = 5, heartbeat = \"0s\", on_shutdown = \"x\"";
    assert_eq!(task(arguments).len(), 6, "{:#?}", task(arguments));
}
