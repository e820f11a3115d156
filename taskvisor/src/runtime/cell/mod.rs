//! The state of one task, behind one small lock. This file requests stops; `attempts`, `interrupt`, `pause`, `readiness`, `shutdown`,
//! `expiry`, `policy_update` and `finish` change the state too; `queries`, `sharing` and `dependency` read it. `rare_state` is what most
//! tasks never need. `health` counts the tasks of the start-up set that are not ready.
//!
//! # The enums that describe one task
//!
//! | enum | question | values | written by |
//! |---|---|---|---|
//! | [`CellPhase`] | What is the task doing, as seen from outside? | `Waiting` `Running` `Sleeping` `Paused` `Stuck` `Ended` | the actor through `attempts` and `pause`; `Stuck` by `force_end`; `resume` ends `Paused` |
//! | [`WaitsFor`] | What does a task in the phase `Waiting` wait for? | `Slot` `OwnPermit` `Permit` `Rate` `Dependency` | the actor through `begin_wait` |
//! | `ActorStage` (`actor/mod.rs`) | What does the next poll of the actor do? | `Scheduled` `Gates` `Running` `Overtime` `Sleeping` `Yielding` | the actor; no other code sees it |
//! | `LifecycleStep` (`registry/registration.rs`) | Which events were published, and so which must follow? | `Reserved` `Accepted` `Added` `Withdrawn` `Attempt` `Finished` | the registration, which the actor owns |
//! | [`Phase`](crate::task::Phase) (public) | What does a `TaskStatus` report? | those of `CellPhase`, with their data | nothing: `status` computes it from the cell |
//!
//! A request is not a phase: a stop request is set beside any of them, stays set, and ends the task at the next check; an interrupt
//! ends the attempt or the wait, and is removed then (`interrupt.rs`). A pause is a flag, set beside any phase; the actor enters
//! the phase `Paused` at its next gate (`pause.rs`). The decided end (`end`) is separate too: waiters see it only in the phases
//! `Stuck` and `Ended`. The readiness is stored in the field of the request, because every request ends it (`pending.rs`). So is
//! the deadline of a submission that expires, because it applies only before the first attempt.
//!
//! ```text
//! transition                        method               CellPhase           ActorStage      LifecycleStep
//! the task is registered            new                  Waiting(Slot)       -               Reserved
//! it is accepted and spawned        -                    .                   Gates           Accepted or Added
//! its lane takes it from the queue  -                    .                   Gates           Added
//! a dependency is not ready         begin_wait           Waiting(Dependency) Gates           Added
//! no permit of its declaration      begin_wait           Waiting(OwnPermit)  Gates           Added
//! no permit of the supervisor       begin_wait           Waiting(Permit)     Gates           Added
//! its rate limit is reached         begin_wait           Waiting(Rate)       Gates           Added
//! an attempt begins                 begin_attempt        Running             Running         Attempt
//! it exceeds a limit (**)           interrupt            .                   Overtime        .
//! the attempt ends                  end_attempt          Waiting(Slot) (*)   .               Added
//! another follows after a delay     begin_sleep          Sleeping            Sleeping        Added
//! another follows without a delay   begin_sleep          Sleeping            Yielding        Added
//! the delay has passed              -                    .                   Gates           Added
//! the actor finds it paused         begin_pause          Paused              Gates           Added
//! it gives up, and is paused        pause_after_give_up  Paused              Gates           Added
//! it is resumed                     resume               Waiting(Slot)       .               .
//! the actor is stuck in a poll      force_end            Stuck               .               .
//! the task ends                     finish               Ended               -               Finished
//! ```
//!
//! A dot means "unchanged". (*) Only until the actor has decided the next step, in the same poll. (**) With a `stop_timeout`;
//! without one the attempt ends. The task can end in every phase: by a stop request, or because its runtime drops the actor.
//! `Stuck` hides every later phase except `Ended`.
//!
//! # Invariants
//!
//! Each is shown by a model in `models/cell.rs`, `models/force.rs`, `models/pause.rs`, `models/readiness.rs`, `models/waiters.rs`,
//! `models/dependency.rs`, `models/health.rs` or `models/policy_update.rs`:
//! 1. The end is first-writer-wins: the actor decides it, or an observer forces it (a waiter for the outcome, the driver of the
//!    shutdown, or the watchdog), never both.
//! 2. A waiter registers under the lock that checks, so that it misses no end.
//! 3. A stop request or an interrupt that arrives during a poll triggers another poll.
//! 4. A task with a pending request is not ready, and does not become ready.
//! 5. An end is forced only past the deadline of a stop, and only inside a poll that was observed twice,
//!    [`STUCK_CONFIRMATION`] apart.
//! 6. No attempt begins while the flag `Paused` is set.
//! 7. A task of the start-up set that is not ready is counted: see `health.rs`.
//! 8. No attempt begins with a policy that was replaced before.
//!
//! Wakers, tokens and errors are taken out under the lock, and woken, canceled or dropped after it: all of them run code
//! outside this crate, which may block or lock the cell again.

use std::borrow::Cow;
use std::sync::atomic;
use std::task::Waker;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::policy::Milliseconds;
use crate::runtime::body::ErasedBody;
use crate::runtime::health::Membership;
use crate::runtime::instrument::metrics::SeriesId;
use crate::sync::wakers::Wakers;
use crate::sync::{AtomicBool, Mutex};
use crate::task::TaskId;

use self::conclusion::PackedConclusion;
use self::flags::Flags;
use self::history::Attempts;
use self::label::CellLabel;
use self::pending::Pending;
use self::rare_state::SlotOrRare;
use self::signals::Signals;
use self::stop_timeout::StopTimeout;

mod attempts;
mod conclusion;
mod dependency;
mod expiry;
mod finish;
mod flags;
mod health;
mod heartbeat;
mod history;
mod interrupt;
mod live_options;
mod label;
mod pause;
mod pending;
#[cfg_attr(not(any(feature = "config", test)), allow(dead_code, reason = "no policy is updated"))]
mod policy_update;
mod queries;
mod rare_state;
mod readiness;
mod schedule;
mod sharing;
mod shutdown;
#[cfg(feature = "metrics")]
mod shown;
mod signals;
mod stop_request;
mod stop_timeout;
mod synthetic;
mod value;
mod views;

pub(crate) use conclusion::Conclusion;
pub(crate) use dependency::DependencyState;
pub(crate) use finish::has_stuck_tasks;
pub(crate) use flags::Flag;
pub(crate) use health::{Overdue, Symptom};
pub(crate) use interrupt::InterruptError;
#[cfg(any(feature = "config", test))]
pub(crate) use policy_update::PolicyUpdate;
pub(crate) use policy_update::UpdateSetup;
pub(crate) use queries::OutcomePoll;
pub(crate) use rare_state::{RareSetup, RareState};
pub(crate) use readiness::{ReadinessChange, ReadyPoll};
#[cfg(feature = "metrics")]
pub(crate) use shown::{Shown, ShownChange};
pub(crate) use stop_request::{
    PendingStop, RegistryHash, RegistryKey, Request, RequestKind, STUCK_CONFIRMATION, StopKind, StopRequest,
    TaskEnd, saturating_deadline,
};
pub(crate) use views::{FinishedAttempt, NotBegun, PollView, Wait};

#[derive(Debug)]
pub(crate) struct TaskCell {
    id: TaskId,
    name: Cow<'static, str>,
    // The parts of a `RegistryKey`. A whole key fills its 24 bytes; the parts leave room for `stop_timeout` in them.
    slot: SlotOrRare,
    label: CellLabel,
    /// Set once the handle of a job is dropped: its value is not kept.
    is_detached: AtomicBool,
    stop_timeout: StopTimeout,
    hash: RegistryHash,
    /// The number of all failures. Written and read under the lock of `state`, beside `failures`.
    // Outside of the state, because inside of it this field and the flags would enlarge the allocation. Not loom's atomic: it is
    // written and read under the lock.
    total_failures: atomic::AtomicU32,
    flags: Flags,
    state: Mutex<CellState>,
}

#[derive(Debug)]
struct CellState {
    phase: CellPhase,
    /// The time of the last change of `phase`.
    since: Instant,
    /// The number of the latest attempt; zero before the first one.
    attempt: u64,
    /// Consecutive failures.
    failures: u32,
    /// The pending stop request, which stays, or a pending interrupt. Without one, the expiry or the readiness.
    pending: Pending,
    /// What the actor has yet to see.
    signals: Signals,
    /// Whether the actor is inside a poll, where user code may block.
    polling: bool,
    /// The decided end, set once. Waiters see it only in the phases `Stuck` and `Ended`.
    end: Option<TaskEnd>,
    /// The ended attempts, and the latest failure.
    attempts: Attempts,
    links: Links,
}

/// What a task keeps for its waiters, or the value that a job leaves for its handle.
// One field for both, because every task pays for its size. The compiler tells them apart by the id in `Wakers`.
#[derive(Debug)]
enum Links {
    Live(LiveLinks),
    /// The body of a job that has completed: it holds the value. `None` once the handle has taken it.
    Value(Option<ErasedBody>),
}

#[derive(Debug, Default)]
struct LiveLinks {
    /// The waker of the actor, registered at the end of a poll that is pending.
    actor: Option<Waker>,
    /// Waiters for the end of the task, for its readiness or for the loss of it, and, attempt-scoped, waiters for a stop or the end
    /// of the attempt. A task of the start-up set has its membership attached.
    waiters: Wakers<Membership>,
    /// The token of the running attempt, if one was requested.
    token: Option<CancellationToken>,
}

/// What the task is doing. See the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellPhase {
    Waiting(WaitsFor),
    Running(PackedConclusion),
    Sleeping {
        until: Instant,
    },
    Paused {
        /// Whether the task was paused because it gave up, and not by an operator.
        gave_up: bool,
    },
    Stuck,
    Ended,
}

/// What a task waits for before an attempt.
// Without the name of the dependency, which the graph knows: every task pays for the size of its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// Its slot. Without a slot, its first poll.
    Slot,
    /// A permit of its declaration.
    OwnPermit,
    /// A permit of the supervisor.
    Permit,
    /// A token of its rate limit. The rare state has the expected time.
    Rate,
    /// A task that it depends on.
    Dependency,
}

impl TaskCell {
    /// `stop_timeout` limits the grace of every stop request.
    pub(crate) fn new(
        id: TaskId,
        name: Cow<'static, str>,
        key: RegistryKey,
        hash: RegistryHash,
        stop_timeout: Option<Milliseconds>,
        now: Instant,
    ) -> Self {
        let state = CellState {
            phase: CellPhase::Waiting(WaitsFor::Slot),
            since: now,
            attempt: 0,
            failures: 0,
            pending: Pending::unready(now),
            signals: Signals::default(),
            polling: false,
            end: None,
            attempts: Attempts::None,
            links: Links::Live(LiveLinks::default()),
        };
        let (slot, holds_name) = match key {
            RegistryKey::Name => (None, true),
            RegistryKey::Slot(slot) => (Some(slot), false),
            RegistryKey::Free => (None, false),
        };
        Self {
            id,
            name,
            slot: SlotOrRare::new(slot),
            label: CellLabel::new(holds_name),
            is_detached: AtomicBool::new(false),
            stop_timeout: StopTimeout::new(stop_timeout),
            hash,
            total_failures: atomic::AtomicU32::new(0),
            flags: Flags::default(),
            state: Mutex::new(state),
        }
    }

    /// Sets the options that most tasks leave out. Only before the task is registered.
    pub(crate) fn with_rare(mut self, parts: RareSetup, now: Instant) -> Self {
        self.slot = self.slot.with_rare(parts, now);
        self
    }

    /// Sets which series measure the task. Only before the task is registered.
    pub(crate) fn set_series(&mut self, id: SeriesId) {
        self.label.set_series(id);
    }

    /// Which series measure the task.
    #[cfg(feature = "metrics")]
    #[inline]
    pub(crate) fn series(&self) -> SeriesId {
        self.label.series()
    }

    pub(crate) fn has_flag(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }

    /// Sets a flag. Returns whether it was set before.
    pub(crate) fn set_flag(&self, flag: Flag) -> bool {
        self.flags.set(flag)
    }

    #[cfg(any(feature = "config", test))]
    pub(crate) fn clear_flag(&self, flag: Flag) {
        self.flags.clear(flag);
    }

    /// Returns the name of a task that was not registered.
    pub(crate) fn into_name(self) -> Cow<'static, str> {
        self.name
    }

    /// Requests a stop. Returns whether this was the first request; a later one can only bring the deadline forward.
    pub(crate) fn request_stop(&self, request: StopRequest) -> bool {
        self.request_stop_if(request, |_| true)
    }

    /// Requests a stop, unless an attempt is running or the task has not made its first attempt.
    // Decided under the lock that begins attempts: an attempt that has begun goes on, and no other begins after the
    // request.
    pub(crate) fn request_stop_between_attempts(&self, request: StopRequest) -> bool {
        self.request_stop_if(request, |state| state.attempt > 0 && !state.phase.is_running())
    }

    fn request_stop_if(&self, request: StopRequest, applies: impl FnOnce(&CellState) -> bool) -> bool {
        let (first, token, actor, waiters) = {
            let mut state = self.state.lock();
            let stop = request.limited_to(self.stop_timeout.get());
            let RequestKind::Stop { cause, .. } = stop.kind else { return false };
            // A decided end is final, although waiters may not see it yet.
            if state.end.is_some() || !applies(&state) {
                return false;
            }
            let CellState { pending, links: Links::Live(_), .. } = &mut *state else { return false };
            let first = match pending.request() {
                Some(Request { deadline, kind: RequestKind::Stop { kind, cause: first, .. }, .. }) => {
                    // The earlier deadline stays in force: there is nothing to change and no waiter to wake.
                    if deadline <= stop.deadline {
                        return false;
                    }
                    // The observations of the old request were measured from its deadline, hence they are void.
                    let kind = RequestKind::Stop { kind, cause: first, enforcer: cause };
                    pending.set_request(Request { kind, ..stop });
                    false
                }
                // A stop request replaces an interrupt, and ends the readiness.
                Some(_) | None => {
                    if pending.ready_since().is_some() {
                        self.remember_heartbeat();
                    }
                    pending.set_request(stop);
                    true
                }
            };
            self.update_membership(&mut state);
            let CellState { links: Links::Live(live), .. } = &mut *state else { return false };
            // The token is cloned, not taken: the attempt may go on, and may request the same token again. All waiters are
            // taken: those for the outcome need the deadline, to force the end of a stuck actor.
            (first, live.token.clone(), live.actor.take(), live.waiters.take())
        };
        if let Some(token) = token {
            token.cancel();
        }
        if let Some(actor) = actor {
            actor.wake();
        }
        waiters.wake();
        first
    }
}

impl CellPhase {
    fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

impl Links {
    fn live(&mut self) -> Option<&mut LiveLinks> {
        match self {
            Self::Live(live) => Some(live),
            Self::Value(_) => None,
        }
    }
}
