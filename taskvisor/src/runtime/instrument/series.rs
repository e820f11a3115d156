//! The handles of one declared name.

use std::sync::OnceLock;

use metrics::{Counter, Gauge, Histogram, SharedString, counter, gauge, histogram};

use super::describe;
#[cfg(feature = "controller")]
use super::labels::REFUSALS;
use super::labels::{CAUSES, OUTCOMES, RESULTS, STATES};

/// The handles of one value of `task`. All of them exist from the first task of the name on, so that each counter begins at zero.
#[derive(Debug)]
pub(super) struct Series {
    label: SharedString,
    pub(super) attempts: [Counter; RESULTS.len()],
    pub(super) attempt_seconds: Histogram,
    pub(super) restarts: [Counter; CAUSES.len()],
    pub(super) states: [Gauge; STATES.len()],
    pub(super) ready: Gauge,
    pub(super) give_ups: Counter,
    pub(super) ended: [Counter; OUTCOMES.len()],
    heartbeat_age: OnceLock<Gauge>,
    slot: OnceLock<SlotSeries>,
    #[cfg(feature = "controller")]
    refused: OnceLock<[Counter; REFUSALS.len()]>,
}

/// What exists for jobs with slots only.
#[derive(Debug)]
pub(super) struct SlotSeries {
    pub(super) waiting: Gauge,
    pub(super) wait_seconds: Histogram,
}

impl Series {
    pub(super) fn new(label: &SharedString) -> Self {
        let task = || label.clone();
        Self {
            label: label.clone(),
            attempts: RESULTS
                .map(|result| counter!(describe::ATTEMPTS, "task" => task(), "result" => result.label())),
            attempt_seconds: histogram!(describe::ATTEMPT_SECONDS, "task" => task()),
            restarts: CAUSES.map(|cause| counter!(describe::RESTARTS, "task" => task(), "cause" => cause)),
            states: STATES.map(|state| gauge!(describe::TASK_STATE, "task" => task(), "state" => state)),
            ready: gauge!(describe::READY, "task" => task()),
            give_ups: counter!(describe::GIVE_UPS, "task" => task()),
            ended: OUTCOMES.map(|outcome| counter!(describe::ENDED, "task" => task(), "outcome" => outcome)),
            heartbeat_age: OnceLock::new(),
            slot: OnceLock::new(),
            #[cfg(feature = "controller")]
            refused: OnceLock::new(),
        }
    }

    pub(super) fn heartbeat_age(&self) -> &Gauge {
        let task = || self.label.clone();
        get_or_register(&self.heartbeat_age, || gauge!(describe::HEARTBEAT_AGE, "task" => task()))
    }

    pub(super) fn slot(&self) -> &SlotSeries {
        let job = || self.label.clone();
        get_or_register(&self.slot, || SlotSeries {
            waiting: gauge!(describe::SLOT_WAITING, "job" => job()),
            wait_seconds: histogram!(describe::SLOT_WAIT_SECONDS, "job" => job()),
        })
    }

    /// The counters of refusals, in the order of `REFUSALS`.
    #[cfg(feature = "controller")]
    pub(super) fn refused(&self) -> &[Counter; REFUSALS.len()] {
        let job = || self.label.clone();
        get_or_register(&self.refused, || {
            REFUSALS.map(|why| counter!(describe::REFUSED, "job" => job(), "why" => why))
        })
    }
}

/// Returns the handles in `cell`, and registers them first if they are missing.
// Not `get_or_init`: that is a lock, and `register` calls the recorder. Two threads may register both, which return equal handles.
pub(super) fn get_or_register<T>(cell: &OnceLock<T>, register: impl FnOnce() -> T) -> &T {
    if let Some(registered) = cell.get() {
        return registered;
    }
    let _ = cell.set(register());
    cell.get().unwrap_or_else(|| unreachable!("it was set above"))
}
