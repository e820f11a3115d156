//! What the gauges of the feature `metrics` show of a task.
//!
//! The cell remembers it beside the signals, because several threads may find that a gauge is out of date. Each of them takes the
//! difference under the lock, and changes the gauges after it.

use super::{CellPhase, CellState, TaskCell};

/// A state and a readiness, in the upper four bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown(u8);

/// How the gauges must change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShownChange {
    pub(crate) from: Shown,
    pub(crate) to: Shown,
}

impl Shown {
    pub(super) const MASK: u8 = 0xF0;
    const READY: u8 = 1 << 7;
    const SHIFT: u32 = 4;
    /// Nothing is shown, and never will be again.
    const ENDED: Self = Self(7 << Self::SHIFT);

    fn new(state: u8, is_ready: bool) -> Self {
        Self((state + 1) << Self::SHIFT | if is_ready { Self::READY } else { 0 })
    }

    pub(super) fn from_bits(bits: u8) -> Self {
        Self(bits & Self::MASK)
    }

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    /// The number of the state: waiting, running, sleeping, paused or stuck. `None` if the task is not shown.
    pub(crate) fn state(self) -> Option<usize> {
        let state = (self.0 & !Self::READY) >> Self::SHIFT;
        if self == Self::ENDED { None } else { usize::from(state).checked_sub(1) }
    }

    pub(crate) fn is_ready(self) -> bool {
        self.0 & Self::READY != 0
    }
}

impl TaskCell {
    /// Shows the current state from now on. Returns the difference, if there is one.
    pub(crate) fn update_shown(&self) -> Option<ShownChange> {
        let mut state = self.state.lock();
        let current = state.current();
        state.show(current)
    }

    /// Shows nothing from now on.
    pub(crate) fn end_shown(&self) -> Option<ShownChange> {
        self.state.lock().show(Shown::ENDED)
    }

    /// Whether nothing is shown any more.
    pub(crate) fn has_ended_shown(&self) -> bool {
        self.state.lock().signals.shown() == Shown::ENDED
    }
}

impl CellState {
    fn current(&self) -> Shown {
        let is_ready = self.ready_since().is_some();
        match self.phase {
            CellPhase::Waiting(_) => Shown::new(0, is_ready),
            CellPhase::Running(_) => Shown::new(1, is_ready),
            CellPhase::Sleeping { .. } => Shown::new(2, is_ready),
            CellPhase::Paused { .. } => Shown::new(3, is_ready),
            CellPhase::Stuck => Shown::new(4, false),
            CellPhase::Ended => Shown::ENDED,
        }
    }

    fn show(&mut self, to: Shown) -> Option<ShownChange> {
        let from = self.signals.shown();
        // A thread that comes late must not show a task that has ended.
        if from == to || from == Shown::ENDED {
            return None;
        }
        self.signals.set_shown(to);
        Some(ShownChange { from, to })
    }
}
