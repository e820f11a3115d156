//! The supervisor of an application as the watchdog sees it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::GRACE_EXCEEDED;
use crate::event::bus::Bus;
use crate::runtime::body::Dropping;
use crate::runtime::cell::{STUCK_CONFIRMATION, TaskCell, saturating_deadline};
use crate::runtime::registry::Registry;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::supervisor::shutdown::ObserverWait;
use crate::supervisor::stuck::{describe_all, force_ends};
use crate::sync::watch;
use crate::task::{Report, RuntimeError};

/// Parts of a supervisor. None of them keeps its states alive, whose destructors are the user's.
#[derive(Clone)]
pub(super) struct Running {
    supervisor: Weak<Shared>,
    registry: Arc<Registry>,
    bus: Arc<Bus>,
    stop: watch::Receiver<ShutdownState>,
    grace: Duration,
    drain: Duration,
}

/// What the watchdog does when it has looked.
pub(super) enum Verdict {
    Sleep,
    LookAgain(Instant),
    Exit { code: u8, reason: String },
}

impl Running {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            supervisor: Arc::downgrade(shared),
            registry: Arc::clone(&shared.registry),
            bus: Arc::clone(&shared.bus),
            stop: shared.stop.subscribe(),
            grace: shared.config.grace,
            drain: shared.config.drain_timeout,
        }
    }

    /// What a signal stops, and within which grace: none for the second signal.
    pub(super) fn stop_request(&mut self) -> Option<(Arc<Shared>, Duration)> {
        let grace = std::mem::take(&mut self.grace);
        self.supervisor.upgrade().map(|shared| (shared, grace))
    }

    pub(super) fn look(mut self, now: Instant, dropping: &Dropping) -> Verdict {
        let stop = self.stop.borrow_and_update().clone();
        match stop.observer_wait(self.drain, now) {
            ObserverWait::Endless => Verdict::Sleep,
            ObserverWait::Until(due) => Verdict::LookAgain(due),
            ObserverWait::WhileProgressIsPossible => {
                // Looked at again and again: nothing but a poll that goes on is stuck.
                let stuck = force_ends(&self.registry, now).stuck;
                if stuck.is_empty() || !self.bus.is_drained() {
                    return Verdict::LookAgain(saturating_deadline(now, STUCK_CONFIRMATION));
                }
                let reason = still_stuck(&stuck, now);
                Verdict::Exit { code: GRACE_EXCEEDED, reason }
            }
            ObserverWait::Over => {
                force_ends(&self.registry, now);
                std::thread::sleep(STUCK_CONFIRMATION);
                Verdict::Exit { code: GRACE_EXCEEDED, reason: self.describe_blockers(dropping) }
            }
        }
    }

    /// What blocks: tasks inside a poll, or else subscribers at an event. The others only wait for a thread.
    fn describe_blockers(&self, dropping: &Dropping) -> String {
        let now = Instant::now();
        let stuck = force_ends(&self.registry, now).stuck;
        if !stuck.is_empty() {
            return still_stuck(&stuck, now);
        }
        if let Some(state) = dropping.current() {
            return dropping_still(state);
        }
        let subscribers = self.bus.handling();
        if subscribers.is_empty() {
            return "past the grace, the threads of the runtime are blocked, but not by a task".to_owned();
        }
        format!("past the grace, subscribers still handle an event: `{}`", subscribers.join("`, `"))
    }
}

fn still_stuck(stuck: &[Arc<TaskCell>], now: Instant) -> String {
    let mut report = Report::default();
    report.stuck = describe_all(stuck, now);
    RuntimeError::GraceExceeded { report: Arc::new(report) }.to_string()
}

pub(super) fn dropping_still(state: &str) -> String {
    format!("past the drain, the state `{state}` is still being dropped: its destructor blocks")
}
