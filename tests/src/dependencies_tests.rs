//! Tests of the recorder: it detects an attempt that starts while a needed task is not ready.

use std::time::Duration;

use taskvisor::{
    Event, EventKind, Failure, FailureKind, NotReadyReason, Outcome, StopCause, TaskContext, TaskFn, TaskId,
    TaskSpec,
};
use tokio::time::Instant;

use crate::dependencies::{Dependencies, Learned};
use crate::grammar::Reader;
use crate::{EventLog, Harness, Rules, Script, Step};

const SECOND: Duration = Duration::from_secs(1);

const ADDED: EventKind = EventKind::Added;
const START: EventKind = EventKind::started(1);
const AGAIN: EventKind = EventKind::started(2);
const SUCCESS: EventKind = EventKind::succeeded(1, Duration::ZERO);
const READY: EventKind = EventKind::ready(Duration::ZERO);
const LOST: EventKind = EventKind::not_ready(NotReadyReason::Failed);
const FAILURE: EventKind = EventKind::timed_out(1, SECOND);
const COMPLETED: EventKind = EventKind::ended(Outcome::Completed);
const ABORTED: EventKind = EventKind::ended(Outcome::Aborted);

/// A synthetic task: `work`, which needs `base`.
struct Synthetic {
    event: Event,
    id: TaskId,
}

fn synthetic(name: &str) -> Synthetic {
    of(Event::new(ADDED).with_task(name))
}

/// The instance `base/number`.
fn instance(number: usize) -> Synthetic {
    of(Event::new(ADDED).with_task("base").with_instance(number))
}

fn of(event: Event) -> Synthetic {
    let id = event.id().expect("the event names a task");
    Synthetic { event, id }
}

/// What the recorder knows: all tasks named `work` need `base`.
fn needing() -> Learned {
    let mut learned = Learned::default();
    learned.named.insert("work".to_owned(), Dependencies::new(&["base"], &[]));
    learned
}

/// What the recorder knows: all tasks named `work` run after `base`.
fn following() -> Learned {
    let mut learned = Learned::default();
    learned.named.insert("work".to_owned(), Dependencies::new(&[], &["base"]));
    learned
}

/// Checks synthetic events, one second after the other.
fn check(learned: &Learned, events: &[(&Synthetic, EventKind)]) -> Result<(), String> {
    let began = Instant::now();
    let numbered = (1..).zip(events).map(|(seq, (task, kind))| {
        let mut event = task.event.clone();
        (event.seq, event.kind, event.at) = (u64::from(seq), kind.clone(), began + SECOND * seq);
        event
    });
    learned.check(&EventLog::new(began, numbered.collect()))
}

fn assert_violation(result: Result<(), String>, part: &str) {
    let violation = result.expect_err("the events break the invariant");
    assert!(violation.contains(part), "{violation}");
}

const UNREADY: &str = "started while `base` was not ready";

#[tokio::test(start_paused = true)]
async fn accepts_a_start_while_the_needed_task_is_ready() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    let by_success = [(&base, ADDED), (&work, ADDED), (&base, START), (&base, SUCCESS), (&work, START)];
    assert_eq!(check(&needing(), &by_success), Ok(()));
    let notified = [(&base, ADDED), (&work, ADDED), (&base, START), (&base, READY), (&work, START)];
    assert_eq!(check(&needing(), &notified), Ok(()));
    let completed = [
        (&base, ADDED),
        (&base, START),
        (&base, SUCCESS),
        (&base, COMPLETED),
        (&work, ADDED),
        (&work, START),
    ];
    assert_eq!(check(&needing(), &completed), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refuses_a_start_before_the_needed_task_is_ready() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    assert_violation(check(&needing(), &[(&work, ADDED), (&work, START)]), UNREADY);
    let running = [(&base, ADDED), (&work, ADDED), (&base, START), (&work, START)];
    assert_violation(check(&needing(), &running), UNREADY);
    let mut declares = needing();
    declares.declaring.insert(base.id);
    let succeeded = [(&base, ADDED), (&work, ADDED), (&base, START), (&base, SUCCESS), (&work, START)];
    assert_violation(check(&declares, &succeeded), UNREADY);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_start_after_the_needed_task_was_lost() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    let before =
        [(&base, ADDED), (&work, ADDED), (&base, START), (&base, SUCCESS), (&work, START), (&work, FAILURE)];
    let with = |more: &[(&'static str, EventKind)]| {
        let mut events = before.to_vec();
        let more =
            more.iter().map(|(name, kind)| (if *name == "base" { &base } else { &work }, kind.clone()));
        events.extend(more);
        check(&needing(), &events)
    };
    assert_eq!(with(&[("work", AGAIN)]), Ok(()));
    assert_violation(with(&[("base", AGAIN), ("base", FAILURE), ("work", AGAIN)]), UNREADY);
    assert_violation(with(&[("base", AGAIN), ("base", EventKind::canceled(2)), ("work", AGAIN)]), UNREADY);
    assert_violation(with(&[("base", READY), ("base", LOST), ("work", AGAIN)]), UNREADY);
    assert_violation(with(&[("base", ABORTED), ("work", AGAIN)]), UNREADY);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_start_after_a_request_that_has_no_event() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    let events = [(&base, ADDED), (&work, ADDED), (&base, START), (&base, SUCCESS), (&work, START)];
    let requested = Instant::now() + SECOND * 4 + SECOND / 2;
    let mut stopped = needing();
    stopped.stops.insert(base.id, requested);
    assert_violation(check(&stopped, &events), UNREADY);
    let mut restarted = needing();
    restarted.restarts.insert(base.id, vec![requested]);
    assert_violation(check(&restarted, &events), UNREADY);
    restarted.restarts.insert(base.id, vec![requested - SECOND]);
    assert_eq!(check(&restarted, &events), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refuses_a_start_by_an_earlier_task_of_the_name() {
    let (base, work, other) = (synthetic("base"), synthetic("work"), synthetic("base"));
    let completed = [(&base, ADDED), (&base, START), (&base, SUCCESS), (&base, COMPLETED), (&work, ADDED)];
    let started_again = completed.iter().cloned().chain([(&other, ADDED), (&work, START)]);
    assert_violation(check(&needing(), &started_again.collect::<Vec<_>>()), UNREADY);
    let ready_again =
        completed.iter().cloned().chain([(&other, ADDED), (&other, START), (&other, READY), (&work, START)]);
    assert_eq!(check(&needing(), &ready_again.collect::<Vec<_>>()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_runs_after_another_waits_for_it_once() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    let unready = [(&base, ADDED), (&work, ADDED), (&base, START), (&work, START)];
    assert_violation(check(&following(), &unready), "started before `base` was ready");
    let lost =
        [(&base, ADDED), (&work, ADDED), (&base, START), (&base, READY), (&base, FAILURE), (&work, START)];
    assert_eq!(check(&following(), &lost), Ok(()));
    let again = [(&base, ADDED), (&base, START), (&work, ADDED), (&work, AGAIN)];
    assert_eq!(check(&following(), &again), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refuses_an_end_by_a_dependency_that_has_not_ended() {
    let (base, work) = (synthetic("base"), synthetic("work"));
    let ended = EventKind::ended(Outcome::canceled(StopCause::Dependency));
    let running = [(&base, ADDED), (&work, ADDED), (&base, START), (&work, ended.clone())];
    assert_violation(check(&needing(), &running), "none of them has ended unready");
    let over = [(&base, ADDED), (&work, ADDED), (&base, START), (&base, ABORTED), (&work, ended.clone())];
    assert_eq!(check(&needing(), &over), Ok(()));
    let mut reader = Reader::new(None, Vec::new());
    let mut event = work.event.clone();
    event.seq = 1;
    reader.read(&event).expect("the first event is valid");
    (event.seq, event.kind) = (2, ended);
    assert_violation(reader.read(&event), "ended by a dependency, and has none");
    let failure = Failure::new(FailureKind::Dependency, 0, "`base` ended");
    (event.seq, event.kind) = (3, EventKind::ended(Outcome::Failed(failure)));
    assert_eq!(reader.depending(true).read(&event), Ok(()));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "started while `base` was not ready")]
async fn a_trace_knows_what_its_tasks_depend_on() {
    let harness = Harness::new();
    let work = TaskFn::arc("work", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let work = harness.add_task(TaskSpec::inherit(work)).expect("the task is accepted");
    harness.trace().depends(&work, &["base"], &[]);
    harness.settle().await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_harness_records_what_a_spec_needs() {
    let harness = Harness::new();
    harness.add(Rules::on_failure(), Script::task("base", [Step::Succeed]));
    let work = harness.spec(Rules::on_failure(), Script::task("work", [Step::Succeed])).with_needs(["base"]);
    let work = harness.add_task(work).expect("the task is accepted");
    assert!(harness.outcome(&work).await.is_completed());
    let lines = harness.finish().await.lines();
    assert!(lines.contains(&"work started 1".to_owned()), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn accepts_a_start_while_one_of_the_instances_is_ready() {
    let (zero, one, work) = (instance(0), instance(1), synthetic("work"));
    let events = [
        (&zero, ADDED),
        (&one, ADDED),
        (&work, ADDED),
        (&zero, READY),
        (&one, READY),
        (&work, START),
        (&one, LOST),
        (&work, FAILURE),
        (&work, AGAIN),
    ];
    assert_eq!(check(&needing(), &events), Ok(()));
    let one_ended = [(&zero, ADDED), (&one, ADDED), (&one, ABORTED), (&zero, READY), (&work, START)];
    assert_eq!(check(&needing(), &one_ended), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refuses_a_first_start_before_all_instances_were_ready() {
    let (zero, one, work) = (instance(0), instance(1), synthetic("work"));
    let early = [(&zero, ADDED), (&one, ADDED), (&work, ADDED), (&zero, READY), (&work, START)];
    assert_violation(check(&needing(), &early), "started before all instances of `base` were ready");
}

#[tokio::test(start_paused = true)]
async fn refuses_a_start_while_no_instance_is_ready() {
    let (zero, one, work) = (instance(0), instance(1), synthetic("work"));
    let events = [
        (&zero, ADDED),
        (&one, ADDED),
        (&zero, READY),
        (&one, READY),
        (&work, START),
        (&one, LOST),
        (&zero, ABORTED),
        (&work, FAILURE),
        (&work, AGAIN),
    ];
    assert_violation(check(&needing(), &events), UNREADY);
    let all_ended = [(&zero, ADDED), (&one, ADDED), (&zero, ABORTED), (&one, ABORTED), (&work, START)];
    assert_violation(check(&needing(), &all_ended), UNREADY);
}
