//! Models of the shutdown of a supervisor against concurrent additions, with the shipped driver, `run` and report.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};

use loom::thread;
use tokio::time::Instant;

use super::world::{Silent, World, at_once, until_cancelled};
use super::{GRACE, block_on, explore, explore_within, join};
use crate::TaskError;
use crate::event::bus::Delivery;
use crate::event::{EventName, EventSet};
use crate::policy::Config;
use crate::runtime::body::erase;
use crate::runtime::registry::RegisterError;
use crate::runtime::subscriber::Subscriber;
use crate::supervisor::run::run_to_end;
use crate::supervisor::shutdown::{Driver, drive};
use crate::task::{Outcome, Report, RuntimeError};

impl World {
    /// Runs the driver on another thread. A real supervisor spawns it on its runtime.
    pub(super) fn spawn_driver(&self) -> thread::JoinHandle<()> {
        let driver = Driver::new(&self.shared);
        thread::spawn(move || block_on(drive(driver)))
    }

    /// Executes `run` and the driver on this thread.
    pub(super) fn run(&self) -> Result<Report, RuntimeError> {
        // Boxed, because loom's stacks are small.
        let (report, driver) =
            (Box::pin(run_to_end(&self.shared)), Box::pin(drive(Driver::new(&self.shared))));
        block_on(Box::pin(async { tokio::join!(report, driver).0 }))
    }

    /// Adds a task and runs it on another thread. The thread returns `None` if admission was closed.
    fn spawn_add(&self, name: &'static str) -> thread::JoinHandle<Option<Outcome>> {
        let world = self.clone();
        thread::spawn(move || match world.add(name, at_once()) {
            Ok(added) => Some(added.run()),
            Err(error) => {
                assert_eq!(error, RegisterError::Closed);
                None
            }
        })
    }

    /// Asserts what holds after a shutdown.
    pub(super) fn assert_stopped(&self) {
        assert!(self.is_empty(), "a task is left");
        assert_eq!(self.add("late", at_once()).err(), Some(RegisterError::Closed));
        let shutdown = self.shared.shutdown.subscribe().borrow_and_update();
        assert!(
            shutdown.requested
                && shutdown.grace_deadline.is_some()
                && shutdown.stuck_tasks.is_some_and(|stuck| stuck.is_empty())
        );
    }
}

fn ended(report: &Report) -> u64 {
    report.completed + report.canceled + report.failed + report.aborted + report.rejected
}

/// The end of `run`: `count_out` of the last task × `register` × `close_if_idle`. The count may reach zero while a task is
/// being added. That task is refused, or `run` waits for it too and its report counts it.
#[test]
fn run_ends_after_every_accepted_task() {
    explore_within(3, || {
        let world = World::new();
        let first = world.add("first", at_once()).expect("the name is free").spawn();
        let adding = world.spawn_add("second");
        let report = world.run().expect("no task blocks");
        assert!(world.is_empty(), "`run` returned before the end of a task");
        assert!(join(first).is_completed());
        let accepted = join(adding).map_or(1, |outcome| {
            assert!(outcome.is_completed());
            2
        });
        assert_eq!((report.completed, ended(&report)), (accepted, accepted));
        world.assert_stopped();
    });
}

/// `request_shutdown` × `register` × the driver: an accepted task gets the stop request and ends, a later one is refused.
#[test]
fn a_shutdown_reaches_every_accepted_task() {
    explore_within(3, || {
        let world = World::new();
        let driver = world.spawn_driver();
        let adding = {
            let world = world.clone();
            thread::spawn(move || match world.add("task", until_cancelled()) {
                Ok(added) => assert!(added.run().is_canceled()),
                Err(error) => assert_eq!(error, RegisterError::Closed),
            })
        };
        world.supervisor.stop();
        assert!(block_on(world.shared.wait_for_shutdown()).is_ok());
        assert!(world.is_empty(), "the shutdown completed before the end of a task");
        join(adding);
        join(driver);
        world.assert_stopped();
    });
}

/// `request_shutdown` × `shut_down_if_idle` × the driver: one shutdown, no matter which call begins it.
#[test]
fn a_stop_request_and_idleness_begin_one_shutdown() {
    explore_within(2, || {
        let world = World::new();
        let driver = world.spawn_driver();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.stop())
        };
        let report = block_on(run_to_end(&world.shared)).expect("no task blocks");
        assert_eq!(ended(&report), 0);
        join(stopping);
        join(driver);
        world.assert_stopped();
    });
}

/// `request_shutdown` × `request_shutdown`: the earlier deadline stays, for the driver and for the tasks.
#[test]
fn of_two_shutdown_requests_the_earlier_deadline_stays() {
    explore(|| {
        let world = World::new();
        let task = world.add("task", at_once()).expect("the name is free");
        let before = Instant::now();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.shared.request_shutdown(2 * GRACE))
        };
        world.shared.request_shutdown(10 * GRACE);
        join(stopping);
        let is_earlier = |deadline: Option<Instant>| deadline < Some(before + 9 * GRACE);
        assert!(is_earlier(world.shared.shutdown.subscribe().borrow_and_update().grace_deadline));
        let stop = task.handle.cell().begin_poll().stop();
        assert!(is_earlier(stop.map(|stop| stop.deadline)));
        assert!(task.run().is_canceled());
    });
}

/// `request_shutdown` × `request_shutdown`: both know the waves, so that a needed task is not stopped before its dependent has ended.
#[test]
fn two_shutdown_requests_keep_the_order_of_the_waves() {
    explore(|| {
        let world = World::new();
        let needed = world.add("needed", at_once()).expect("the name is free");
        let dependent = world.add_needing("dependent", &["needed"], at_once()).expect("it is registered");
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.shared.request_shutdown(2 * GRACE))
        };
        world.shared.request_shutdown(10 * GRACE);
        join(stopping);
        assert!(!needed.handle.cell().stop_requested(), "its dependent has not ended");
        let stop = dependent.handle.cell().begin_poll().stop().expect("it is in the first wave");
        assert!(stop.deadline < world.now + 9 * GRACE);
        drop((dependent, needed));
    });
}

/// `request_shutdown` × `request_shutdown` × the driver: each shutdown event is published once, and handled before a
/// waiter for the shutdown returns.
#[test]
fn shutdown_events_are_published_once_and_handled_first() {
    explore_within(2, || {
        let events = EventSet::of(&[EventName::ShutdownRequested, EventName::Stopped]);
        let world = World::with(Config::default(), vec![Subscriber::new(Silent).with_events(events)]);
        let inbox = world.shared.subscribers.lock().pop();
        let queue = inbox.map(|(_, inbox)| inbox.queue).expect("the world has one subscriber");
        let handled = Arc::new(Mutex::new(Vec::new()));
        let driver = {
            let (driver, handled) = (Driver::new(&world.shared), Arc::clone(&handled));
            let worker = async move {
                while let Some(Delivery::Event(event)) = poll_fn(|context| queue.poll_next(context)).await {
                    handled.lock().expect("the lock is not poisoned").push(event.kind.name());
                    queue.handled();
                }
            };
            thread::spawn(move || block_on(Box::pin(async { tokio::join!(drive(driver), worker) })))
        };
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.stop())
        };
        world.supervisor.stop();
        assert!(block_on(world.shared.wait_for_shutdown()).is_ok());
        let handled = handled.lock().expect("the lock is not poisoned").clone();
        assert_eq!(handled, [EventName::ShutdownRequested, EventName::Stopped]);
        join(stopping);
        join(driver);
        world.assert_stopped();
    });
}

/// A dropped driver × `stopped` × `register`: the waiter for the shutdown returns, and no task is accepted afterwards.
#[test]
fn a_driver_that_is_dropped_completes_the_shutdown() {
    explore_within(3, || {
        let world = World::new();
        let driver = Driver::new(&world.shared);
        let dropping = thread::spawn(move || drop(drive(driver)));
        let adding = world.spawn_add("task");
        let result = block_on(world.shared.wait_for_shutdown());
        assert!(result.is_ok());
        assert!(world.is_empty(), "the shutdown completed before the end of a task");
        join(dropping);
        join(adding);
        assert_eq!(world.add("late", at_once()).err(), Some(RegisterError::Closed));
    });
}

/// `Tally::count` × `Tally::count` × `report`, after idleness: every end is counted once, with and without a lock.
#[test]
fn the_report_after_idleness_counts_every_end() {
    explore_within(4, || {
        let world = World::new();
        let fails = erase(|_| async { Err(TaskError::fatal("no luck")) });
        let running = [("one", at_once()), ("two", fails)]
            .map(|(name, body)| world.add(name, body).expect("the name is free").spawn());
        block_on(world.shared.wait_for_idle());
        let report = world.shared.report();
        assert_eq!((report.completed, report.failed, ended(&report)), (1, 1, 2));
        assert_eq!(report.failures[0].name, "two");
        let [one, two] = running.map(join);
        assert!(one.is_completed() && two.is_failed());
    });
}
