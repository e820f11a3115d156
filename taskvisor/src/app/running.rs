//! The watchdog's view of the running supervisor.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::GRACE_EXCEEDED;
use crate::event::bus::Bus;
use crate::runtime::body::Dropping;
use crate::runtime::cell::{STUCK_CONFIRMATION, TaskCell, saturating_deadline};
use crate::runtime::health::Liveness;
use crate::runtime::registry::Registry;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::supervisor::shutdown::ObserverWait;
use crate::supervisor::stuck::{describe_all, force_ends};
use crate::sync::watch;
use crate::task::{Report, RuntimeError};

/// The parts of a supervisor that the watchdog reads.
///
/// None of them keeps the states alive: the watchdog's thread must never run their destructors, which are user code and may
/// block.
#[derive(Clone)]
pub(super) struct Running {
    supervisor: Weak<Shared>,
    registry: Arc<Registry>,
    bus: Arc<Bus>,
    liveness: Arc<Liveness>,
    shutdown: watch::Receiver<ShutdownState>,
    grace: Duration,
    drain: Duration,
}

/// The watchdog's next action after a check.
pub(super) enum WatchdogAction {
    Sleep,
    CheckAgain(Instant),
    Exit { code: u8, reason: String },
}

impl Running {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            supervisor: Arc::downgrade(shared),
            registry: Arc::clone(&shared.registry),
            bus: Arc::clone(&shared.bus),
            liveness: Arc::clone(&shared.liveness),
            shutdown: shared.shutdown.subscribe(),
            grace: shared.config.grace,
            drain: shared.config.drain_timeout,
        }
    }

    /// Returns the supervisor and the grace of the next signal. The first call returns the configured grace, later ones zero.
    pub(super) fn take_grace(&mut self) -> Option<(Arc<Shared>, Duration)> {
        let grace = std::mem::take(&mut self.grace);
        self.supervisor.upgrade().map(|shared| (shared, grace))
    }

    /// Checks whether critical tasks block their thread, and whether the shutdown is overdue. May sleep for `STUCK_CONFIRMATION`, so call
    /// it only on the watchdog's thread.
    pub(super) fn check(self, now: Instant, dropping: &Dropping) -> WatchdogAction {
        let next = self.liveness.check(now);
        match self.check_shutdown(now, dropping) {
            WatchdogAction::Sleep => next.map_or(WatchdogAction::Sleep, WatchdogAction::CheckAgain),
            WatchdogAction::CheckAgain(due) => {
                WatchdogAction::CheckAgain(next.map_or(due, |next| next.min(due)))
            }
            exit @ WatchdogAction::Exit { .. } => exit,
        }
    }

    fn check_shutdown(mut self, now: Instant, dropping: &Dropping) -> WatchdogAction {
        let shutdown = self.shutdown.borrow_and_update().clone();
        match shutdown.observer_wait(self.drain, now) {
            ObserverWait::Endless => WatchdogAction::Sleep,
            ObserverWait::Until(due) => WatchdogAction::CheckAgain(due),
            ObserverWait::WhileProgressIsPossible => {
                // Repeated checks confirm a task as stuck only if they find the same poll running.
                let stuck = force_ends(&self.registry, now).stuck;
                if stuck.is_empty() || !self.bus.is_drained() {
                    return WatchdogAction::CheckAgain(saturating_deadline(now, STUCK_CONFIRMATION));
                }
                let reason = describe_stuck(&stuck, now);
                WatchdogAction::Exit { code: GRACE_EXCEEDED, reason }
            }
            ObserverWait::Expired => {
                // Two checks, as above, but in a row: no deadline is left.
                force_ends(&self.registry, now);
                std::thread::sleep(STUCK_CONFIRMATION);
                WatchdogAction::Exit { code: GRACE_EXCEEDED, reason: self.describe_blockers(dropping) }
            }
        }
    }

    /// Describes what blocks the shutdown: tasks inside a poll, or else a destructor, or else subscribers that handle an event.
    /// Other tasks are not named, because they only wait for a thread.
    fn describe_blockers(&self, dropping: &Dropping) -> String {
        let now = Instant::now();
        let stuck = force_ends(&self.registry, now).stuck;
        if !stuck.is_empty() {
            return describe_stuck(&stuck, now);
        }
        if let Some(state) = dropping.current() {
            return describe_blocking_destructor(state);
        }
        let subscribers = self.bus.handling();
        if subscribers.is_empty() {
            return "past the grace, the threads of the runtime are blocked, but not by a task".to_owned();
        }
        format!("past the grace, subscribers still handle an event: `{}`", subscribers.join("`, `"))
    }
}

fn describe_stuck(stuck: &[Arc<TaskCell>], now: Instant) -> String {
    let report = Report { stuck: describe_all(stuck, now), ..Report::default() };
    RuntimeError::GraceExceeded { report: Arc::new(report) }.to_string()
}

pub(super) fn describe_blocking_destructor(state: &str) -> String {
    format!("past the drain, the state `{state}` is still being dropped: its destructor blocks")
}
