use std::sync::Arc;
use std::time::Duration;

use taskvisor::{FailureKind, Operation, Outcome, StopCause};

use super::*;
use crate::clock::Clock;

fn answer(event: &Event) -> EventAnswer {
    event_answer(event, "run-7".to_owned(), &Clock::new().moment())
}

fn failure(message: &str) -> Failure {
    Failure::new(FailureKind::Error, 2, message)
}

#[test]
fn a_failure_has_its_attempt_time_and_error() {
    let kind = EventKind::failed(Duration::from_millis(5), failure("connection refused"));
    let event = Event::new(kind).with_task("ping").with_instance(3);
    let answer = answer(&event);
    assert_eq!(answer.text, "failed attempt=2 ran=5ms error=\"connection refused\"");
    assert_eq!((answer.kind.as_str(), answer.id.as_str()), ("failed", "run-7"));
    assert_eq!((answer.task.as_deref(), answer.instance), (Some("ping/3"), Some(3)));
    assert_eq!(answer.task_id, event.id().map(|id| id.get()));
    assert_eq!((answer.attempt, answer.ran_ms), (Some(2), Some(5)));
    assert_eq!(answer.error.as_deref(), Some("connection refused"));
    assert!(!answer.is_submission);
    assert_eq!(answer.slot, None);
}

#[test]
fn the_text_names_neither_the_task_nor_its_slot() {
    let event = Event::new(EventKind::started(1)).with_task("sync#1 [x] started").with_slot("tenant-42");
    let answer = answer(&event);
    assert_eq!(answer.text, "started attempt=1");
    assert_eq!(answer.task.as_deref(), Some("sync#1 [x] started"));
    assert_eq!(answer.slot.as_deref(), Some("tenant-42"));
    assert!(answer.is_submission);
}

#[test]
fn an_event_of_no_task_has_its_whole_text() {
    let answer = answer(&Event::new(EventKind::ShutdownRequested));
    assert_eq!((answer.text.as_str(), answer.task, answer.task_id), ("shutdown_requested", None, None));
    let operated = Event::new(EventKind::operated(Operation::Pause, Some("on-call"))).with_task("ping");
    assert_eq!(super::event_answer(&operated, String::new(), &Clock::new().moment()).text, {
        "operated action=pause by=\"on-call\""
    });
}

#[test]
fn each_kind_with_an_error_says_it() {
    let outcome = Outcome::Failed(failure("refused"));
    for kind in [
        EventKind::backoff(2, Duration::from_secs(1), 1, failure("refused")),
        EventKind::gave_up(3, None, failure("refused")),
        EventKind::run_failed(None, 1, failure("refused")),
        EventKind::ended(outcome),
    ] {
        let answer = answer(&Event::new(kind).with_task("ping"));
        assert_eq!(answer.error.as_deref(), Some("refused"), "{}", answer.kind);
    }
    let canceled = answer(&Event::new(EventKind::ended(Outcome::canceled(StopCause::Cancel))));
    assert_eq!((canceled.error, canceled.text.as_str()), (None, "ended canceled"));
}

#[test]
fn texts_are_bounded_and_of_one_line() {
    let long = "€\u{1b}[31m\n\r\u{7}".repeat(10_000);
    let event = Event::new(EventKind::failed(Duration::ZERO, failure(&long))).with_task(long.as_str());
    let answer = answer(&event);
    assert!(answer.text.len() <= 2048 && answer.text.len() > 2040, "{}", answer.text.len());
    assert!(answer.text.ends_with('…'));
    assert!(!answer.text.chars().any(char::is_control), "{}", answer.text);
    for text in [answer.error, answer.task] {
        let length = text.unwrap_or_default().len();
        assert!(length <= 1024 && length > 1010, "{length}");
    }
}

#[test]
fn a_message_is_one_line_of_data() {
    let text = "data: forged\n\nid: forged\r\revent: missed\u{2028}<script>";
    let event = Event::new(EventKind::failed(Duration::ZERO, failure(text))).with_task(text).with_slot(text);
    let message = event_message(&event, "run-7".to_owned(), &Clock::new().moment());
    let lines: Vec<_> = message.split(['\n', '\r']).collect();
    assert_eq!((lines.len(), lines[0], lines[2], lines[3]), (4, "id: run-7", "", ""));
    let answer: EventAnswer = serde_json::from_str(lines[1].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!((answer.task.as_deref(), answer.slot.as_deref()), (Some(text), Some(text)));
    assert_eq!(answer.error.as_deref(), Some(text));
}

#[test]
fn missing_events_are_a_message_of_their_own() {
    let message = missed_message("run", 12, 5);
    assert_eq!(message, "id: run-12\nevent: missed\ndata: {\"version\":1,\"missed\":5}\n\n");
}

#[test]
fn a_message_does_not_keep_the_error() {
    #[derive(Debug)]
    struct Counted(#[expect(dead_code, reason = "held for its count")] Arc<()>);
    impl std::fmt::Display for Counted {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("counted")
        }
    }
    impl std::error::Error for Counted {}
    let counted = Arc::new(());
    let error = Failure::new(FailureKind::Error, 1, Counted(Arc::clone(&counted)));
    let ring = crate::events::EventRing::new("run".to_owned(), 8);
    ring.record(&Event::new(EventKind::failed(Duration::ZERO, error.clone())).with_task("ping"));
    ring.record(&Event::new(EventKind::ended(Outcome::Failed(error))).with_task("ping"));
    assert_eq!(ring.ended_tasks().len(), 1);
    assert_eq!(Arc::strong_count(&counted), 1);
}

#[test]
fn an_event_writes_only_the_start_of_its_error() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Debug)]
    struct Long(Arc<AtomicUsize>);
    impl std::fmt::Display for Long {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            for _ in 0..100_000 {
                self.0.fetch_add(1, Ordering::Relaxed);
                f.write_str("x")?;
            }
            Ok(())
        }
    }
    impl std::error::Error for Long {}

    let written = Arc::new(AtomicUsize::new(0));
    let failure = Failure::new(FailureKind::Error, 1, Long(Arc::clone(&written)));
    for kind in [
        EventKind::failed(Duration::ZERO, failure.clone()),
        EventKind::backoff(1, Duration::ZERO, 1, failure.clone()),
        EventKind::ended(Outcome::Failed(failure.clone())),
    ] {
        let event = Event::new(kind).with_task("ping");
        event_message(&event, "run-1".to_owned(), &Clock::new().moment());
        let written = written.swap(0, Ordering::Relaxed);
        assert!(
            (1..=2 * MAX_LINE).contains(&written),
            "{}: {written} letters were written",
            event.kind.name().label()
        );
    }
}
