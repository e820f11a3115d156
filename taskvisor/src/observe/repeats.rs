//! Folds identical failures in a row.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::fields::Fields;
use crate::event::{Event, EventKind, EventName, Subject};
use crate::task::TaskId;

/// After this time, a row that continues is written again.
pub(super) const WINDOW: Duration = Duration::from_secs(5 * 60);

/// How many rows are kept. One more writes the repeats of all, and begins anew: a subscriber that does not receive the ends of tasks
/// would keep the rows of all jobs.
const MAX_ROWS: usize = 1024;

/// How much of an error is kept, in bytes. Longer errors are the same if these bytes and their lengths are.
const MAX_TEXT: usize = 1024;

/// The rows of identical failures, one for each task that is failing.
#[derive(Default)]
pub(super) struct Repeats {
    rows: HashMap<TaskId, Row>,
}

/// Consecutive attempts of one task that failed in the same way.
struct Row {
    subject: Arc<dyn Subject>,
    cause: Cause,
    /// When a line of this row was written last.
    written: Instant,
    /// The failures since then.
    count: u64,
    last: Instant,
    attempt: Option<u64>,
}

/// What makes two failures the same.
#[derive(PartialEq, Eq)]
struct Cause {
    name: EventName,
    length: usize,
    text: String,
}

/// Failures that were not written one by one.
pub(super) struct Folded {
    pub(super) subject: Arc<dyn Subject>,
    pub(super) error: String,
    /// The number of the last one.
    pub(super) attempt: Option<u64>,
    pub(super) count: u64,
    /// The time from the last line of the row to the last failure.
    pub(super) over: Duration,
}

/// What is written because of an event.
#[derive(Default)]
pub(super) struct Lines {
    /// Written first.
    pub(super) folded: Vec<Folded>,
    /// Whether the event itself is written.
    pub(super) event: bool,
}

impl Repeats {
    pub(super) fn observe(&mut self, event: &Event) -> Lines {
        let Some(subject) = event.subject() else {
            // The end of a row may be among the events that were lost.
            let is_gap = matches!(event.kind, EventKind::Lagged { .. });
            return Lines { folded: if is_gap { self.clear() } else { Vec::new() }, event: true };
        };
        match event.kind.name() {
            EventName::Failed | EventName::TimedOut | EventName::Stalled | EventName::Panicked => {
                self.fail(event, subject)
            }
            // Part of the failure before: written if that one was.
            EventName::Backoff | EventName::RunFailed => {
                let is_folded = self.rows.get(&subject.id()).is_some_and(|row| row.count > 0);
                Lines { folded: Vec::new(), event: !is_folded }
            }
            // They say nothing about the result of the next attempt.
            EventName::Started
            | EventName::Scheduled
            | EventName::Skipped
            | EventName::Delayed
            | EventName::Ready
            | EventName::NotReady => Lines { folded: Vec::new(), event: true },
            _ => {
                let row = self.rows.remove(&subject.id());
                Lines { folded: row.and_then(Row::fold).into_iter().collect(), event: true }
            }
        }
    }

    fn fail(&mut self, event: &Event, subject: &Arc<dyn Subject>) -> Lines {
        let Fields { attempt, error, .. } = Fields::of(event);
        let cause = Cause::new(event.kind.name(), error.unwrap_or_default());
        if let Some(row) = self.rows.get_mut(&subject.id()).filter(|row| row.cause == cause) {
            row.count += 1;
            (row.last, row.attempt) = (event.at, attempt);
            if event.at.saturating_duration_since(row.written) < WINDOW {
                return Lines::default();
            }
            // A single repeat is written as what it is.
            let folded = if row.count > 1 { row.take() } else { None };
            (row.written, row.count) = (event.at, 0);
            return Lines { event: folded.is_none(), folded: folded.into_iter().collect() };
        }
        let mut folded: Vec<_> = self.rows.remove(&subject.id()).and_then(Row::fold).into_iter().collect();
        if self.rows.len() >= MAX_ROWS {
            folded.extend(self.clear());
        }
        let (at, subject) = (event.at, Arc::clone(subject));
        self.rows.insert(subject.id(), Row { subject, cause, written: at, count: 0, last: at, attempt });
        Lines { folded, event: true }
    }

    fn clear(&mut self) -> Vec<Folded> {
        self.rows.drain().filter_map(|(_, row)| row.fold()).collect()
    }
}

impl Row {
    /// The failures that were not written, if there are any.
    fn take(&mut self) -> Option<Folded> {
        (self.count > 0).then(|| Folded {
            subject: Arc::clone(&self.subject),
            error: self.cause.text.clone(),
            attempt: self.attempt,
            count: self.count,
            over: self.last.saturating_duration_since(self.written),
        })
    }

    fn fold(mut self) -> Option<Folded> {
        self.take()
    }
}

impl Cause {
    fn new(name: EventName, mut text: String) -> Self {
        let length = text.len();
        if length > MAX_TEXT {
            // Not `floor_char_boundary`, which is newer than the oldest compiler.
            let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
        }
        Self { name, length, text }
    }
}
