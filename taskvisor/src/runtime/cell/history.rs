//! The attempts that a task has made, for its history and its latest failure.

use std::mem;
use std::time::Duration;

use tokio::time::Instant;

use super::TaskCell;
use crate::error::{BoxError, ErrorSlot, Failure, FailureKind, StoredFailure};
use crate::event::EventName;
use crate::task::{AttemptEnd, AttemptRecord};

/// The number of attempts that a history has at most.
const CAPACITY: usize = 20;

/// The number of bytes that the text of an error has at most.
const MAX_ERROR_BYTES: usize = 1_024;

/// The ended attempts of a task.
// In the room that the latest failure alone has taken before: `One` fits in there, and what is larger is behind a pointer. So
// the first attempt allocates nothing unless it fails, and no history misses it.
#[derive(Debug)]
pub(super) enum Attempts {
    None,
    /// The first attempt, which had no error.
    One {
        started_at: Instant,
        ran: PackedDuration,
        result: EventName,
    },
    /// After the first failure or the second attempt.
    Many(Box<History>),
}

/// The latest attempts and the latest failure. A failure after the one that allocated it allocates nothing.
// The errors themselves are kept, and become text when the history is read: formatting one costs more than the rest of a restart.
// So a history keeps up to 21 errors of the user. Each is dropped without a lock: when a later attempt takes its place, by the actor
// after it has released the lock, and otherwise with the cell.
#[derive(Debug)]
pub(super) struct History {
    /// A ring. Allocated in full at first.
    records: Vec<Record>,
    /// The position in `records` of the next attempt.
    next: usize,
    /// The position in `records` of the latest failure, or `APART`.
    failed: usize,
    /// The latest failure, if it is not in `records`: no attempt has caused it, or too many attempts without an error followed.
    apart: StoredFailure,
    first_started_at: Option<Instant>,
}

/// A duration of 136 years at most, in eight bytes instead of sixteen.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedDuration {
    seconds: u32,
    nanoseconds: u32,
}

impl PackedDuration {
    #[inline]
    fn new(duration: Duration) -> Self {
        let seconds = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        Self { seconds, nanoseconds: duration.subsec_nanos() }
    }

    fn get(self) -> Duration {
        Duration::new(u64::from(self.seconds), self.nanoseconds)
    }
}

/// Not a position in `records`.
const APART: usize = CAPACITY;

/// An ended attempt.
#[derive(Debug)]
struct Record {
    started_at: Instant,
    ran: Duration,
    result: EventName,
    /// The number of the attempt, and its error.
    failure: StoredFailure,
}

/// An attempt that ends.
#[derive(Debug)]
pub(super) struct EndedAttempt {
    pub(super) attempt: u64,
    pub(super) started_at: Instant,
    pub(super) ran: Duration,
    pub(super) result: EventName,
}

/// A record whose error is shared, and is formatted once the lock of the cell is released.
type SharedRecord = (EndedAttempt, Option<Failure>);

impl TaskCell {
    /// Returns the latest attempts that have ended, oldest first.
    pub(crate) fn history(&self) -> Vec<AttemptRecord> {
        let mut shared = Vec::with_capacity(CAPACITY);
        self.state.lock().attempts.share_all(&mut shared);
        // After the lock: the texts and the destructors of errors are user code.
        shared.iter().map(|(ended, failure)| record(ended, failure.as_ref())).collect()
    }

    /// Records that the running attempt was dropped, because the runtime drops its actor.
    pub(crate) fn record_dropped_attempt(&self, now: Instant) {
        // Dropped after the lock, as in `end_attempt`.
        let _evicted = {
            let mut state = self.state.lock();
            let (attempt, started_at) = (state.attempt, state.since);
            let ran = now.saturating_duration_since(started_at);
            state.attempts.add(EndedAttempt { attempt, started_at, ran, result: EventName::Aborted }, None)
        };
    }

    /// The number of attempts, and when the first one began. Without attempts that have ended, the time is `None`.
    #[cfg(feature = "controller")]
    pub(crate) fn attempts_so_far(&self) -> (u64, Option<Instant>) {
        let state = self.state.lock();
        let started_at = match &state.attempts {
            Attempts::None => None,
            Attempts::One { started_at, .. } => Some(*started_at),
            Attempts::Many(history) => history.first_started_at,
        };
        (state.attempt, started_at)
    }
}

impl Attempts {
    /// Adds an attempt. Returns an error that is kept no longer: drop it after the lock is released, because its destructor is user
    /// code.
    // Inline in its only caller on a hot path.
    #[inline(always)]
    #[must_use = "drop it after the lock is released"]
    pub(super) fn add(&mut self, ended: EndedAttempt, caught: Option<(FailureKind, BoxError)>) -> ErrorSlot {
        match (&mut *self, caught) {
            (Self::None, None) => {
                let EndedAttempt { started_at, ran, result, .. } = ended;
                *self = Self::One { started_at, ran: PackedDuration::new(ran), result };
                ErrorSlot::Nothing
            }
            // The restart of a failing task.
            (Self::Many(history), Some(caught)) if history.failed != APART => {
                history.failed = history.next;
                history.put(ended, ErrorSlot::of(Some(caught)))
            }
            (_, caught) => self.add_to_history(ended, ErrorSlot::of(caught)),
        }
    }

    // Apart, to keep the code of the restart short.
    #[inline(never)]
    fn add_to_history(&mut self, ended: EndedAttempt, error: ErrorSlot) -> ErrorSlot {
        match self {
            Self::Many(history) => history.push(ended, error),
            Self::None | Self::One { .. } => {
                self.expand().push_first(ended, error);
                ErrorSlot::Nothing
            }
        }
    }

    /// Sets a failure that no attempt has caused as the latest one. Returns an error that is kept no longer.
    #[must_use = "drop it after the lock is released"]
    pub(super) fn set_failure(&mut self, failure: StoredFailure) -> ErrorSlot {
        let history = self.expand();
        history.failed = APART;
        history.apart.replace(failure)
    }

    /// Returns the latest failure.
    // Inline: most tasks of a listing have never failed.
    #[inline(always)]
    pub(super) fn share_failure(&mut self) -> Option<Failure> {
        match self {
            Self::None | Self::One { .. } => None,
            Self::Many(history) => history.share_failure(),
        }
    }

    /// The kind of the latest failure, if it is one of `attempt`.
    pub(super) fn kind_of(&self, attempt: u64) -> Option<FailureKind> {
        match self {
            Self::None | Self::One { .. } => None,
            Self::Many(history) => match history.records.get(history.failed) {
                Some(record) => record.failure.kind_of(attempt),
                None => history.apart.kind_of(attempt),
            },
        }
    }

    #[cold]
    fn share_all(&mut self, shared: &mut Vec<SharedRecord>) {
        match self {
            Self::None => {}
            Self::One { .. } => shared.extend(self.only().map(|only| (only, None))),
            Self::Many(history) => history.share_all(shared),
        }
    }

    /// The only attempt.
    fn only(&self) -> Option<EndedAttempt> {
        let Self::One { started_at, ran, result } = *self else { return None };
        Some(EndedAttempt { attempt: 1, started_at, ran: ran.get(), result })
    }

    #[cold]
    fn expand(&mut self) -> &mut History {
        if !matches!(self, Self::Many(_)) {
            let mut history = Box::new(History::new());
            if let Some(only) = self.only() {
                history.push_first(only, ErrorSlot::Nothing);
            }
            *self = Self::Many(history);
        }
        match self {
            Self::Many(history) => history,
            Self::None | Self::One { .. } => unreachable!("it was expanded before"),
        }
    }
}

impl History {
    fn new() -> Self {
        Self {
            records: Vec::new(),
            next: 0,
            failed: APART,
            apart: StoredFailure::default(),
            first_started_at: None,
        }
    }

    #[cold]
    fn push_first(&mut self, ended: EndedAttempt, error: ErrorSlot) {
        self.records.reserve_exact(CAPACITY - self.records.len());
        self.first_started_at = self.first_started_at.or(Some(ended.started_at));
        // A ring with room evicts nothing.
        let _nothing = self.push(ended, error);
    }

    /// Adds an attempt. Returns an error that is kept no longer.
    fn push(&mut self, ended: EndedAttempt, error: ErrorSlot) -> ErrorSlot {
        let (index, is_failure) = (self.next, !error.is_nothing());
        // The latest failure stays, although its place is taken.
        let kept = self.records.get(index).filter(|_| self.failed == index && !is_failure);
        let kept = kept.map(|record| record.failure.attempt);
        let evicted = self.put(ended, error);
        if let Some(attempt) = kept {
            self.failed = APART;
            return self.apart.replace(StoredFailure { attempt, error: evicted });
        }
        let was_apart = is_failure && mem::replace(&mut self.failed, index) == APART;
        // At most one of the two has an error, since a failure apart is later than all records, or no attempt follows it.
        if was_apart && evicted.is_nothing() { mem::take(&mut self.apart).error } else { evicted }
    }

    /// Writes a record over the oldest one, or into free room. Returns the error of the oldest one.
    #[inline(always)]
    fn put(&mut self, ended: EndedAttempt, error: ErrorSlot) -> ErrorSlot {
        let index = self.next;
        self.next = if index + 1 < CAPACITY { index + 1 } else { 0 };
        let EndedAttempt { attempt, started_at, ran, result } = ended;
        let Some(oldest) = self.records.get_mut(index) else {
            let failure = StoredFailure { attempt, error };
            self.records.push(Record { started_at, ran, result, failure });
            return ErrorSlot::Nothing;
        };
        // Field by field, because only the error is moved out.
        (oldest.started_at, oldest.ran, oldest.result) = (started_at, ran, result);
        oldest.failure.attempt = attempt;
        mem::replace(&mut oldest.failure.error, error)
    }

    #[cold]
    fn share_failure(&mut self) -> Option<Failure> {
        match self.records.get_mut(self.failed) {
            Some(record) => record.failure.share(),
            None => self.apart.share(),
        }
    }

    fn share_all(&mut self, shared: &mut Vec<SharedRecord>) {
        // While the ring has room, `next` is at its end.
        let oldest = if self.records.len() < CAPACITY { 0 } else { self.next };
        let (newer, older) = self.records.split_at_mut(oldest);
        shared.extend(older.iter_mut().chain(newer).map(|record| {
            let Record { started_at, ran, result, failure } = record;
            let ended = EndedAttempt {
                attempt: failure.attempt,
                started_at: *started_at,
                ran: *ran,
                result: *result,
            };
            (ended, failure.share())
        }));
    }
}

fn record(ended: &EndedAttempt, failure: Option<&Failure>) -> AttemptRecord {
    let EndedAttempt { attempt, started_at, ran, result } = *ended;
    let error = failure.map(|failure| failure.message_within(MAX_ERROR_BYTES).into());
    AttemptRecord { attempt, started_at, ran, result: attempt_end(result), error }
}

fn attempt_end(event: EventName) -> AttemptEnd {
    match event {
        EventName::Succeeded => AttemptEnd::Succeeded,
        EventName::Snoozed => AttemptEnd::Snoozed,
        EventName::Failed => AttemptEnd::Failed,
        EventName::TimedOut => AttemptEnd::TimedOut,
        EventName::Stalled => AttemptEnd::Stalled,
        EventName::Panicked => AttemptEnd::Panicked,
        EventName::Canceled => AttemptEnd::Canceled,
        EventName::Interrupted => AttemptEnd::Interrupted,
        // No other event ends an attempt.
        _ => AttemptEnd::Aborted,
    }
}
