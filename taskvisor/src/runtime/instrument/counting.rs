//! What the runtime calls: one function for each thing that is counted.
//!
//! Each function returns at once for a task that is not measured, and the rest of it is not inlined.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::metrics::SeriesId;
use super::series::Series;
use super::series_table::Table;
use super::{ages, labels};
use crate::event::EventName;
use crate::policy::Config;
use crate::runtime::cell::{FinishedAttempt, Shown, ShownChange, TaskCell, TaskEnd};
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::watch;
use crate::task::InterruptCause;
#[cfg(feature = "controller")]
use crate::task::RuntimeError;

/// The metrics of a supervisor. Empty if no recorder was installed when it was built.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Option<Box<Table>>);

impl Metrics {
    pub(crate) fn new(config: &Config) -> Self {
        Self(Table::new(config).map(Box::new))
    }

    /// Returns which series a new task belongs to.
    #[inline]
    pub(crate) fn series_id(&self, name: &str, declared: DeclaredName) -> SeriesId {
        self.0.as_ref().map_or(SeriesId::NONE, |table| table.id(name, declared.0))
    }

    /// A task was accepted: it has an outcome from here on.
    #[inline]
    pub(crate) fn accepted(&self, shared: &Arc<Shared>, cell: &Arc<TaskCell>) {
        if cell.series() != SeriesId::NONE {
            self.count_accepted(shared, cell);
        }
    }

    #[inline(never)]
    fn count_accepted(&self, shared: &Arc<Shared>, cell: &Arc<TaskCell>) {
        self.count_state(cell);
        if cell.has_heartbeat() {
            self.watch_heartbeat(shared, cell);
        }
    }

    fn watch_heartbeat(&self, shared: &Arc<Shared>, cell: &Arc<TaskCell>) {
        if let Some((table, series)) = self.0.as_ref().zip(self.series(cell)) {
            // Registered now: the age is zero until it is shown for the first time.
            series.heartbeat_age();
            ages::watch(&table.ages, shared, cell);
        }
    }

    /// The options of a task were replaced, and with them perhaps its heartbeat.
    #[cold]
    pub(crate) fn updated(&self, shared: &Arc<Shared>, cell: &Arc<TaskCell>) {
        if cell.has_heartbeat() {
            self.watch_heartbeat(shared, cell);
        } else if let Some(table) = &self.0 {
            table.ages.remove(cell.id());
        }
    }

    /// An attempt has begun in the cell. `previous` is what came before, for the second attempt and later ones.
    #[inline]
    pub(crate) fn attempt_begun(&self, cell: &TaskCell, attempt: u64, previous: PreviousAttempt) {
        if let Some(series) = self.series(cell) {
            if let Some(restarts) = series.restarts.get(usize::from(previous.cause)).filter(|_| attempt > 1) {
                restarts.increment(1);
            }
            self.count_state(cell);
        }
    }

    /// An attempt has ended, with this event.
    #[inline]
    pub(crate) fn attempt_ended(
        &self,
        cell: &TaskCell,
        event: EventName,
        after: &FinishedAttempt,
    ) -> PreviousAttempt {
        let Some(series) = self.series(cell) else { return PreviousAttempt::default() };
        count_attempt(series, event, after.ran);
        PreviousAttempt { cause: labels::cause(event, after.interrupt) }
    }

    /// The runtime has dropped the attempt.
    #[cold]
    pub(crate) fn attempt_dropped(&self, cell: &TaskCell, now: Instant) {
        if let Some(series) = self.series(cell) {
            count_attempt(series, EventName::Aborted, now.saturating_duration_since(cell.phase_since()));
        }
    }

    /// The state or the readiness of a task may have changed.
    #[inline]
    pub(crate) fn state_changed(&self, cell: &TaskCell) {
        if cell.series() != SeriesId::NONE {
            self.count_state(cell);
        }
    }

    #[cold]
    pub(crate) fn gave_up(&self, cell: &TaskCell) {
        if let Some(series) = self.series(cell) {
            series.give_ups.increment(1);
        }
    }

    /// The end of a task is decided, and not visible yet.
    #[inline]
    pub(crate) fn ended(&self, cell: &TaskCell, end: TaskEnd) {
        if let Some(series) = self.series(cell) {
            show(series, cell.end_shown());
            series.ended[labels::outcome(end)].increment(1);
            if cell.has_heartbeat() {
                if let Some(table) = &self.0 {
                    table.ages.remove(cell.id());
                }
            }
        }
    }

    /// A submission waits in the queue of its slot.
    #[cfg(feature = "controller")]
    #[inline]
    pub(crate) fn queued(&self, cell: &TaskCell) {
        if let Some(series) = self.series(cell) {
            series.slot().waiting.increment(1.0);
        }
    }

    /// A submission has left the queue of its slot.
    #[inline]
    pub(crate) fn dequeued(&self, cell: &TaskCell) {
        if let Some(series) = self.series(cell) {
            series.slot().waiting.decrement(1.0);
        }
    }

    /// A submission owns its slot, and has not waited for it.
    #[cfg(feature = "controller")]
    #[inline]
    pub(crate) fn slot_was_free(&self, cell: &TaskCell) {
        if let Some(series) = self.series(cell).filter(|_| cell.slot().is_some()) {
            series.slot().wait_seconds.record(0.0);
        }
    }

    /// A submission owns its slot since `at`, or else since now, after it has waited.
    #[inline]
    pub(crate) fn slot_acquired(&self, cell: &TaskCell, at: Option<Instant>) {
        if let Some(series) = self.series(cell) {
            // No attempt has begun, so that the phase is that of its submission.
            let waited = at.unwrap_or_else(Instant::now).saturating_duration_since(cell.phase_since());
            series.slot().wait_seconds.record(waited);
        }
    }

    /// A submission was refused.
    #[cfg(feature = "controller")]
    pub(crate) fn refused(&self, name: &str, declared: DeclaredName, reason: &RuntimeError) {
        if let Some(table) = &self.0 {
            if let Some(series) = table.series(table.id(name, declared.0)) {
                series.refused()[labels::refusal(reason)].increment(1);
            }
        }
    }

    /// The shutdown is over.
    pub(crate) fn shut_down(&self, shutdown: &watch::Sender<ShutdownState>, now: Instant) {
        let Some(table) = &self.0 else { return };
        let since = {
            let shutdown = shutdown.borrow();
            // Without a request it has begun because no task was left.
            shutdown.requested_at.or(shutdown.grace_deadline).filter(|_| shutdown.requested)
        };
        if let Some(since) = since {
            table.shutdown.set(now.saturating_duration_since(since));
        }
    }

    /// Shows the ages of heartbeats. Returns `false` if there is none any more.
    pub(super) fn show_ages(&self, shown: &mut Vec<SeriesId>, now: Instant) -> bool {
        self.0.as_ref().is_some_and(|table| table.ages.show(table, shown, now))
    }

    #[inline]
    fn series(&self, cell: &TaskCell) -> Option<&Series> {
        let id = cell.series();
        if id == SeriesId::NONE { None } else { self.0.as_ref()?.series(id) }
    }

    #[inline(never)]
    fn count_state(&self, cell: &TaskCell) {
        if let Some(series) = self.series(cell) {
            show(series, cell.update_shown());
        }
    }
}

fn count_attempt(series: &Series, event: EventName, ran: Duration) {
    series.attempts[labels::result(event)].increment(1);
    series.attempt_seconds.record(ran);
}

/// Changes the gauges by the difference.
fn show(series: &Series, change: Option<ShownChange>) {
    let Some(ShownChange { from, to }) = change else { return };
    let gauge = |shown: Shown| series.states.get(shown.state()?);
    if from.state() != to.state() {
        if let Some(before) = gauge(from) {
            before.decrement(1.0);
        }
        if let Some(after) = gauge(to) {
            after.increment(1.0);
        }
    }
    match (from.is_ready(), to.is_ready()) {
        (false, true) => series.ready.increment(1.0),
        (true, false) => series.ready.decrement(1.0),
        _ => {}
    }
}

/// The name in the declaration of a task, if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredName(Option<&'static str>);

impl DeclaredName {
    pub(crate) fn new(name: Option<&'static str>) -> Self {
        Self(name)
    }
}

/// What came before the next attempt of a task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PreviousAttempt {
    cause: u8,
}

impl PreviousAttempt {
    /// The wait for the next attempt was interrupted.
    pub(crate) fn interrupted_wait(&mut self, cause: InterruptCause) {
        self.cause = labels::interrupt_cause(cause);
    }
}

/// Shows that a task is stuck, for a waiter that finds it. Empty if the task is not measured.
#[derive(Clone, Debug)]
pub(crate) struct StuckObserver(Option<Weak<Shared>>);

impl StuckObserver {
    #[inline]
    pub(crate) fn new(cell: &TaskCell, shared: &Weak<Shared>) -> Self {
        Self((cell.series() != SeriesId::NONE).then(|| Weak::clone(shared)))
    }

    #[cold]
    pub(crate) fn state_changed(&self, cell: &TaskCell) {
        if let Some(shared) = self.0.as_ref().and_then(Weak::upgrade) {
            shared.registry.metrics().state_changed(cell);
        }
    }
}
