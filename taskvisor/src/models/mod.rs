//! Models of what threads share, explored by loom: every schedule of their locks, atomics and wake-ups.
//!
//! They run the shipped files, for which `sync` puts loom's locks in the place of the real ones:
//! `RUSTFLAGS="--cfg taskvisor_loom" cargo test -p taskvisor --no-default-features --features controller --lib --release`;
//! with `-- --show-output` each tells how many schedules it explored. Loom does not see inside Tokio's semaphore and
//! inside a `CancellationToken`: what they do is one step here.

mod actor;
mod bus;
mod cell;
mod clearing;
mod force;
mod latest;
mod listeners;
mod names;
mod queue;
mod registry;
mod room;
mod run;
mod shutdown;
mod slots;
mod waiters;
mod world;

use std::future::{Future, poll_fn};
use std::hash::BuildHasher;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::model::Builder;
use loom::sync::Notify;
use loom::thread::JoinHandle;
use tokio::time::Instant;

use crate::policy::{Config, Policy, Settings};
use crate::runtime::cell::{OutcomePoll, RegistryKey, StopRequest, TaskCell};
use crate::runtime::registry::Registry;
use crate::sync::RandomState;
use crate::task::{Outcome, StopCause, TaskId};

const GRACE: Duration = Duration::from_secs(1);

/// A model with more schedules is to be made smaller or bounded: CI runs all of them.
const TOO_MANY: u64 = 150_000;

/// Explores every schedule of a model.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    check(None, model);
}

/// Explores the schedules of a large model with at most so many preemptions: a thread that could go on is put off in
/// favour of another. (Whatever a thread does when it has to wait is no preemption.)
fn explore_within(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    check(Some(preemptions), model);
}

fn check(preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    // For alarms, which are set here but never ring.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("it has no I/O");
    let _inside = runtime.enter();
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(preemptions);
    let bound = builder.preemption_bound;
    let schedules = Arc::new(AtomicU64::new(0));
    let explored = Arc::clone(&schedules);
    builder.check(move || {
        let number = schedules.fetch_add(1, Ordering::Relaxed);
        assert!(number < TOO_MANY, "too many schedules");
        model();
    });
    let explored = explored.load(Ordering::Relaxed);
    match bound {
        Some(bound) => println!("{explored} schedules, with at most {bound} preemptions"),
        None => println!("{explored} schedules, all there are"),
    }
}

/// Runs a future on this thread. Not loom's own, whose wakers are counted where loom sees it: those are dropped inside
/// Tokio's locks too.
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

/// WakerIdentity a thread that waits in `block_on`. Once each it returns without being woken, as a poll of Tokio's may come.
struct Thread(Notify);

impl Wake for Thread {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

/// Calls with the context of a single poll.
fn poll_once<T>(call: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let waker = Waker::from(Arc::new(Thread(Notify::new())));
    call(&mut Context::from_waker(&waker))
}

/// Two names that are kept in two shards, if there are as many.
fn apart() -> [&'static str; 2] {
    let names = ["one", "two"];
    let [one, two] = names.map(|name| RandomState::new().hash_one(name) >> 32);
    assert_ne!(one % 2, two % 2);
    names
}

fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().expect("it returns")
}

fn cell(name: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed(name, RegistryKey::Name, now)
}

fn submission(slot: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed("submission", RegistryKey::Slot(slot.into()), now)
}

fn keyed(name: &'static str, key: RegistryKey, now: Instant) -> Arc<TaskCell> {
    let id = TaskId::next();
    let hash = Registry::new(1).hash(&key, name, id);
    Arc::new(TaskCell::new(id, name.into(), key, hash, now))
}

fn policy() -> Policy {
    Settings::INHERIT.resolve(&Config::default()).expect("defaults are valid")
}

/// A stop that is due at `now`.
fn overdue(now: Instant) -> StopRequest {
    StopRequest::stop(StopCause::Cancel, now, Duration::ZERO)
}

fn stop(now: Instant) -> StopRequest {
    StopRequest::stop(StopCause::Cancel, now, GRACE)
}

/// Waits for the outcome as a handle does, but without an timer.
fn outcome(cell: &TaskCell) -> Outcome {
    let mut place = None;
    block_on(poll_fn(|context| match cell.poll_outcome(&mut place, context) {
        OutcomePoll::Over(outcome) => Poll::Ready(outcome),
        OutcomePoll::Until(_) => Poll::Pending,
    }))
}
