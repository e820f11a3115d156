use std::time::Duration;

use taskvisor::{Failure, FailureKind, Operation};

use super::*;

/// An added task, whose events have one id.
struct Task(Event);

impl Task {
    fn new(name: &str) -> Self {
        Self(Event::new(EventKind::Added).with_task(name))
    }

    fn instance(name: &str, number: usize) -> Self {
        Self(Event::new(EventKind::Added).with_task(name).with_instance(number))
    }

    fn submission(name: &str) -> Self {
        Self(Event::new(EventKind::Added).with_task(name).with_slot("slot"))
    }

    fn id(&self) -> TaskId {
        self.0.id().unwrap()
    }

    fn record(&self, ended: &mut EndedTasks, kind: EventKind) {
        let mut event = self.0.clone();
        event.kind = kind;
        let end = EndedTasks::end_of(&event);
        ended.record(&event, end);
    }

    fn add(&self, ended: &mut EndedTasks) {
        self.record(ended, EventKind::Added);
    }

    fn end(&self, ended: &mut EndedTasks, outcome: Outcome) {
        self.record(ended, EventKind::ended(outcome));
    }
}

fn names(ended: &EndedTasks) -> Vec<String> {
    ended.all().iter().map(|task| task.name.clone()).collect()
}

fn failure(attempt: u64) -> Failure {
    Failure::new(FailureKind::Error, attempt, "connection refused")
}

#[test]
fn a_task_that_gave_up_is_kept_with_its_failure() {
    let (mut ended, task) = (EndedTasks::default(), Task::new("billing"));
    task.add(&mut ended);
    for attempt in 1..=5 {
        task.record(&mut ended, EventKind::started(attempt));
        task.record(&mut ended, EventKind::failed(Duration::ZERO, failure(attempt)));
    }
    assert!(ended.get("billing").is_none());
    task.record(&mut ended, EventKind::gave_up(5, None, failure(5)));
    task.end(&mut ended, Outcome::Failed(failure(5)));
    task.record(&mut ended, EventKind::Removed);
    let end = ended.get("billing").unwrap();
    assert_eq!((end.id, end.attempt, end.ended_at), (task.id(), 5, task.0.at));
    assert_eq!((end.gave_up, end.completed, end.canceled), (true, false, false));
    assert_eq!(end.outcome, "failed: connection refused");
    assert_eq!(end.failure.as_ref().map(|failure| failure.message.as_str()), Some("connection refused"));
}

#[test]
fn the_time_of_the_failures_is_that_of_the_last_series() {
    let begun = Instant::now();
    let at = |seconds| begun + Duration::from_secs(seconds);
    let give_up = |within| {
        let (mut ended, mut task) = (EndedTasks::default(), Task::new("billing"));
        task.add(&mut ended);
        // A restart by an operator lies between the two series.
        for (attempt, failures, seconds) in [(1, 1, 10), (2, 2, 20), (3, 1, 300), (4, 2, 301)] {
            task.0.at = at(seconds);
            task.record(&mut ended, EventKind::started(attempt));
            task.record(&mut ended, EventKind::failed(Duration::ZERO, failure(attempt)));
            task.record(&mut ended, EventKind::backoff(attempt, Duration::ZERO, failures, failure(attempt)));
        }
        task.record(&mut ended, EventKind::gave_up(3, within, failure(4)));
        task.end(&mut ended, Outcome::Failed(failure(4)));
        let end = ended.get("billing").unwrap();
        (end.failures, end.failing_since)
    };
    assert_eq!(give_up(None), (3, Some(at(300))));
    assert_eq!(give_up(Some(Duration::from_secs(600))), (3, None), "successes may lie between the failures");
}

#[test]
fn only_a_task_that_exceeds_its_limit_gave_up() {
    let mut ended = EndedTasks::default();
    let (fatal, resumed, canceled) = (Task::new("fatal"), Task::new("resumed"), Task::new("canceled"));
    fatal.record(&mut ended, EventKind::started(1));
    fatal.end(&mut ended, Outcome::Failed(failure(1)));
    // Paused after it gave up, resumed, and ended later by a fatal error.
    resumed.record(&mut ended, EventKind::gave_up(1, None, failure(1)));
    resumed.record(&mut ended, EventKind::started(2));
    resumed.end(&mut ended, Outcome::Failed(failure(2)));
    // Paused after it gave up, and canceled.
    canceled.record(&mut ended, EventKind::started(1));
    canceled.record(&mut ended, EventKind::gave_up(1, None, failure(1)));
    canceled.end(&mut ended, Outcome::canceled(StopCause::Cancel));
    assert!(ended.all().iter().all(|task| !task.gave_up), "{ended:?}");
    assert_eq!(ended.get("canceled").map(|task| (task.canceled, task.attempt)), Some((true, 1)));
    assert_eq!(ended.get("resumed").map(|task| task.attempt), Some(2));
}

#[test]
fn a_task_that_is_added_again_is_forgotten() {
    let mut ended = EndedTasks::default();
    let (former, later) = (Task::new("migrate"), Task::new("migrate"));
    former.add(&mut ended);
    former.end(&mut ended, Outcome::Completed);
    assert!(ended.get("migrate").is_some_and(|task| task.completed));
    later.add(&mut ended);
    assert!(ended.get("migrate").is_none());
    // Later events of the former task change nothing.
    former.record(&mut ended, EventKind::Removed);
    former.record(&mut ended, EventKind::operated(Operation::Cancel, None));
    assert!(ended.get("migrate").is_none() && ended.all().is_empty());
    later.end(&mut ended, Outcome::Completed);
    assert_eq!(ended.get("migrate").map(|task| task.id), Some(later.id()));
    assert_eq!(names(&ended), ["migrate"]);
}

#[test]
fn an_end_that_is_handled_late_hides_no_live_task() {
    let mut ended = EndedTasks::default();
    let (former, later) = (Task::new("migrate"), Task::new("migrate"));
    former.add(&mut ended);
    later.add(&mut ended);
    later.record(&mut ended, EventKind::started(2));
    former.record(&mut ended, EventKind::started(9));
    former.end(&mut ended, Outcome::Completed);
    assert!(ended.get("migrate").is_none());
    later.end(&mut ended, Outcome::Completed);
    former.end(&mut ended, Outcome::Aborted);
    let end = ended.get("migrate").unwrap();
    assert_eq!((end.id, end.attempt, end.completed), (later.id(), 2, true));
}

#[test]
fn any_event_of_a_later_task_forgets_the_former_one() {
    for kind in [EventKind::started(1), EventKind::succeeded(1, Duration::ZERO), EventKind::canceled(1)] {
        let mut ended = EndedTasks::default();
        Task::new("migrate").end(&mut ended, Outcome::Completed);
        // Its `Added` was lost.
        ended.forget_attempts();
        Task::new("migrate").record(&mut ended, kind.clone());
        assert!(ended.get("migrate").is_none(), "{kind}");
    }
}

#[test]
fn an_operation_after_the_end_adds_no_task() {
    let (mut ended, task) = (EndedTasks::default(), Task::new("ping"));
    task.add(&mut ended);
    task.end(&mut ended, Outcome::canceled(StopCause::Cancel));
    task.record(&mut ended, EventKind::operated(Operation::Cancel, None));
    task.record(&mut ended, EventKind::Removed);
    assert!(ended.get("ping").is_some());
    assert!(ended.live.is_empty(), "{ended:?}");
}

#[test]
fn submissions_are_not_kept() {
    let (mut ended, job) = (EndedTasks::default(), Task::submission("sync"));
    Task::new("sync").end(&mut ended, Outcome::Completed);
    job.add(&mut ended);
    job.record(&mut ended, EventKind::started(1));
    job.end(&mut ended, Outcome::Failed(failure(1)));
    assert!(ended.get("sync").is_some_and(|task| task.completed), "{ended:?}");
    assert!(ended.live.is_empty());
}

#[test]
fn instances_that_scale_has_stopped_are_forgotten() {
    let mut ended = EndedTasks::default();
    let ends = [
        (0, Outcome::Completed),
        (1, Outcome::Failed(failure(1))),
        (2, Outcome::canceled(StopCause::Cancel)),
        (3, Outcome::canceled(StopCause::Scale)),
    ];
    for (number, outcome) in ends {
        let instance = Task::instance("consume", number);
        instance.add(&mut ended);
        instance.end(&mut ended, outcome);
    }
    assert_eq!(names(&ended), ["consume/0", "consume/1", "consume/2"]);
    // An instance that failed, was started again, and was then stopped by `scale`.
    let again = Task::instance("consume", 1);
    again.end(&mut ended, Outcome::canceled(StopCause::Scale));
    assert_eq!(names(&ended), ["consume/0", "consume/2"]);
}

#[test]
fn the_oldest_end_is_forgotten_first() {
    let mut ended = EndedTasks::default();
    let first = Task::new("task-0");
    first.end(&mut ended, Outcome::Completed);
    for number in 1..MAX_ENDED {
        Task::new(&format!("task-{number}")).end(&mut ended, Outcome::Completed);
    }
    assert_eq!(ended.all().len(), MAX_ENDED);
    // The latest end counts.
    Task::new("task-0").end(&mut ended, Outcome::Completed);
    Task::new("task-new").end(&mut ended, Outcome::Completed);
    assert_eq!((ended.all().len(), ended.by_name.len(), ended.by_end.len()), (1000, 1000, 1000));
    assert!(ended.get("task-1").is_none());
    let names = names(&ended);
    assert_eq!((names[0].as_str(), names[998].as_str(), names[999].as_str()), {
        ("task-2", "task-0", "task-new")
    });
}

#[test]
fn texts_of_an_end_are_bounded() {
    let mut ended = EndedTasks::default();
    let long = Failure::new(FailureKind::Error, 1, "€".repeat(100_000));
    Task::new("ping").end(&mut ended, Outcome::Failed(long));
    let end = ended.get("ping").unwrap();
    let message = end.failure.as_ref().map_or(0, |failure| failure.message.len());
    assert!(end.outcome.len() <= 1024 && message <= 1024, "{} and {message} bytes", end.outcome.len());
    // A name is not cut: it would be the name of another task.
    Task::new(&"x".repeat(MAX_TEXT + 1)).end(&mut ended, Outcome::Completed);
    assert_eq!(names(&ended), ["ping"]);
    assert!(ended.live.is_empty());
}

#[test]
fn lost_events_cost_only_the_number_of_the_attempt() {
    let mut ended = EndedTasks::default();
    let (silent, failed, running) = (Task::new("silent"), Task::new("failed"), Task::new("running"));
    for task in [&silent, &failed, &running] {
        task.record(&mut ended, EventKind::started(3));
    }
    ended.forget_attempts();
    running.record(&mut ended, EventKind::canceled(3));
    silent.end(&mut ended, Outcome::Completed);
    failed.end(&mut ended, Outcome::Failed(failure(3)));
    running.end(&mut ended, Outcome::canceled(StopCause::Cancel));
    let attempts: Vec<_> = ended.all().iter().map(|task| (task.name.clone(), task.attempt)).collect();
    assert_eq!(attempts, [("silent".to_owned(), 0), ("failed".to_owned(), 3), ("running".to_owned(), 3)]);
}

#[test]
fn nothing_is_kept_of_tasks_that_have_ended_well() {
    let mut ended = EndedTasks::default();
    for number in 0..5000 {
        let task = Task::new(&format!("task-{number}"));
        task.add(&mut ended);
        task.record(&mut ended, EventKind::started(1));
        task.end(&mut ended, Outcome::Completed);
        task.record(&mut ended, EventKind::Removed);
    }
    assert_eq!((ended.live.len(), ended.by_name.len()), (0, MAX_ENDED));
}
