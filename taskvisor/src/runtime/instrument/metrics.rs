//! Metrics for the facade [`metrics`](https://docs.rs/metrics).
//!
//! | file | what it holds |
//! |---|---|
//! | `counting.rs` | what the runtime calls: one function for each thing that is counted |
//! | `series_table.rs` | the series of a supervisor, by the id that each cell has |
//! | `series.rs` | the handles of one declared name |
//! | `labels.rs` | the values of the labels that are no names |
//! | `describe.rs` | the units and descriptions |
//! | `ages.rs` | the ages of heartbeats, which grow without any event |
//! | `no_metrics.rs` | the same functions without the feature `metrics` |
//!
//! # Invariants
//!
//! 1. A supervisor looks for a recorder once, when it is built. Without one, every cell has [`SeriesId::NONE`], and each place
//!    compares that.
//! 2. The number of series is bounded by the program text: names of declarations, and names that the configuration lists.
//! 3. A gauge changes by the difference between what it shows of a task and the state of the task, and the cell remembers what the
//!    gauge shows (`cell/shown.rs`). It is therefore irrelevant which thread changes a gauge first, and each of them is zero when all
//!    tasks have ended.
//! 4. No lock of this crate is held while a handle is called, because a recorder is code of the user.

#[cfg(feature = "metrics")]
pub(crate) use super::counting::{DeclaredName, Metrics, PreviousAttempt, StuckObserver};
#[cfg(not(feature = "metrics"))]
pub(crate) use super::no_metrics::{DeclaredName, Metrics, PreviousAttempt, StuckObserver};

/// Which series a task belongs to. In 15 bits, because the cell stores it beside a flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SeriesId(u16);

impl SeriesId {
    /// The task is not measured.
    pub(crate) const NONE: Self = Self(0);
    /// The task is neither declared nor listed in the configuration.
    #[cfg(feature = "metrics")]
    pub(crate) const DYNAMIC: Self = Self(1);
    #[cfg(feature = "metrics")]
    pub(crate) const MAX: Self = Self(u16::MAX >> 1);

    /// Without the highest bit.
    #[cfg(feature = "metrics")]
    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits & Self::MAX.0)
    }

    pub(crate) const fn bits(self) -> u16 {
        self.0
    }
}
