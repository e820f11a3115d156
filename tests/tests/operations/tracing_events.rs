//! `TracingSubscriber`: events as events of `tracing`, and identical failures in a row as one line.

use std::time::Duration;

use taskvisor::{
    Event, EventKind, EventName, Failure, FailureKind, Outcome, StopCause, Subscribe, Subscriber, Supervisor,
    TracingSubscriber,
};
use tracing::info_span;
use tracing::subscriber::{DefaultGuard, set_default};

use crate::recording::Recorder;
use crate::spans::{SECOND, logging, retried};
use crate::spans_jobs::in_slot;

const MINUTE: Duration = Duration::from_secs(60);

/// A subscriber and what it writes.
struct Written {
    subscriber: TracingSubscriber,
    recorder: Recorder,
    /// The last event. The next one is about the same task.
    event: Event,
    _default: DefaultGuard,
}

impl Written {
    fn new() -> Self {
        let recorder = Recorder::default();
        let default = set_default(recorder.subscriber());
        let event = Event::new(EventKind::Added).with_task("poll");
        Self { subscriber: TracingSubscriber::new(), recorder, event, _default: default }
    }

    /// Writes the next event of the task, and returns the lines.
    async fn write(&mut self, kind: EventKind) -> Vec<String> {
        self.event.kind = kind;
        self.subscriber.on_event(&self.event).await;
        self.recorder.take()
    }

    /// Writes a failure after this time.
    async fn fail(&mut self, after: Duration, attempt: u64, error: &'static str) -> Vec<String> {
        self.event.at += after;
        self.write(failed(attempt, error)).await
    }
}

fn failed(attempt: u64, error: &'static str) -> EventKind {
    EventKind::failed(Duration::from_millis(4), Failure::new(FailureKind::Error, attempt, error))
}

fn failed_line(attempt: u64, error: &str) -> String {
    format!("log WARN failed task=poll attempt={attempt} error={error} ran_ms=4 in none")
}

#[tokio::test(start_paused = true)]
async fn each_event_names_its_task_and_slot() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor =
        Supervisor::builder(taskvisor::Config::default()).subscriber(TracingSubscriber::new()).build();
    {
        let _request = info_span!("request").entered();
        let _job = supervisor.submit(in_slot(retried(logging("sync")), "a")).expect("accepted");
    }
    tokio::time::sleep(SECOND * 10).await;
    supervisor.shutdown().await.expect("nothing runs");
    let logs = recorder.take_with("log");
    // The body logs in its span, and how long it ran is measured.
    let is_stable = |line: &&String| line.ends_with(" in none") && !line.contains("ran_ms");
    let events: Vec<_> = logs.iter().filter(is_stable).collect();
    assert_eq!(
        events,
        [
            "log DEBUG added task=sync slot=a in none",
            "log DEBUG started task=sync slot=a attempt=1 in none",
            "log backoff task=sync slot=a attempt=1 error=no answer delay_ms=1000 failures=1 in none",
            "log DEBUG started task=sync slot=a attempt=2 in none",
            "log ended task=sync slot=a outcome=completed in none",
            "log DEBUG removed task=sync slot=a in none",
            "log shutdown_requested in none",
            "log stopped in none",
        ]
    );
}

#[tokio::test]
async fn the_level_says_how_bad_it_is() {
    let mut written = Written::new();
    let failure = || Failure::new(FailureKind::Error, 2, "no answer");
    let kinds = [
        (EventKind::gave_up(3, Some(MINUTE), failure()), "ERROR gave_up"),
        (EventKind::aborted(3), "ERROR aborted"),
        (EventKind::ended(Outcome::Aborted), "ERROR ended"),
        (EventKind::ended(Outcome::Failed(failure())), "WARN ended"),
        (EventKind::ended(Outcome::canceled(StopCause::Shutdown)), "ended"),
        (EventKind::timed_out(1, SECOND), "WARN timed_out"),
        (EventKind::stalled(1, SECOND), "WARN stalled"),
        (EventKind::panicked(failure()), "WARN panicked"),
        (EventKind::lagged(4), "WARN lagged"),
        (EventKind::started(4), "DEBUG started"),
        (EventKind::Stopped, "stopped"),
    ];
    for (kind, start) in kinds {
        let lines = written.write(kind).await;
        assert!(lines[0].starts_with(&format!("log {start} ")), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_critical_task_is_an_error() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor =
        Supervisor::builder(taskvisor::Config::default()).subscriber(TracingSubscriber::new()).build();
    let spec = retried(logging("poll")).with_max_retries(Some(0)).with_critical(true);
    let task = supervisor.add_task(spec).expect("accepted");
    assert!(task.outcome().await.is_failed());
    let _ = supervisor.shutdown().await;
    let ended = "log ERROR ended task=poll outcome=failed error=no answer in none";
    assert_eq!(recorder.take_with("ended"), [ended]);
}

#[tokio::test]
async fn identical_failures_are_one_line() {
    let mut written = Written::new();
    assert_eq!(written.fail(SECOND, 1, "no answer").await, [failed_line(1, "no answer")]);
    let failure = Failure::new(FailureKind::Error, 1, "no answer");
    let backoff = EventKind::backoff(1, SECOND, 1, failure.clone());
    assert_eq!(written.write(backoff.clone()).await.len(), 1);
    for attempt in 2..=18 {
        assert_eq!(written.fail(SECOND, attempt, "no answer").await, [""; 0]);
        assert_eq!(written.write(backoff.clone()).await, [""; 0]);
    }
    let lines = written.write(EventKind::succeeded(19, SECOND)).await;
    assert_eq!(
        lines,
        [
            "log WARN same error, 17 times in 17s task=poll attempt=18 error=no answer repeats=17 over_ms=17000 in none",
            "log DEBUG succeeded task=poll attempt=19 ran_ms=1000 in none",
        ]
    );
    // A new row.
    assert_eq!(written.fail(SECOND, 20, "no answer").await, [failed_line(20, "no answer")]);
    assert_eq!(written.write(EventKind::Removed).await, ["log DEBUG removed task=poll in none"]);
}

#[tokio::test]
async fn another_failure_ends_a_row() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    written.fail(SECOND, 2, "no answer").await;
    assert_eq!(
        written.fail(SECOND, 3, "refused").await,
        [
            "log WARN same error, once in 1s task=poll attempt=2 error=no answer repeats=1 over_ms=1000 in none",
            &failed_line(3, "refused"),
        ]
    );
    let panicked = EventKind::panicked(Failure::new(FailureKind::Panic, 4, "refused"));
    assert_eq!(
        written.write(panicked).await,
        ["log WARN panicked task=poll attempt=4 error=refused in none"]
    );
}

#[tokio::test]
async fn a_row_is_written_every_five_minutes() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    for attempt in 2..=5 {
        assert_eq!(written.fail(MINUTE, attempt, "no answer").await, [""; 0]);
    }
    assert_eq!(
        written.fail(MINUTE, 6, "no answer").await,
        [
            "log WARN same error, 5 times in 5m task=poll attempt=6 error=no answer repeats=5 over_ms=300000 in none",
        ]
    );
    assert_eq!(written.fail(MINUTE, 7, "no answer").await, [""; 0]);
}

#[tokio::test]
async fn a_rare_failure_is_never_folded() {
    let mut written = Written::new();
    for attempt in 1..=3 {
        let lines = written.fail(5 * MINUTE, attempt, "no answer").await;
        assert_eq!(lines, [failed_line(attempt, "no answer")]);
    }
}

#[tokio::test]
async fn readiness_and_starts_do_not_end_a_row() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    for kind in [EventKind::started(2), EventKind::ready(SECOND)] {
        assert_eq!(written.write(kind).await.len(), 1);
    }
    assert_eq!(written.fail(SECOND, 2, "no answer").await, [""; 0]);
}

#[tokio::test]
async fn rows_of_two_tasks_do_not_mix() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    let other = Event::new(failed(1, "no answer")).with_task("other");
    written.subscriber.on_event(&other).await;
    assert_eq!(written.recorder.take().len(), 1);
    assert_eq!(written.fail(SECOND, 2, "no answer").await, [""; 0]);
}

#[tokio::test]
async fn a_gap_writes_all_rows() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    written.fail(SECOND, 2, "no answer").await;
    written.subscriber.on_event(&Event::new(EventKind::lagged(7))).await;
    assert_eq!(
        written.recorder.take(),
        [
            "log WARN same error, once in 1s task=poll attempt=2 error=no answer repeats=1 over_ms=1000 in none",
            "log WARN lagged lost=7 in none",
        ]
    );
    assert_eq!(written.fail(SECOND, 3, "no answer").await, [failed_line(3, "no answer")]);
}

#[tokio::test]
async fn the_rows_of_unfinished_tasks_are_bounded() {
    let mut written = Written::new();
    written.fail(SECOND, 1, "no answer").await;
    written.fail(SECOND, 2, "no answer").await;
    for _ in 0..1023 {
        written.subscriber.on_event(&Event::new(failed(1, "no answer")).with_task("other")).await;
    }
    written.recorder.take();
    written.subscriber.on_event(&Event::new(failed(1, "no answer")).with_task("one more")).await;
    let lines = written.recorder.take();
    assert!(lines[0].starts_with("log WARN same error, once in 1s task=poll"), "{lines:?}");
    assert_eq!(written.fail(SECOND, 3, "no answer").await, [failed_line(3, "no answer")]);
}

#[test]
fn its_name_is_tracing() {
    let subscriber = Subscriber::new(TracingSubscriber::new());
    assert_eq!((subscriber.name(), subscriber.events().contains(EventName::Started)), ("tracing", true));
}

#[tokio::test]
async fn an_event_is_in_no_span() {
    let mut written = Written::new();
    let _entered = info_span!("request").entered();
    written.recorder.take();
    assert_eq!(written.write(EventKind::started(1)).await, ["log DEBUG started task=poll attempt=1 in none"]);
}
