//! Models of readiness: notifications and waiters, against stop requests, interrupts and the end.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, Silent, World};
use super::{GRACE, block_on, cell, explore, explore_within, join, outcome, poll_once, stop};
use crate::error::{FailureKind, TaskError};
use crate::event::bus::{Batch, Delivery};
use crate::event::{EventName, EventSet, NotReadyReason};
use crate::policy::{Config, Readiness};
use crate::runtime::body::erase;
use crate::runtime::cell::{ReadinessChange, ReadyPoll, TaskCell, TaskEnd};
use crate::runtime::startup_set::StartupSet;
use crate::runtime::subscriber::Subscriber;
use crate::task::InterruptCause;

/// Waits on another thread until the task is ready, or only its end can make it so.
fn spawn_waiter(task: &Arc<TaskCell>) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let mut id = None;
        block_on(poll_fn(|context| task.poll_ready(false, &mut id, context))) == ReadyPoll::Ready
    })
}

/// A task whose first attempt has begun and is expected to notify.
fn starting(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.begin_attempt(now).expect("no stop was requested");
    task.begin_readiness(Readiness::Notify, now);
    task
}

/// `poll_ready` × `poll_ready` × `notify_ready`: no waiter misses the notification.
#[test]
fn a_notification_wakes_every_waiter_whenever_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let waiters = [spawn_waiter(&task), spawn_waiter(&task)];
        assert!(task.notify_ready(1, now));
        assert_eq!(waiters.map(join), [true, true]);
    });
}

/// `poll_ready` × `begin_attempt`, `begin_readiness` × `poll_outcome`: a start wakes the waiter, and that for the outcome waits on.
#[test]
fn a_start_wakes_a_waiter_and_keeps_that_for_the_outcome() {
    explore_within(3, || {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = spawn_waiter(&task);
        let ended = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        task.begin_attempt(now).expect("no stop was requested");
        assert!(task.begin_readiness(Readiness::Start, now));
        assert!(join(waiter));
        task.decide_end(TaskEnd::Completed);
        task.finish(now);
        assert!(join(ended).is_completed());
    });
}

/// `poll_ready` × `finish_attempt`, `begin_sleep`: the success wakes the waiter.
#[test]
fn a_success_wakes_a_waiter_whenever_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = spawn_waiter(&task);
        task.begin_attempt(now).expect("no stop was requested");
        task.finish_attempt(now, None);
        task.begin_sleep(now, now + GRACE, (0, 0), true).expect("no stop was requested");
        assert!(join(waiter));
    });
}

/// `poll_ready`, `remove_waiter` × `poll_ready` × `notify_ready`: a waiter that leaves, even while it is woken, removes no other.
#[test]
fn a_removed_waiter_for_readiness_removes_no_other() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let stays = spawn_waiter(&task);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut id = None;
                let _ = poll_once(|context| task.poll_ready(false, &mut id, context));
                task.remove_waiter(id);
            })
        };
        assert!(task.notify_ready(1, now));
        join(leaves);
        assert!(join(stays));
    });
}

/// `notify_ready` × `request_stop` × `poll_ready`: the waiter resolves, whatever came first. The task is not ready after the request.
#[test]
fn a_stop_request_ends_the_readiness_and_every_wait() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let waiter = spawn_waiter(&task);
        let notifying = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.notify_ready(1, now))
        };
        assert!(task.request_stop(stop(now)));
        assert!(!task.is_ready());
        let notified = join(notifying);
        assert!(!task.is_ready(), "a task that stops became ready");
        assert!(notified || !join(waiter), "nothing made it ready");
        let ReadinessChange { became_ready, lost } = task.observe_readiness(false, now);
        assert_eq!((became_ready.is_some(), lost.is_some()), (notified, notified));
        assert!(lost.is_none_or(|reason| reason == NotReadyReason::Stopping));
    });
}

/// `notify_ready` × `interrupt` × `finish_attempt`: an interrupted or ended attempt makes nothing ready, and the request stays whole.
#[test]
fn an_interrupt_ends_the_readiness_of_the_attempt() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let notifying = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.notify_ready(1, now))
        };
        let interrupting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.interrupt(InterruptCause::Restart, now, GRACE))
        };
        let failed = task.finish_attempt(now, Some((FailureKind::Error, "down".into())));
        assert!(!task.is_ready(), "ready after a failure");
        assert_eq!(join(interrupting), Ok(()));
        join(notifying);
        assert!(!task.is_ready());
        let seen = failed.interrupt.is_some() || task.begin_poll().interrupted_wait.is_some();
        assert!(seen, "the interrupt was lost");
        task.begin_attempt(now).expect("no stop was requested");
        task.begin_readiness(Readiness::Notify, now);
        assert!(!task.notify_ready(1, now) && task.notify_ready(2, now));
    });
}

/// `interrupt` × `begin_readiness`, `finish_attempt`, `begin_sleep`: a start or a success replaces no interrupt.
#[test]
fn a_task_that_becomes_ready_keeps_an_interrupt() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let interrupting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.interrupt(InterruptCause::Restart, now, GRACE))
        };
        task.begin_attempt(now).expect("no stop was requested");
        task.begin_readiness(Readiness::Start, now);
        let ended_attempt = task.finish_attempt(now, None).interrupt.is_some();
        task.begin_sleep(now, now + GRACE, (0, 0), true).expect("no stop was requested");
        assert_eq!(join(interrupting), Ok(()));
        let ended_wait = task.begin_poll().interrupted_wait.is_some();
        assert!(ended_attempt != ended_wait, "the interrupt was lost");
        assert_eq!(task.is_ready(), ended_attempt);
    });
}

/// `request_stop` × `begin_attempt`, `begin_readiness`: a start replaces no stop request.
#[test]
fn a_task_that_becomes_ready_keeps_a_stop_request() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        if task.begin_attempt(now).is_ok() {
            task.begin_readiness(Readiness::Start, now);
        }
        assert!(join(stopping));
        assert!(task.stop_requested() && !task.is_ready());
    });
}

/// `poll_ready` × `finish` of a task that completes or fails: the waiter resolves, and a completed task is ready.
#[test]
fn an_end_wakes_a_waiter_for_readiness() {
    for end in [TaskEnd::Completed, TaskEnd::Failed] {
        explore(move || {
            let now = Instant::now();
            let task = starting(now);
            let waiter = spawn_waiter(&task);
            task.finish_attempt(now, None);
            task.decide_end(end);
            task.finish(now);
            assert_eq!(join(waiter), end == TaskEnd::Completed);
        });
    }
}

/// `notify_ready`, `extend_start` × `expire_start`: the attempt is ready, or its time is over; or it has more time.
#[test]
fn a_notification_and_the_end_of_the_time_exclude_each_other() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let late = now + Duration::from_secs(30);
        let notifying = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.notify_ready(1, now))
        };
        let extending = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.extend_start(1, now, Duration::from_secs(60)))
        };
        let expired = task.expire_start(late).is_some();
        let (notified, extended) = (join(notifying), join(extending));
        assert_ne!(expired, notified);
        assert_eq!(task.is_ready(), notified);
        assert!(!(expired && extended), "it had more time");
    });
}

/// `begin_poll`, `observe_readiness`, `end_poll` × `notify_ready` on another thread: the actor observes it in this poll or in
/// another.
#[test]
fn an_actor_observes_every_notification() {
    explore(|| {
        let now = Instant::now();
        let task = starting(now);
        let notifying = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.notify_ready(1, now))
        };
        block_on(poll_fn(|context| {
            let view = task.begin_poll();
            let change = task.observe_readiness(false, now);
            if change.became_ready.is_some() {
                return Poll::Ready(());
            }
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert!(join(notifying));
    });
}

/// A body that notifies on another thread × the shipped actor × `cancel` × `ready`: `Ready` and `NotReady` alternate, and the waiter
/// resolves once.
#[test]
fn the_events_of_readiness_alternate() {
    explore_within(3, || {
        let events = EventSet::of(&[EventName::Ready, EventName::NotReady, EventName::Ended]);
        let world = World::with(Config::default(), vec![Subscriber::new(Silent).with_events(events)]);
        let body = erase(|context| async move {
            context.ready();
            context.cancelled().await;
            Err(TaskError::Canceled)
        });
        let added = world.add_ready("task", body, Readiness::Notify).expect("the name is free");
        let Added { handle, actor } = added;
        let running = thread::spawn(move || block_on(actor));
        let waiter = {
            let handle = handle.clone();
            thread::spawn(move || block_on(handle.ready()))
        };
        assert!(handle.cancel());
        let waited = join(waiter);
        join(running);
        let mut names = published(&world);
        assert_eq!(names.pop(), Some(EventName::Ended));
        assert!(names.is_empty() || names == [EventName::Ready, EventName::NotReady], "{names:?}");
        match waited {
            Ok(()) => assert!(!names.is_empty(), "it was ready without an event"),
            Err(end) => assert!(end.is_canceled(), "{end}"),
        }
    });
}

/// The names of the events in the queue of the only subscriber.
pub(super) fn published(world: &World) -> Vec<EventName> {
    let inbox = world.shared.subscribers.lock().pop().expect("there is a subscriber").1;
    let mut batch = Batch::new();
    let mut names = Vec::new();
    while let Poll::Ready(Some(delivery)) =
        poll_once(|context| inbox.queue.poll_delivery(&mut batch, context))
    {
        if let Delivery::Event(event) = delivery {
            names.push(event.kind.name());
        }
        inbox.queue.finish_delivery(&batch);
    }
    names
}

/// `poll_begun` × `poll_begun` × `begin` × `begin`: no caller that waits for the first task misses it.
#[test]
fn the_first_task_wakes_all_that_wait_for_it() {
    explore(|| {
        let set = Arc::new(StartupSet::default());
        let waiter = {
            let set = Arc::clone(&set);
            thread::spawn(move || {
                let mut id = None;
                block_on(poll_fn(|context| set.poll_begun(&mut id, context)));
            })
        };
        let other = {
            let set = Arc::clone(&set);
            thread::spawn(move || set.begin())
        };
        set.begin();
        join(other);
        join(waiter);
    });
}
