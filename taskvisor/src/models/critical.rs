//! Models of the failure of a critical task, which shuts the supervisor down, against `run`, a stop, and another such failure.

use loom::thread;

use super::world::{Added, World, until_cancelled};
use super::{explore_within, join, policy};
use crate::TaskError;
use crate::policy::RareOptions;
use crate::runtime::body::erase;
use crate::task::{Report, RuntimeError};

/// Adds a critical task that fails.
fn add_critical(world: &World, name: &'static str) -> Added {
    let options = RareOptions { is_critical: true, ..RareOptions::default() };
    world.add_rare(policy(), options, name, erase(|_| async { Err(TaskError::fatal("no luck")) }))
}

/// The name of the critical task that the run reports as its cause, and its report.
fn cause(result: Result<Report, RuntimeError>) -> (Option<String>, Report) {
    match result {
        Ok(report) => (None, report),
        Err(RuntimeError::CriticalTask { name, report }) => (Some(name), Report::clone(&report)),
        Err(other) => panic!("{other}"),
    }
}

/// The end of a critical task, which is the last one × `run`: the run does not return without the cause.
#[test]
fn a_critical_failure_of_the_last_task_is_never_missed() {
    explore_within(3, || {
        let world = World::new();
        let running = add_critical(&world, "critical").spawn();
        let (critical, report) = cause(world.run());
        assert_eq!(critical.as_deref(), Some("critical"));
        assert_eq!(report.failed, 1);
        assert!(join(running).is_failed());
        world.assert_stopped();
    });
}

/// The end of a critical task × another task × `run`: the failure stops the other one.
#[test]
fn a_critical_failure_stops_the_other_tasks() {
    explore_within(2, || {
        let world = World::new();
        let other = world.add("other", until_cancelled()).expect("the name is free").spawn();
        let running = add_critical(&world, "critical").spawn();
        assert_eq!(cause(world.run()).0.as_deref(), Some("critical"));
        assert!(join(running).is_failed());
        assert!(join(other).is_canceled());
        world.assert_stopped();
    });
}

/// The end of a critical task × `request_shutdown` × `run`: the first cause wins, and stays once the shutdown has begun.
#[test]
fn of_a_critical_failure_and_a_stop_the_first_one_wins() {
    explore_within(2, || {
        let world = World::new();
        let running = add_critical(&world, "critical").spawn();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || {
                world.supervisor.stop();
                let has_begun = world.shared.shutdown.borrow().requested;
                has_begun.then(|| world.shared.report().critical_task.is_some())
            })
        };
        let (critical, report) = cause(world.run());
        let (end, is_cause) = (join(running), join(stopping));
        assert!(critical.is_none() || end.is_failed(), "it did not fail");
        assert!(is_cause.is_none_or(|is_cause| is_cause == critical.is_some()), "the cause has changed");
        assert_eq!(report.failed, u64::from(end.is_failed()));
        world.assert_stopped();
    });
}

/// The ends of two critical tasks × `run`: one of them is the cause, and both are counted.
#[test]
fn of_two_critical_failures_the_first_one_is_the_cause() {
    explore_within(2, || {
        let world = World::new();
        let running = ["one", "two"].map(|name| add_critical(&world, name)).map(Added::spawn);
        let (critical, report) = cause(world.run());
        let ends = running.map(join);
        let failed = ends.iter().filter(|end| end.is_failed()).count();
        let critical = critical.expect("one of them has failed first");
        let first = usize::from(critical == "two");
        assert!(ends[first].is_failed(), "the cause has not failed");
        assert_eq!(report.failed, failed as u64);
        world.assert_stopped();
    });
}
