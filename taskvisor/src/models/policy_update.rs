//! Models of a new policy for a live task, against the begin of an attempt, a stop request, the end of the task, another update, and the
//! start of an instance.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::thread;
use tokio::time::Instant;

use super::instances::set;
use super::world::{Added, World};
use super::{GRACE, block_on, explore, explore_within, join, on_runtime, overdue, policy, unshared};
use crate::error::TaskError;
use crate::policy::{BackoffPolicy, Milliseconds, Policy, RareOptions, Setting, Settings};
use crate::runtime::body::{TaskFn, TaskSpec, erase};
use crate::runtime::cell::{
    InterruptError, NotBegun, PolicyUpdate, RareSetup, RegistryKey, StopRequest, TaskCell, TaskEnd,
    UpdateSetup,
};
use crate::sync::AtomicU64;
use crate::task::{Named, StopCause};

/// A task whose policy may be replaced.
fn updated_cell(name: &'static str, now: Instant) -> TaskCell {
    let updates = Some(UpdateSetup { needs: |_| {}, never_returns: false });
    unshared(name, RegistryKey::Name, now).with_rare(RareSetup { updates, ..RareSetup::default() }, now)
}

/// The policy that allows this number of retries.
fn retries(number: u32) -> Policy {
    let settings = Settings {
        max_retries: Setting::Set(Some(number)),
        backoff: Setting::Set(BackoffPolicy::none()),
        ..Settings::INHERIT
    };
    settings.resolve(&policy()).expect("the options are right")
}

/// An update that its `stop_timeout` distinguishes from others.
fn update(seconds: u32) -> Box<PolicyUpdate> {
    Box::new(PolicyUpdate {
        policy: retries(seconds),
        options: RareOptions::default(),
        stop_timeout: Some(Milliseconds::new(seconds * GRACE)),
        start_timeout: None,
    })
}

fn spawn_update(task: &Arc<TaskCell>, seconds: u32) -> thread::JoinHandle<Result<(), InterruptError>> {
    let task = Arc::clone(task);
    thread::spawn(move || task.update_policy(update(seconds)))
}

/// Begins an attempt as the actor does. Returns the `stop_timeout` with which it has begun, in multiples of the grace.
fn begin(task: &TaskCell, now: Instant, begins_with_poll: bool) -> Option<u64> {
    if !begins_with_poll || task.begin_poll_and_attempt(now).1.is_none() {
        loop {
            match task.begin_attempt(now) {
                Ok(_) => break,
                Err(NotBegun::Updated) => drop(task.take_policy_update()),
                Err(_) => return None,
            }
        }
    }
    Some(task.stop_timeout().map_or(0, |time| time.as_secs()))
}

/// `update_policy` × `begin_attempt`, `begin_poll_and_attempt`: an attempt that begins after the call uses the new policy, and one that
/// has begun keeps its own until its end.
#[test]
fn no_attempt_begins_with_the_old_policy_after_an_update() {
    for begins_with_poll in [false, true] {
        explore(move || {
            let now = Instant::now();
            let task = Arc::new(updated_cell("task", now));
            let updating = {
                let task = Arc::clone(&task);
                thread::spawn(move || {
                    task.update_policy(update(1)).expect("no stop was requested");
                    task.status().attempt
                })
            };
            let used = begin(&task, now, begins_with_poll).expect("no stop was requested");
            let begun_before = join(updating);
            assert_eq!(
                task.stop_timeout().map_or(0, |time| time.as_secs()),
                used,
                "it has changed meanwhile"
            );
            assert!(used == 1 || begun_before == 1, "it has begun with the old policy after the update");
            task.finish_attempt(now, None);
            assert_eq!(begin(&task, now, begins_with_poll), Some(1));
        });
    }
}

/// `update_policy` × `update_policy` × `begin_attempt`: the next attempt after both uses one of them, and each later one the same.
#[test]
fn of_two_updates_one_applies_for_good() {
    explore_within(3, || {
        let now = Instant::now();
        let task = Arc::new(updated_cell("task", now));
        let updating = [spawn_update(&task, 1), spawn_update(&task, 2)];
        begin(&task, now, false).expect("no stop was requested");
        for updating in updating {
            assert_eq!(join(updating), Ok(()));
        }
        task.finish_attempt(now, None);
        let used = begin(&task, now, true).expect("no stop was requested");
        assert_ne!(used, 0, "an update was lost");
        assert!(task.take_policy_update().is_none(), "an update is left");
        task.finish_attempt(now, None);
        assert_eq!(begin(&task, now, true), Some(used));
    });
}

/// `update_policy` × `request_stop` × `begin_attempt`: the update reports the stop, or came before it. The stop is never missed, and its
/// deadline follows the policy of the attempt that it stops.
#[test]
fn an_update_hides_no_stop_request() {
    explore_within(3, || {
        let now = Instant::now();
        let task = Arc::new(updated_cell("task", now));
        let updating = spawn_update(&task, 1);
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(StopRequest::stop(StopCause::Cancel, now, 2 * GRACE)))
        };
        let used = begin(&task, now, false);
        assert!(matches!(join(updating), Ok(()) | Err(InterruptError::Stopping)));
        assert!(join(stopping), "it is the only request");
        if let Some(used) = used {
            let grace = if used == 1 { GRACE } else { 2 * GRACE };
            assert_eq!(task.stop_deadline(), Some(now + grace));
        }
        task.finish_attempt(now, None);
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `update_policy` × `decide_end`, `finish`: the update is refused, or dropped with the cell. It changes no end.
#[test]
fn an_update_beside_the_end_of_its_task_is_dropped() {
    explore(|| {
        let now = Instant::now();
        let task = Arc::new(updated_cell("task", now));
        begin(&task, now, true);
        let updating = spawn_update(&task, 1);
        task.finish_attempt(now, None);
        assert_eq!(task.decide_end(TaskEnd::Completed), TaskEnd::Completed);
        task.finish(now);
        let updated = join(updating);
        assert_eq!(task.update_policy(update(2)), Err(InterruptError::Ended));
        assert!(matches!(updated, Ok(()) | Err(InterruptError::Ended)));
        assert_eq!(Arc::strong_count(&task), 1);
    });
}

/// `update_policy` × the shipped actor, whose attempts fail: with an update that allows no retry, at most one more attempt fails. With a
/// stop request beside it, the task ends in either way.
#[test]
fn the_actor_follows_an_update_at_its_next_attempt() {
    for stops in [false, true] {
        explore_within(2, move || {
            let world = World::new();
            let attempts = Arc::new(AtomicU64::new(0));
            let counted = Arc::clone(&attempts);
            let body = erase(move |_| {
                counted.fetch_add(1, Ordering::AcqRel);
                async { Err(TaskError::fail("down")) }
            });
            let Added { handle, actor } = world.add_cell(retries(2), updated_cell("task", world.now), body);
            let running = thread::spawn(move || block_on(actor));
            let task = handle.cell();
            let updated = task.update_policy(update(0));
            let begun = handle.status().attempt;
            if stops {
                task.request_stop(overdue(world.now));
            }
            join(running);
            if updated.is_ok() {
                assert!(attempts.load(Ordering::Acquire) <= begun + 1, "an attempt has used the old policy");
            }
            assert!(world.is_empty());
        });
    }
}

/// Updates all instances of a set on another thread, with a `stop_timeout` of this length.
fn spawn_update_of_all(world: &World, name: &str, seconds: u32) -> thread::JoinHandle<()> {
    let (world, name) = (world.clone(), name.to_owned());
    thread::spawn(move || {
        let task = TaskFn::shared(name.clone(), || async { Ok(()) });
        let spec = TaskSpec::once(task).with_instances(1).with_stop_timeout(seconds * GRACE);
        world.shared.update_tasks(&name, spec.options()).expect("the options are right");
    })
}

/// `update_tasks` × `update_tasks` × the start of an instance: each instance ends up with the options of the template.
#[test]
fn an_instance_that_starts_beside_updates_gets_the_latest() {
    for updates in [1, 2] {
        explore_within(2, move || {
            let world = World::new();
            world.shared.allow_updates();
            let set = set(&world, 0);
            on_runtime(|| {
                world.shared.check_ready().expect("there is a runtime");
                let updating: Vec<_> =
                    (1..=updates).map(|seconds| spawn_update_of_all(&world, set.name(), seconds)).collect();
                world.supervisor.scale(set.name(), 1).expect("the task has instances");
                updating.into_iter().for_each(join);
                let template = set.template().options().settings.stop_timeout();
                assert!(template.is_some(), "no update has replaced the template");
                for instance in set.cells() {
                    // As the actor does before the first attempt.
                    instance.take_policy_update();
                    assert_eq!(instance.stop_timeout(), template.map(Milliseconds::get));
                }
            });
            assert!(world.is_empty());
        });
    }
}
