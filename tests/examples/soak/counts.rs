//! The counters of a driver.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use taskvisor::Outcome;

/// The counters, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Accepted,
    Completed,
    Canceled,
    Failed,
    Aborted,
    Rejected,
    /// Refused because the slot was taken.
    Busy,
    /// Refused because the queue was full.
    Full,
    /// Refused because the name was taken.
    Taken,
    /// Refused because the shutdown had begun.
    Late,
}

pub(crate) const COLUMNS: [(Column, &str); 10] = [
    (Column::Accepted, "accepted"),
    (Column::Completed, "completed"),
    (Column::Canceled, "canceled"),
    (Column::Failed, "failed"),
    (Column::Aborted, "aborted"),
    (Column::Rejected, "rejected"),
    (Column::Busy, "busy"),
    (Column::Full, "full"),
    (Column::Taken, "taken"),
    (Column::Late, "late"),
];

/// The outcomes of accepted tasks.
pub(crate) const ENDS: [Column; 5] =
    [Column::Completed, Column::Canceled, Column::Failed, Column::Aborted, Column::Rejected];

impl Column {
    pub(crate) fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Completed => Some(Self::Completed),
            Outcome::Canceled { .. } => Some(Self::Canceled),
            Outcome::Failed(_) => Some(Self::Failed),
            Outcome::Aborted => Some(Self::Aborted),
            Outcome::Rejected(_) => Some(Self::Rejected),
            _ => None,
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Counts {
    columns: [AtomicU64; COLUMNS.len()],
    wrong: AtomicU64,
    /// Descriptions of the first few mistakes.
    words: Mutex<Vec<String>>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            columns: array::from_fn(|_| AtomicU64::new(0)),
            wrong: AtomicU64::new(0),
            words: Mutex::default(),
        }
    }
}

impl Counts {
    pub(crate) fn add(&self, column: Column) {
        self.columns[column as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self, column: Column) -> u64 {
        self.columns[column as usize].load(Ordering::Relaxed)
    }

    /// How many of the accepted tasks have ended.
    pub(crate) fn ended(&self) -> u64 {
        ENDS.iter().map(|end| self.get(*end)).sum()
    }

    /// Records that a promise was broken.
    pub(crate) fn mistake(&self, words: impl FnOnce() -> String) {
        if self.wrong.fetch_add(1, Ordering::Relaxed) < 5 {
            self.words.lock().unwrap_or_else(PoisonError::into_inner).push(words());
        }
    }

    pub(crate) fn mistakes(&self) -> (u64, Vec<String>) {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (self.wrong.load(Ordering::Relaxed), words)
    }
}
