//! Models of a rate limit: its queue of waiters alone, and the shipped actors that pass its gate.
//!
//! No timer fires in a model. The models of the queue therefore let the time of a first waiter come at any moment, and all others depend
//! on a wake-up. In those of the actors no time passes, so that only a token that is given back lets a waiter begin.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::sync::mpsc::channel;
use loom::thread;
use loom::thread::JoinHandle;
use tokio::time::Instant;

use super::world::{Added, World, at_once};
use super::{block_on, explore, explore_within, join, poll_once};
use crate::policy::{Config, RareOptions, RateLimit};
use crate::runtime::body::erase;
use crate::runtime::cell::WaitsFor;
use crate::runtime::limits::{AttemptLimits, RateGate, RatePoll, RateTurn};
use crate::supervisor::TaskHandle;
use crate::sync::AtomicUsize;
use crate::sync::Ordering;
use crate::task::{Phase, WaitingOn};

const HOUR: Duration = Duration::from_secs(3_600);

/// The limits of a declaration that begins one attempt in an hour.
fn hourly(world: &World) -> Arc<AttemptLimits> {
    world.limits(RareOptions { rate_limit: Some(RateLimit::new(1, HOUR)), ..RareOptions::default() })
}

fn rate(limits: &AttemptLimits) -> &RateGate {
    limits.rate().expect("the rate is limited")
}

/// Polls once, with the context of a waker that wakes no thread.
fn poll(turn: &mut RateTurn, limits: &AttemptLimits, now: Instant) -> RatePoll {
    poll_once(|context| turn.poll(rate(limits), now, context))
}

/// Takes the token that is free, so that all others wait.
fn exhaust(limits: &Arc<AttemptLimits>, now: Instant) {
    let mut turn = RateTurn::new(limits);
    assert!(matches!(poll(&mut turn, limits, now), RatePoll::Taken { .. }));
    turn.use_token();
}

/// Registers a waiter, which no thread polls.
fn waiter(limits: &Arc<AttemptLimits>, now: Instant) -> RateTurn {
    let mut turn = RateTurn::new(limits);
    assert!(matches!(poll(&mut turn, limits, now), RatePoll::Waits { .. }));
    turn
}

/// Waits for a token on another thread. The timer of the first waiter fires at once. Returns when the attempt began.
fn take(mut turn: RateTurn, limits: &Arc<AttemptLimits>, now: Instant) -> JoinHandle<Instant> {
    let limits = Arc::clone(limits);
    thread::spawn(move || {
        let mut now = now;
        let began = block_on(poll_fn(|context| {
            loop {
                match turn.poll(rate(&limits), now, context) {
                    RatePoll::Taken { .. } => return Poll::Ready(now),
                    RatePoll::Waits { timer: Some(timer), .. } => now = timer,
                    RatePoll::Waits { timer: None, .. } => return Poll::Pending,
                }
            }
        }));
        turn.use_token();
        began
    })
}

/// Waits for a token on another thread, while no time passes.
fn take_now(mut turn: RateTurn, limits: &Arc<AttemptLimits>, now: Instant) -> JoinHandle<()> {
    let limits = Arc::clone(limits);
    thread::spawn(move || {
        block_on(poll_fn(|context| match turn.poll(rate(&limits), now, context) {
            RatePoll::Taken { .. } => Poll::Ready(()),
            RatePoll::Waits { .. } => Poll::Pending,
        }));
        turn.use_token();
    })
}

/// Three tasks that take a token × each other: all begin, an hour apart.
#[test]
fn every_waiter_takes_a_token() {
    explore_within(3, || {
        let world = World::new();
        let limits = hourly(&world);
        let taking = [(); 3].map(|()| take(RateTurn::new(&limits), &limits, world.now));
        let mut began = taking.map(join);
        began.sort_unstable();
        assert_eq!(began, [0, 1, 2].map(|hours| world.now + hours * HOUR));
    });
}

/// Two waiters × a task that arrives when the next token is due: they begin in the order of their arrival.
#[test]
fn tokens_are_taken_in_the_order_of_arrival() {
    explore_within(3, || {
        let world = World::new();
        let limits = hourly(&world);
        exhaust(&limits, world.now);
        let waiting = [(); 2].map(|()| waiter(&limits, world.now));
        let [first, second] = waiting.map(|turn| take(turn, &limits, world.now));
        let last = take(RateTurn::new(&limits), &limits, world.now + HOUR);
        let began = [first, second, last].map(join);
        assert_eq!(began, [1, 2, 3].map(|hours| world.now + hours * HOUR));
    });
}

/// The first waiter leaves × the second one begins to wait or waits: the second one is woken.
#[test]
fn a_waiter_that_leaves_wakes_the_next() {
    explore(|| {
        let world = World::new();
        let limits = hourly(&world);
        exhaust(&limits, world.now);
        let first = waiter(&limits, world.now);
        let second = take(RateTurn::new(&limits), &limits, world.now);
        drop(first);
        assert_eq!(join(second), world.now + HOUR);
    });
}

/// A waiter in the middle leaves × the first one takes its token × the last one waits: the last one is woken.
#[test]
fn a_waiter_that_leaves_while_its_turn_comes_wakes_the_next() {
    explore_within(3, || {
        let world = World::new();
        let limits = hourly(&world);
        exhaust(&limits, world.now);
        let [first, middle, last] = [(); 3].map(|()| waiter(&limits, world.now));
        let [first, last] = [first, last].map(|turn| take(turn, &limits, world.now));
        drop(middle);
        assert_eq!([first, last].map(join), [1, 2].map(|hours| world.now + hours * HOUR));
    });
}

/// A token is given back × a task that waits for it: the task takes it at once.
#[test]
fn a_token_that_is_given_back_reaches_a_waiter() {
    explore(|| {
        let world = World::new();
        let limits = hourly(&world);
        let mut turn = RateTurn::new(&limits);
        assert!(matches!(poll(&mut turn, &limits, world.now), RatePoll::Taken { .. }));
        let next = take_now(RateTurn::new(&limits), &limits, world.now);
        drop(turn);
        join(next);
    });
}

/// A token is given back × the first waiter leaves × the second one waits: the token reaches the second one.
#[test]
fn a_token_for_a_waiter_that_leaves_reaches_the_next() {
    explore_within(3, || {
        let world = World::new();
        let limits = hourly(&world);
        let mut turn = RateTurn::new(&limits);
        assert!(matches!(poll(&mut turn, &limits, world.now), RatePoll::Taken { .. }));
        let first = waiter(&limits, world.now);
        let second = take_now(RateTurn::new(&limits), &limits, world.now);
        let leaving = thread::spawn(move || drop(first));
        drop(turn);
        join(leaving);
        join(second);
    });
}

/// `interrupt` × two shipped actors with one token: at most one attempt begins, and one does if the interrupted task begins none.
fn explore_interrupt(interrupt: fn(&TaskHandle)) {
    explore_within(3, move || {
        let world = World::new();
        let limits = hourly(&world);
        let (began, begins) = channel();
        let add = |name| {
            let began = began.clone();
            let body = erase(move |_| {
                began.send(()).expect("the model receives");
                async { Ok(()) }
            });
            world.add_limited(&limits, name, body)
        };
        let [first, second] = ["first", "second"].map(add);
        let handles = [first.handle.clone(), second.handle.clone()];
        let running = [first, second].map(Added::spawn);
        interrupt(&handles[0]);
        // Without an attempt, the model would wait for ever.
        begins.recv().expect("the model keeps a sender");
        for handle in &handles {
            handle.cancel();
        }
        let ends = running.map(join);
        let attempts: u64 = handles.iter().map(|handle| handle.status().attempt).sum();
        assert_eq!(attempts, 1, "{ends:?}");
    });
}

#[test]
fn a_token_of_a_stopped_task_is_not_lost() {
    explore_interrupt(|task| {
        task.cancel();
    });
}

#[test]
fn a_token_of_a_paused_task_is_not_lost() {
    explore_interrupt(|task| {
        let _ = task.pause();
    });
}

#[test]
fn a_restart_of_a_waiter_loses_no_token() {
    explore_interrupt(|task| {
        let _ = task.restart();
    });
}

/// Shipped actors of two tasks of one rate limit × a task beside them × the only permit of the supervisor: a task that waits for a token
/// keeps no permit.
#[test]
fn a_waiter_for_the_rate_holds_no_permit() {
    explore_within(3, || {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let limits = hourly(&world);
        exhaust(&limits, world.now);
        let waits = world.add_limited(&limits, "waits", at_once());
        let handle = waits.handle.clone();
        let waits = waits.spawn();
        let other = world.add("other", at_once()).expect("the name is free").spawn();
        assert!(join(other).is_completed());
        handle.cancel();
        assert!(join(waits).is_canceled());
        let permits = world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "the permit was not released");
    });
}

/// A task begins to wait for a token × `status`: the status has the time of this wait, and not of an earlier one.
#[test]
fn a_status_shows_the_time_of_its_own_wait() {
    explore(|| {
        let world = World::new();
        let task = world.add_limited(&hourly(&world), "task", at_once());
        let waiting = {
            let (cell, now) = (Arc::clone(task.handle.cell()), world.now);
            let rare = cell.rare().expect("it has limits");
            rare.set_expected_start(now);
            thread::spawn(move || {
                cell.rare().expect("it has limits").set_expected_start(now + HOUR);
                cell.begin_wait(WaitsFor::Rate, now);
            })
        };
        if let Phase::Waiting { on: WaitingOn::Rate { until } } = task.handle.status().phase {
            assert_eq!(until, world.now + HOUR);
        }
        join(waiting);
    });
}

/// Tokens are counted, whatever takes and gives back at the same time: what remains is as before.
#[test]
fn a_token_that_is_taken_and_given_back_leaves_nothing() {
    explore_within(3, || {
        let world = World::new();
        let limits = hourly(&world);
        let taken = Arc::new(AtomicUsize::new(0));
        let taking = [(); 2].map(|()| {
            let (limits, taken, now) = (Arc::clone(&limits), Arc::clone(&taken), world.now);
            thread::spawn(move || {
                let mut turn = RateTurn::new(&limits);
                if matches!(poll(&mut turn, &limits, now), RatePoll::Taken { .. }) {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        let [(), ()] = taking.map(join);
        assert!(taken.load(Ordering::Relaxed) > 0);
        exhaust(&limits, world.now);
        waiter(&limits, world.now);
    });
}
