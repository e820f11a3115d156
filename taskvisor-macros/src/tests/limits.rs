//! The options of instances, permits, rates and places in a slot.

use std::time::Duration;

use super::{messages, messages_inside, one, tokens};
use crate::attr::limits::{RateLimit, parse};

fn task(arguments: &str) -> Vec<String> {
    task_on(arguments, "async fn consume() {}")
}

fn task_on(arguments: &str, item: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens(item)))
}

fn job(arguments: &str) -> Vec<String> {
    job_on(arguments, "async fn sync(tenant: u64) {}")
}

fn job_on(arguments: &str, item: &str) -> Vec<String> {
    messages(crate::job::job(tokens(arguments), tokens(item)))
}

#[test]
fn literals_and_constants_are_accepted() {
    for arguments in [
        "instances = 1",
        "instances = 10_000",
        "instances = 4usize, max_concurrent = 1",
        "instances = COUNT, max_concurrent = limits::PERMITS",
        "max_concurrent = 8, instances = 4",
        "instances = { 2 + 2 }",
        "rate_limit = \"10/s\"",
        "rate_limit = \"10/m\", burst = 3",
        "burst = BURST, rate_limit = \" 10 / h \"",
        "rate_limit = \"10/d\"",
        "rate_limit = \"100/30s\"",
        "rate_limit = \"1/1h 30m\"",
        "rate_limit = \"4294967295/1year\"",
        "rate_limit = LIMIT",
        "rate_limit = RateLimit::new(10, MINUTE).with_burst(3)",
        "rate_limit = { LIMITS / 2 }",
        "rate_limit = LIMITS / 2",
    ] {
        assert_eq!(task(arguments), [""; 0], "{arguments}");
    }
    for arguments in [
        "max_concurrent = 1",
        "max_concurrent = PERMITS, rate_limit = LIMIT",
        "rate_limit = \"10/m\", burst = 3, slot = \"{tenant}\", capacity = 2",
        "capacity = PLACES, slot = SLOT, admission = \"latest\"",
    ] {
        assert_eq!(job(arguments), [""; 0], "{arguments}");
    }
}

#[test]
fn a_count_that_cannot_work_is_one_mistake() {
    for written in ["0", "0usize", "-5"] {
        let of_key = |before: &str, key: &str, reason: &str| {
            one(
                task(&format!("{before}{key} = {written}")),
                &format!("`{key}` must be at least 1: {reason}"),
            );
        };
        let disable = "without an instance the task never runs; for that, call `app.disable::<consume>()`";
        of_key("", "instances", disable);
        of_key("instances = 1, ", "max_concurrent", "no attempt could begin; leave it out for no limit");
        let spaced = "no attempt could begin; leave it out for attempts that are evenly spaced";
        of_key("rate_limit = \"10/m\", ", "burst", spaced);
    }
    one(
        job("slot = \"{tenant}\", capacity = 0"),
        "`capacity` must be at least 1: no submission could run; leave it out for one at a time",
    );
    for written in ["1.5", "\"many\"", "true", "[4]", "'4'"] {
        let messages = task(&format!("instances = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].starts_with("a count is a whole number"), "{}", messages[0]);
    }
    for written in ["10_001", "99999999999", "10001usize"] {
        one(
            task(&format!("instances = {written}")),
            "`instances` is above 10,000, and each instance is a task",
        );
    }
    one(task("instances = \"4\""), "a count is a whole number, without quotes; write `instances = 4`");
    one(task("instances = four"), "a count is a whole number, without quotes; write `instances = 4`");
    one(task("instances = 4 workers"), "a count is a number alone; write `instances = 4`");
    one(task("instances(4)"), "expected `=`; write `instances = 4`");
    one(task("instances"), "`instances` needs a value, as in `instances = 4`");
    one(
        task("instances = \"auto\""),
        "`\"auto\"` is no value of `instances`; leave `instances` out for one task",
    );
    one(task("instances = cpus"), "unknown value `cpus` for `instances`; write a number or a constant");
    one(
        job("max_concurrent = unlimited"),
        "`unlimited` is no value of `max_concurrent`; leave `max_concurrent` out",
    );
    one(job("max_concurrent = -1"), "`-1` is no value of `max_concurrent`; leave `max_concurrent` out");
}

#[test]
fn the_time_of_a_rate_is_a_unit_or_a_duration() {
    for (text, attempts, seconds) in [
        ("10/s", 10, 1),
        ("10/m", 10, 60),
        (" 10 / h ", 10, 3_600),
        ("1/d", 1, 86_400),
        ("100/30s", 100, 30),
        ("1/1h 30m", 1, 5_400),
        ("4294967295/366days", u32::MAX, 366 * 86_400),
    ] {
        let limit = RateLimit { attempts, period: Duration::from_secs(seconds) };
        assert!(parse(text).is_ok_and(|parsed| parsed == limit), "{text}");
    }
}

#[test]
fn another_notation_of_a_rate_shows_the_right_one() {
    for (written, right) in [
        ("\"10 per m\"", "10/m"),
        ("\"10 per minute\"", "10/m"),
        ("\"10/minute\"", "10/m"),
        ("\"10/min\"", "10/m"),
        ("\"10/sec\"", "10/s"),
        ("\"10/S\"", "10/s"),
        ("\"10/hr\"", "10/h"),
        ("\"10/day\"", "10/d"),
        ("\"10/week\"", "10/1week"),
        ("\"ten/m\"", "10/m"),
        ("\"10 in 30s\"", "10/30s"),
        ("\"10 requests every 5m\"", "10/5m"),
        ("\"10:1m\"", "10/1m"),
        ("\"10x/m\"", "10/m"),
        ("\"1.5/s\"", "3/2s"),
        ("\"0.5/m\"", "1/2m"),
        ("\"2.50/h\"", "5/2h"),
        ("\"1.5/30s\"", "3/1m"),
        ("(10, \"1m\")", "10/1m"),
        ("[10, \"30s\"]", "10/30s"),
        ("10/m", "10/m"),
        ("10 / 30s", "10/30s"),
        ("10 per minute", "10/m"),
        ("\"10\" / m", "10/m"),
    ] {
        let messages = task(&format!("rate_limit = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        let write = format!("write `rate_limit = \"{right}\"`");
        assert!(messages[0].contains(&write), "{written}: {}", messages[0]);
    }
    one(
        task("rate_limit = \"10 per m\""),
        "invalid rate limit \"10 per m\": it is no number of attempts in a period; write `rate_limit = \"10/m\"`",
    );
    one(
        task("rate_limit = \"1.5/s\""),
        "invalid rate limit \"1.5/s\": the number of attempts is not whole; write `rate_limit = \"3/2s\"`",
    );
    one(task("rate_limit = \"10/min\""), "invalid rate limit \"10/min\"; write `rate_limit = \"10/m\"`");
    one(task("rate_limit: \"10/m\""), "expected `=`; write `rate_limit = \"10/m\"`");
    one(task("rate_limit(10, \"1m\")"), "expected `=`; write `rate_limit = \"10/1m\"`");
    one(task("\"10/m\""), "`\"10/m\"` is a value without an option; write `rate_limit = \"10/m\"`");
}

#[test]
fn a_rate_that_cannot_work_is_one_mistake() {
    for written in [
        "\"10\"",
        "\"/m\"",
        "\"10/\"",
        "\"/\"",
        "\"\"",
        "\"many/m\"",
        "\"-1/m\"",
        "\"+1/m\"",
        "\"1/2/s\"",
        "\"m/10\"",
    ] {
        let messages = task(&format!("rate_limit = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(messages[0].ends_with("rule `invalid-rate-limit`"), "{}", messages[0]);
        assert!(messages[0].contains("write"), "{}", messages[0]);
    }
    one(
        task("rate_limit = \"10/fortnight\""),
        "invalid rate limit \"10/fortnight\": the period is none of `s`, `m`, `h` and `d`, and no duration such as `14d`; write, for \
         example, `rate_limit = \"10/m\"`",
    );
    one(task("rate_limit = \"0/m\""), "`rate_limit` allows no attempt, so none would begin");
    one(task("rate_limit = \"10/0s\""), "the period of `rate_limit` is zero, so it would limit nothing");
    one(task("rate_limit = \"10/5years\""), "the period of `rate_limit` is longer than a year");
    one(task("rate_limit = \"10/500years\""), "the duration \"500years\" is longer than 100 years");
    one(task("rate_limit = \"10/30\""), "the duration \"30\" has no unit; write \"30s\"");
    one(task("rate_limit = \"10/30 parsecs\""), "invalid duration \"30 parsecs\"");
    one(task("rate_limit = \"99999999999/s\""), "`rate_limit` allows more than 4294967295 attempts");
    one(task("rate_limit"), "`rate_limit` needs a value, as in `rate_limit = \"10/m\"`");
    one(
        task("rate_limit = \"unlimited\""),
        "`\"unlimited\"` is no value of `rate_limit`; leave `rate_limit` out",
    );
    for written in ["10", "1.5", "true", "'5'", "-5", "b\"10/m\"", "Some(5)"] {
        let messages = job(&format!("rate_limit = {written}"));
        assert_eq!(messages.len(), 1, "{written}: {messages:#?}");
        assert!(
            messages[0].starts_with("the value is a number of attempts in a period, in quotes"),
            "{}",
            messages[0]
        );
    }
}

#[test]
fn an_option_of_another_one_does_not_stand_alone() {
    one(
        task("max_concurrent = 2"),
        "a task without `instances` runs one attempt at a time anyway: remove `max_concurrent`, or add `instances = 4`",
    );
    for expand in [task, job] {
        one(
            expand("burst = 3"),
            "`burst` says how many attempts of a `rate_limit` may begin at once, and there is none",
        );
        one(
            expand("rate_limit = LIMIT, burst = 3"),
            "a constant `rate_limit` has a burst of its own; remove `burst`",
        );
        // An option with a mistake is not missing.
        one(expand("rate_limit = 5, burst = 3"), "the value is a number of attempts in a period");
    }
    one(task("instances = \"x\", max_concurrent = 2"), "a count is a whole number");
    one(
        job("capacity = 2"),
        "`capacity` has no effect without `slot`, because submissions without a slot do not",
    );
    one(job("capacity = 2, slot = tenant"), "a slot is a text in quotes");
}

#[test]
fn the_extractor_of_an_instance_needs_instances() {
    for item in [
        "async fn consume(instance: Instance) {}",
        "async fn consume(Instance(number): Instance) {}",
        "async fn consume(instance: &Instance) {}",
        "async fn consume(ctx: TaskContext, instance: taskvisor::Instance) {}",
        "async fn consume(instance: ::taskvisor::prelude::Instance) {}",
    ] {
        one(
            task_on("", item),
            "`Instance` is the number of an instance, and this task has no `instances`; write",
        );
        for arguments in ["instances = 4", "instances = COUNT"] {
            assert_eq!(task_on(arguments, item), [""; 0], "{arguments}");
        }
        one(task_on("instances = 0", item), "`instances` must be at least 1");
    }
    let own = "; if `Instance` is a type of your own, write `self::Instance`";
    assert!(task_on("", "async fn consume(instance: Instance) {}")[0].contains(own));
    assert!(!task_on("", "async fn consume(instance: taskvisor::Instance) {}")[0].contains(own));
    assert_eq!(task_on("", "async fn consume(instance: self::Instance, other: cloud::Instance) {}"), [""; 0]);
}

#[test]
fn a_job_and_a_subscriber_have_no_instances() {
    for parameter in [
        "#[inject] instance: Instance",
        "instance: &Instance",
        "#[inject] instance: &Instance",
        "Instance(number): Instance",
        "instance: taskvisor::Instance",
    ] {
        one(
            job_on("", &format!("async fn sync({parameter}) {{}}")),
            "a job runs once for each submission, and has no instances; remove the parameter",
        );
    }
    // It is an argument if it is a type of the user; the compiler reports the extractor.
    for parameter in ["instance: Instance", "instance: cloud::Instance", "#[inject] instance: self::Instance"]
    {
        assert_eq!(job_on("", &format!("async fn sync({parameter}) {{}}")), [""; 0], "{parameter}");
    }
    for parameter in ["instance: Instance", "instance: &Instance"] {
        let item = format!("async fn log(event: &Event, {parameter}) {{}}");
        one(
            messages(crate::subscriber::subscriber(tokens(""), tokens(&item))),
            "a subscriber has no instances; remove the parameter, and call `event.instance()`",
        );
    }
}

#[test]
fn an_option_of_another_attribute_names_it() {
    one(
        job("instances = 4"),
        "unknown option `instances`; it belongs to a task; a job runs once for each submission: write `max_concurrent = 4`",
    );
    one(
        task("capacity = 2"),
        "unknown option `capacity`; it belongs to a job, for the submissions in its slot",
    );
    let subscriber = |arguments: &str| {
        messages(crate::subscriber::subscriber(tokens(arguments), tokens("async fn log(event: &Event) {}")))
    };
    let main = |arguments: &str| {
        messages_inside(crate::entry::main(tokens(arguments), tokens("async fn main() {}")))
    };
    for option in ["instances = 4", "rate_limit = \"10/m\"", "burst = 3", "capacity = 2"] {
        let (key, _) = option.split_once(" = ").expect("it has a value");
        one(main(option), &format!("unknown option `{key}`; it belongs to a"));
        let belongs = if key == "capacity" { "write `queue = 2`" } else { "it belongs to a" };
        one(subscriber(option), &format!("unknown option `{key}`; {belongs}"));
    }
    one(subscriber("max_concurrent = 2"), "unknown option `max_concurrent`; it belongs to a job or a task");
    assert_eq!(main("max_concurrent = 8"), [""; 0]);
}

#[test]
fn a_word_of_another_library_suggests_the_option() {
    for (written, advice) in [
        ("instance = 8", "did you mean `instances`?"),
        ("ratelimit = \"5/s\"", "did you mean `rate_limit`?"),
        ("bursts = 5", "did you mean `burst`?"),
        ("replicas = 8", "write `instances = 8`"),
        ("workers = 8", "write `instances = 8`"),
        ("parallelism = 8", "write `instances = 8`"),
        ("concurrency = 8", "write `instances = 8`"),
        ("numprocs = 8", "write `instances = 8`"),
        ("slots = 8", "write `instances = 8`"),
        ("max_concurrency = 8", "write `instances = 4, max_concurrent = 2`"),
        ("rate = \"5/s\"", "write `rate_limit = \"5/s\"`"),
        ("rate = 5", "write `rate_limit = \"5/m\"`"),
        ("rate = \"5/min\"", "write `rate_limit = \"5/m\"`"),
        ("rps = 5", "write `rate_limit = \"5/s\"`"),
        ("throttle = \"often\"", "write `rate_limit = \"10/m\"`"),
        ("throttle = 0", "write `rate_limit = \"10/m\"`"),
    ] {
        let word = written.split(' ').next().unwrap_or_default();
        one(task(written), &format!("unknown option `{word}`; {advice}"));
    }
    for (written, advice) in [
        ("instance = 8", "it belongs to a task; a job runs once for each submission"),
        ("replicas = 8", "write `max_concurrent = 8`"),
        ("workers = 8", "write `max_concurrent = 8`"),
        ("parallelism = 8", "write `max_concurrent = 8`"),
        ("concurrency = 8", "write `max_concurrent = 8`"),
        ("max_concurrency = 8", "write `max_concurrent = 8`"),
        ("slots = 8", "write `slot = \"tenant-{tenant}\", capacity = 2`"),
        ("max_per_slot = 8", "write `slot = \"tenant-{tenant}\", capacity = 2`"),
        ("rate = 5", "write `rate_limit = \"5/m\"`"),
        ("throttle = \"5/s\"", "write `rate_limit = \"5/s\"`"),
    ] {
        let word = written.split(' ').next().unwrap_or_default();
        one(job(written), &format!("unknown option `{word}`; {advice}"));
    }
}

#[test]
fn every_mistake_of_them_is_reported() {
    let arguments = "instances = 10_001, max_concurrent = 0, rate_limit = \"10\", burst = 0";
    assert_eq!(task(arguments).len(), 4, "{:#?}", task(arguments));
    let arguments = "instances = 4, max_concurrent = 0, rate_limit = \"0/m\", burst = 1.5, capacity = -1";
    assert_eq!(job(arguments).len(), 5, "{:#?}", job(arguments));
}
