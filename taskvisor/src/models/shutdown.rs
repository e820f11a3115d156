//! Models of the end of a supervisor against what is added meanwhile, with the shipped driver, `run` and report.

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
use crate::supervisor::run::finish;
use crate::supervisor::shutdown::{Driver, drive};
use crate::task::{Outcome, Report, RuntimeError};

impl World {
    /// The driver, which a runtime would spawn first of all.
    fn drive(&self) -> thread::JoinHandle<()> {
        let driver = Driver::new(&self.shared);
        thread::spawn(move || block_on(drive(driver)))
    }

    /// `run`, on the thread on which the driver runs too. Boxed, because loom's stacks are small.
    fn run(&self) -> Result<Report, RuntimeError> {
        let (report, driver) = (Box::pin(finish(&self.shared)), Box::pin(drive(Driver::new(&self.shared))));
        block_on(Box::pin(async { tokio::join!(report, driver).0 }))
    }

    /// Adds a task and runs it to its outcome; nothing, if the end came first.
    fn adds(&self, name: &'static str) -> thread::JoinHandle<Option<Outcome>> {
        let world = self.clone();
        thread::spawn(move || match world.add(name, at_once()) {
            Ok(added) => Some(added.run()),
            Err(refusal) => {
                assert_eq!(refusal, RegisterError::Closed);
                None
            }
        })
    }

    /// What holds once the end is through.
    fn assert_over(&self) {
        assert!(self.is_empty(), "a task is left");
        assert_eq!(self.add("late", at_once()).err(), Some(RegisterError::Closed));
        let stop = self.shared.stop.subscribe().borrow_and_update();
        assert!(
            stop.requested && stop.deadline.is_some() && stop.result.is_some_and(|stuck| stuck.is_empty())
        );
    }
}

fn ended(report: &Report) -> u64 {
    report.completed + report.canceled + report.failed + report.aborted + report.rejected
}

/// `run`'s end: `count_out` of the last task × `enter` × `close_if_idle`. The count of those who are in may reach zero while
/// a task is being added: then that is refused, or `run` waits for it too; its report counts it.
#[test]
fn run_ends_after_every_task_that_was_accepted() {
    explore_within(3, || {
        let world = World::new();
        let first = world.add("first", at_once()).expect("the name is free").spawn();
        let adding = world.adds("second");
        let report = world.run().expect("nobody blocks");
        assert!(world.is_empty(), "it ended before a task");
        assert!(join(first).is_completed());
        let accepted = join(adding).map_or(1, |outcome| {
            assert!(outcome.is_completed());
            2
        });
        assert_eq!((report.completed, ended(&report)), (accepted, accepted));
        world.assert_over();
    });
}

/// `request_stop_all` × `enter` × the driver: what was accepted is asked to stop and ends, what comes later is refused.
#[test]
fn a_stop_reaches_every_task_that_was_accepted() {
    explore_within(3, || {
        let world = World::new();
        let driver = world.drive();
        let adding = {
            let world = world.clone();
            thread::spawn(move || match world.add("task", until_cancelled()) {
                Ok(added) => assert!(added.run().is_canceled()),
                Err(refusal) => assert_eq!(refusal, RegisterError::Closed),
            })
        };
        world.supervisor.stop();
        assert!(block_on(world.shared.stopped()).is_ok());
        assert!(world.is_empty(), "the end came before that of a task");
        join(adding);
        join(driver);
        world.assert_over();
    });
}

/// `request_stop_all` × `stop_if_idle` × the driver: one end, whoever began it.
#[test]
fn a_stop_and_idleness_at_once_are_one_end() {
    explore_within(2, || {
        let world = World::new();
        let driver = world.drive();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.stop())
        };
        let report = block_on(finish(&world.shared)).expect("nobody blocks");
        assert_eq!(ended(&report), 0);
        join(stopping);
        join(driver);
        world.assert_over();
    });
}

/// `request_stop_all` × `request_stop_all`: the earlier deadline stays, for the driver and for the tasks.
#[test]
fn of_two_stops_the_earlier_deadline_stays() {
    explore(|| {
        let world = World::new();
        let task = world.add("task", at_once()).expect("the name is free");
        let begun = Instant::now();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.shared.request_stop_all(2 * GRACE))
        };
        world.shared.request_stop_all(10 * GRACE);
        join(stopping);
        let soon = |deadline: Option<Instant>| deadline < Some(begun + 9 * GRACE);
        assert!(soon(world.shared.stop.subscribe().borrow_and_update().deadline));
        let stop = task.handle.cell().begin_poll().stop;
        assert!(soon(stop.map(|stop| stop.deadline)));
        assert!(task.run().is_canceled());
    });
}

/// `request_stop_all` × `request_stop_all` × the driver: the end is told before it is through, each once, and whoever waits
/// for it finds it handled.
#[test]
fn the_end_is_asked_and_told_once_before_it_is_through() {
    explore_within(2, || {
        let ends = EventSet::of(&[EventName::ShutdownRequested, EventName::Stopped]);
        let world = World::with(Config::default(), vec![Subscriber::new(Silent).with_events(ends)]);
        let queue =
            world.shared.subscribers.lock().pop().map(|(_, inbox)| inbox.queue).expect("there is one");
        let told = Arc::new(Mutex::new(Vec::new()));
        let driver = {
            let (driver, told) = (Driver::new(&world.shared), Arc::clone(&told));
            let worker = async move {
                while let Some(Delivery::Event(event)) = poll_fn(|context| queue.poll_next(context)).await {
                    told.lock().expect("nobody panics").push(event.kind.name());
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
        assert!(block_on(world.shared.stopped()).is_ok());
        assert_eq!(*told.lock().expect("nobody panics"), [EventName::ShutdownRequested, EventName::Stopped]);
        join(stopping);
        join(driver);
        world.assert_over();
    });
}

/// The driver that is dropped × `stopped` × `enter`: who waits is answered, and nothing is accepted after it.
#[test]
fn a_driver_whose_runtime_is_gone_answers_all_the_same() {
    explore_within(3, || {
        let world = World::new();
        let driver = Driver::new(&world.shared);
        let dropping = thread::spawn(move || drop(drive(driver)));
        let adding = world.adds("task");
        let result = block_on(world.shared.stopped());
        assert!(result.is_ok());
        assert!(world.is_empty(), "answered before the end of a task");
        join(dropping);
        join(adding);
        assert_eq!(world.add("late", at_once()).err(), Some(RegisterError::Closed));
    });
}

/// `Tally::count` × `Tally::count` × `report`, after idleness: every end is counted once, although not all are counted
/// under a lock.
#[test]
fn the_report_after_idleness_counts_every_end() {
    explore_within(4, || {
        let world = World::new();
        let fails = erase(|_| async { Err(TaskError::fatal("no luck")) });
        let running = [("one", at_once()), ("two", fails)]
            .map(|(name, body)| world.add(name, body).expect("the name is free").spawn());
        block_on(world.shared.idle());
        let report = world.shared.report();
        assert_eq!((report.completed, report.failed, ended(&report)), (1, 1, 2));
        assert_eq!(report.failures[0].name, "two");
        let [one, two] = running.map(join);
        assert!(one.is_completed() && two.is_failed());
    });
}
