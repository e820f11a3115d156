//! Every reader, with values that it accepts and values that it refuses.

use std::fmt::Debug;
use std::time::Duration;

use super::read::*;
use crate::policy::options::OptionValue::{self, Bool, Float, Integer, List, Table};
use crate::policy::{
    BackoffPolicy, JitterPolicy, MaxFailures, Missed, OnGiveUp, OnShutdown, Overlap, RateLimit, Readiness,
    RestartPolicy, StopOrder,
};
#[cfg(feature = "controller")]
use crate::runtime::registry::slot::Admission;

type Read<T> = fn(&OptionValue) -> Result<T, String>;

fn text(text: &str) -> OptionValue {
    OptionValue::Text(text.to_owned())
}

fn table(entries: &[(&str, OptionValue)]) -> OptionValue {
    Table(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

#[track_caller]
fn accepts<T: Debug + PartialEq>(read: Read<T>, value: &OptionValue, expected: T) {
    assert_eq!(read(value), Ok(expected), "{value}");
}

#[track_caller]
fn refuses<T: Debug>(read: Read<T>, value: &OptionValue, reason: &str) {
    let error = read(value).expect_err("the value is refused");
    assert_eq!(error, reason, "{value}");
}

/// Reads each word of an option, and refuses everything else with the list of them.
#[track_caller]
fn words<T: Debug + PartialEq + Copy>(read: Read<T>, words: &[(&str, T)]) {
    let known: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let expected = format!("expected one of {}", known.join(", "));
    for (word, value) in words {
        accepts(read, &text(word), *value);
        accepts(read, &text(&format!(" {word} ")), *value);
        refuses(read, &text(&word.to_uppercase()), &format!("{expected}, found `{}`", word.to_uppercase()));
    }
    refuses(read, &text("sometimes"), &format!("{expected}, found `sometimes`"));
    refuses(read, &text(""), &format!("{expected}, found an empty text"));
    refuses(read, &Integer(1), &format!("{expected}, found `1`"));
    refuses(read, &List(vec![text(words[0].0)]), &format!("{expected}, found a list"));
}

#[test]
fn durations_need_a_unit() {
    const EXPECTED: &str = "expected a duration, such as `10s` or `1m 30s`, found";
    for (written, time) in [("250ms", 250), ("1m 30s", 90_000), (" 2s ", 2000), ("0s", 0)] {
        accepts(duration, &text(written), Duration::from_millis(time));
        accepts(duration_or_none, &text(written), Some(Duration::from_millis(time)));
    }
    let without_unit = "`10` without a unit: write `10s` for seconds, or `10ms` for milliseconds";
    refuses(duration, &Integer(10), &format!("{EXPECTED} {without_unit}"));
    refuses(duration, &text("10"), &format!("{EXPECTED} {without_unit}"));
    refuses(duration, &Float(1.5), &format!("{EXPECTED} `1.5`"));
    refuses(duration, &text(""), &format!("{EXPECTED} an empty text"));
    refuses(duration, &List(Vec::new()), &format!("{EXPECTED} a list"));
    for written in ["-1s", "1 fortnight", "s", "99999999999999999999s", "99999999999999999y"] {
        let error = duration(&text(written)).expect_err(written);
        assert!(error.starts_with(&format!("{EXPECTED} `{written}`: ")), "{error}");
    }
}

#[test]
fn a_limit_is_removed_with_none() {
    accepts(duration_or_none, &text("none"), None);
    accepts(retries_or_none, &text(" none "), None);
    accepts(count_or_none, &text("none"), None);
    accepts(max_failures, &text("none"), None);
    refuses(
        duration_or_none,
        &Bool(false),
        "expected a duration, such as `10s` or `1m 30s`, found `false`; `none` removes it",
    );
    refuses(count_or_none, &text("None"), "expected an integer, found `None`; `none` removes it");
}

#[test]
fn numbers_are_within_their_range() {
    accepts(retries_or_none, &Integer(3), Some(3));
    accepts(retries_or_none, &text("3"), Some(3));
    accepts(count_or_none, &Integer(4), Some(4));
    accepts(count_or_none, &text(" 4 "), Some(4));
    accepts(events, &Integer(1), 1);
    refuses(
        retries_or_none,
        &Integer(4_294_967_296),
        "`4294967296` is not a possible number of retries; `none` removes it",
    );
    refuses(
        count_or_none,
        &Integer(-1),
        "`-1` is not a possible number of places or tasks; `none` removes it",
    );
    refuses(count_or_none, &Float(4.0), "expected an integer, found `4.0`; `none` removes it");
    refuses(events, &Integer(0), "`queue` is 0, so that every event would be lost: set at least 1");
    refuses(events, &text("many"), "expected an integer, found `many`");
}

#[cfg(feature = "controller")]
#[test]
fn a_number_of_jobs_may_be_zero() {
    accepts(jobs, &Integer(0), 0);
    accepts(jobs, &text("100"), 100);
    refuses(jobs, &Integer(-1), "`-1` is not a possible number of jobs");
}

#[test]
fn words_are_those_of_the_attribute() {
    use RestartPolicy::{Always, Never, OnFailure};
    words(restart, &[("never", Never), ("on-failure", OnFailure), ("always", Always)]);
    words(overlap, &[("skip", Overlap::Skip), ("queue", Overlap::Queue)]);
    words(missed, &[("once", Missed::Once), ("skip", Missed::Skip)]);
    words(on_give_up, &[("fail", OnGiveUp::Fail), ("pause", OnGiveUp::Pause)]);
    words(on_shutdown, &[("cancel", OnShutdown::Cancel), ("finish", OnShutdown::Finish)]);
    let readiness =
        [("start", Readiness::Start), ("success", Readiness::Success), ("notify", Readiness::Notify)];
    words(ready, &readiness);
    words(stop_order, &[("first", StopOrder::First), ("last", StopOrder::Last)]);
}

#[cfg(feature = "controller")]
#[test]
fn admissions_are_those_of_the_attribute() {
    use Admission::{DropIfRunning, Latest, Queue, Replace};
    let known =
        [("queue", Queue), ("replace", Replace), ("drop-if-running", DropIfRunning), ("latest", Latest)];
    words(admission, &known);
}

#[test]
fn failures_in_a_time_are_read() {
    let expected = MaxFailures::new(5, Duration::from_secs(600));
    accepts(max_failures, &text("5 in 10m"), Some(expected));
    for value in [text("5"), text("in 10m"), text("5 in 10"), Integer(5)] {
        refuses(
            max_failures,
            &value,
            &format!(
                "expected a number of failures in a time, such as `5 in 10m`, found `{value}`; `none` removes it"
            ),
        );
    }
}

#[test]
fn a_rate_keeps_its_burst() {
    let limit = |attempts, burst| Some(RateLimit::new(attempts, Duration::from_secs(60)).with_burst(burst));
    assert_eq!(rate_limit(&text("10/m"), None), Ok(limit(10, 1)));
    assert_eq!(rate_limit(&text("10/m"), limit(5, 3)), Ok(limit(10, 3)));
    assert_eq!(rate_limit(&text("none"), limit(5, 3)), Ok(None));
    assert_eq!(burst(&Integer(3), limit(5, 1)).ok(), limit(5, 3));
    let expected = "expected a number of attempts in a period, such as `10/m`, found `10`; `none` removes it";
    assert_eq!(rate_limit(&Integer(10), None), Err(expected.to_owned()));
    let expected = "`burst` has no effect without `rate_limit`: remove it, or set `rate_limit`";
    assert_eq!(burst(&Integer(3), None), Err(expected.to_owned()));
    let expected = "`-3` is not a possible number of attempts";
    assert_eq!(burst(&Integer(-3), limit(5, 1)), Err(expected.to_owned()));
}

#[test]
fn names_are_a_list_or_one_text() {
    let names_of = |names: &[&str]| Ok(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(names(&List(vec![text("connect"), text(" migrate ")])), names_of(&["connect", "migrate"]));
    assert_eq!(names(&text("connect")), names_of(&["connect"]));
    assert_eq!(names(&List(Vec::new())), names_of(&[]));
    refuses(names, &Integer(1), "expected a list of names of tasks, such as `[\"connect\"]`, found `1`");
    refuses(names, &List(vec![Integer(1)]), "expected the name of a task, found `1`");
}

#[test]
fn a_backoff_is_a_word_or_a_table() {
    let milliseconds = Duration::from_millis;
    let built = |builder: crate::policy::BackoffBuilder| builder.build().expect("the parameters are valid");
    accepts(backoff, &text("none"), BackoffPolicy::none());
    accepts(backoff, &text(" exp "), built(BackoffPolicy::builder()));
    accepts(backoff, &text("constant"), BackoffPolicy::constant(milliseconds(100)));
    let whole = table(&[
        ("factor", Integer(3)),
        ("first", text("250ms")),
        ("jitter", text("full")),
        ("kind", text("exp")),
        ("max", text("1m")),
    ]);
    let builder = BackoffPolicy::builder().first(milliseconds(250)).max(milliseconds(60_000)).factor(3.0);
    accepts(backoff, &whole, built(builder).with_jitter(JitterPolicy::Full));
    let constant = table(&[("first", text("2s")), ("jitter", text("none")), ("kind", text("constant"))]);
    let expected = BackoffPolicy::constant(milliseconds(2000)).with_jitter(JitterPolicy::None);
    accepts(backoff, &constant, expected);
}

#[test]
fn parameters_of_a_backoff_that_do_not_fit_are_refused() {
    const KINDS: &str = "`exp`, `constant`, `none`, or a table such as `{ kind = \"exp\", first = \"100ms\", max = \"30s\" }`";
    let of = |kind: &str, key: &str, value: OptionValue| table(&[("kind", text(kind)), (key, value)]);
    refuses(backoff, &text("linear"), &format!("expected {KINDS}, found `linear`"));
    refuses(backoff, &Integer(1), &format!("expected {KINDS}, found `1`"));
    refuses(backoff, &table(&[]), &format!("`backoff` has no `kind`: write {KINDS}"));
    refuses(
        backoff,
        &of("exp", "color", text("red")),
        "`color` of `backoff`: no such parameter; they are `kind`, `first`, `max`, `factor`, `jitter`",
    );
    refuses(
        backoff,
        &of("exp", "jitter", text("some")),
        "`jitter` of `backoff`: expected one of `equal`, `full`, `decorrelated`, `none`, found `some`",
    );
    refuses(
        backoff,
        &of("exp", "factor", text("two")),
        "`factor` of `backoff`: expected a number, found `two`",
    );
    for (kind, key, value) in [("constant", "max", "1m"), ("none", "first", "1s"), ("none", "jitter", "full")]
    {
        let reason = format!("`{key}` has no effect on the backoff `{kind}`: remove it");
        refuses(backoff, &of(kind, key, text(value)), &reason);
    }
    assert!(backoff(&of("exp", "factor", Float(0.5))).is_err());
}

#[cfg(feature = "schedule")]
#[test]
fn the_texts_of_a_calendar_are_kept() {
    assert_eq!(cron(&text(" 0 3 * * * ")).as_deref(), Ok("0 3 * * *"));
    assert_eq!(zone(&text("Europe/Berlin")).as_deref(), Ok("Europe/Berlin"));
    assert_eq!(
        cron(&Integer(5)),
        Err("expected a cron expression, such as `0 3 * * *`, found `5`".to_owned())
    );
    assert_eq!(
        zone(&Bool(true)),
        Err("expected the name of a time zone, such as `Europe/Berlin`, found `true`".to_owned())
    );
}
