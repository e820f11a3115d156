//! Loom models of the shared state: every schedule of its locks, atomics and wake-ups.
//!
//! The models run the shipped files, in which `sync` replaces the real locks by loom's:
//!
//! ```text
//! RUSTFLAGS="--cfg taskvisor_loom" CARGO_TARGET_DIR=target/loom \
//!     cargo test -p taskvisor --no-default-features --features controller --lib --release -- --test-threads 1
//! ```
//!
//! In one thread they take half the time: loom maps new stacks for every schedule, for which the threads of a process wait
//! for each other. With `--show-output` each model prints how many schedules it explored.
//!
//! The documentation of a model names the calls that run concurrently, as in `register` × `close_admission`. Loom does not
//! see inside Tokio's semaphore and inside a `CancellationToken`: each of their calls is one step.

mod actor;
mod bus;
mod cell;
mod clearing;
mod conclusion;
mod critical;
mod dependency;
mod dependency_gates;
mod dependency_graph;
mod dependency_loss;
mod expiry;
mod finishing;
mod force;
mod give_up;
mod health;
mod heartbeat;
mod instance_dependency;
mod instances;
mod interrupt;
mod lanes;
mod latest;
mod listeners;
mod limits;
mod names;
mod own_permit;
mod pause;
mod policy_update;
mod pause_after;
mod queue;
mod rate;
mod readiness;
mod recent_jobs;
mod registry;
mod room;
mod room_waits;
mod run;
mod shutdown;
mod slots;
mod slots_capacity;
mod trigger;
mod waiters;
mod world;

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::model::Builder;
use loom::sync::Notify;
use loom::thread::JoinHandle;
use tokio::time::Instant;

use crate::error::{BoxError, FailureKind};
use crate::event::EventName;
use crate::policy::{Config, Policy, RareOptions};
use crate::runtime::cell::{FinishedAttempt, OutcomePoll, RareSetup, RegistryKey, StopRequest, TaskCell};
use crate::runtime::instances::{InstanceOf, InstanceSet};
use crate::runtime::registry::Registry;
use crate::task::{Outcome, StopCause, TaskId};

const GRACE: Duration = Duration::from_secs(1);

/// The limit of schedules per model. A model with more must be reduced or bounded, because CI runs all of them.
const MAX_SCHEDULES: u64 = 150_000;

/// Explores every schedule of a model.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    check(None, model);
}

/// Explores the schedules of a large model with a limited number of preemptions.
///
/// A preemption switches away from a thread that could continue. A switch away from a blocked thread does not count.
fn explore_within(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    check(Some(preemptions), model);
}

fn check(preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    // Tokio's timers need a runtime to be created. Nothing drives it, so that they never fire.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime without I/O always builds");
    let _guard = runtime.enter();
    // No time passes: loom repeats a schedule up to the point where the next one differs, and panics if a repetition takes
    // another path. On a busy machine, a deadline could be reached in one of them only.
    tokio::time::pause();
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(preemptions);
    let bound = builder.preemption_bound;
    let schedules = Arc::new(AtomicU64::new(0));
    let explored = Arc::clone(&schedules);
    builder.check(move || {
        let number = schedules.fetch_add(1, Ordering::Relaxed);
        assert!(number < MAX_SCHEDULES, "too many schedules");
        model();
    });
    let explored = explored.load(Ordering::Relaxed);
    match bound {
        Some(bound) => println!("{explored} schedules, with at most {bound} preemptions"),
        None => println!("{explored} schedules, all there are"),
    }
}

/// Runs a future on this thread.
// Not `loom::future::block_on`: loom tracks the reference counts of its wakers, and Tokio drops wakers inside locks that
// loom does not know.
fn block_on<F: Future>(future: F) -> F::Output {
    let thread = Arc::new(Thread(Notify::new()));
    let waker = Waker::from(Arc::clone(&thread));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread.0.wait(),
        }
    }
}

/// Wakes a thread that waits in `block_on`.
// Loom's `Notify` also explores one spurious wake-up per instance, as an executor may poll without a wake-up.
struct Thread(Notify);

impl Wake for Thread {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

/// Calls `call` once, with the context of a waker that wakes no thread.
fn poll_once<T>(call: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let waker = Waker::from(Arc::new(Thread(Notify::new())));
    call(&mut Context::from_waker(&waker))
}

/// Returns two names that belong to different shards of a registry with two shards.
fn names_in_two_shards() -> [&'static str; 2] {
    let shard = |name: &str| Registry::new(1).hash(&RegistryKey::Name, name, TaskId::MIN).get() >> 32 & 1;
    let in_another = ["two", "three", "four", "five"].into_iter().find(|name| shard(name) != shard("one"));
    ["one", in_another.expect("these names are not all in one shard")]
}

/// Calls `call` on a runtime that is not driven: its spawned tasks are dropped with it.
fn on_runtime<T>(call: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without I/O always builds");
    let _guard = runtime.enter();
    call()
}

fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().expect("the thread does not panic")
}

fn cell(name: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed(name, RegistryKey::Name, now)
}

fn submission(slot: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed("submission", RegistryKey::Slot(slot.into()), now)
}

fn keyed(name: &'static str, key: RegistryKey, now: Instant) -> Arc<TaskCell> {
    Arc::new(unshared(name, key, now))
}

/// Creates a task with options that most tasks leave out.
fn rare_cell(name: &'static str, options: RareOptions, now: Instant) -> Arc<TaskCell> {
    Arc::new(
        unshared(name, RegistryKey::Name, now).with_rare(RareSetup { options, ..RareSetup::default() }, now),
    )
}

/// Creates an instance of a task.
fn instance_cell(set: &Arc<InstanceSet>, index: usize, now: Instant) -> Arc<TaskCell> {
    let setup = RareSetup { instance: Some(InstanceOf::new(set, index)), ..RareSetup::default() };
    let name = format!("{}/{index}", set.shared_name());
    Arc::new(unshared(name, RegistryKey::Name, now).with_rare(setup, now))
}

fn unshared(name: impl Into<Cow<'static, str>>, key: RegistryKey, now: Instant) -> TaskCell {
    let (id, name) = (TaskId::next(), name.into());
    let hash = Registry::new(1).hash(&key, &name, id);
    TaskCell::new(id, name, key, hash, None, now)
}

fn policy() -> Policy {
    Policy::defaults(&Config::default())
}

impl TaskCell {
    /// Ends an attempt as the actor does, with the result that its error alone decides.
    fn finish_attempt(&self, now: Instant, caught: Option<(FailureKind, BoxError)>) -> FinishedAttempt {
        let event = if caught.is_some() { EventName::Failed } else { EventName::Succeeded };
        self.end_attempt(now, caught, event, |_| event)
    }
}

/// Creates a stop request that is due at `now`.
fn overdue(now: Instant) -> StopRequest {
    StopRequest::stop(StopCause::Cancel, now, Duration::ZERO)
}

/// Creates a stop request that is due after `GRACE`.
fn stop(now: Instant) -> StopRequest {
    StopRequest::stop(StopCause::Cancel, now, GRACE)
}

/// Waits for the outcome as a handle does, but without a timer.
fn outcome(cell: &TaskCell) -> Outcome {
    let mut id = None;
    block_on(poll_fn(|context| match cell.poll_outcome(&mut id, context) {
        OutcomePoll::Over(outcome) => Poll::Ready(outcome),
        OutcomePoll::Until(_) => Poll::Pending,
    }))
}

/// A schedule that loom repeats reads the same time, however long the machine took to get there.
#[test]
fn no_time_passes_in_a_model() {
    explore(|| {
        let (before, began) = (Instant::now(), std::time::Instant::now());
        while began.elapsed().is_zero() {}
        assert_eq!(Instant::now(), before);
    });
}
