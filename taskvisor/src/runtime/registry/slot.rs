//! Who may run in a slot, and who waits for it. Pure: it knows names, not tasks.
//!
//! | admission | idle | owned |
//! |---|---|---|
//! | `Queue` | start | wait last; if too many wait, refused |
//! | `Replace` | start | ask the owner to stop, wait in front; a `Replace` that waits there is superseded |
//! | `DropIfRunning` | start | refused |
//! | `Latest` | start | wait last; a `Latest` that waits is superseded; an attempt of the owner goes on, and is the last |

use std::collections::VecDeque;
use std::fmt;

use tokio::time::Instant;

use crate::task::TaskId;

/// What happens to a submission whose slot is taken.
///
/// | | the slot is idle | it is taken |
/// |---|---|---|
/// | `Queue` | starts | waits its turn, first come, first served; refused if the queue is full |
/// | `Replace` | starts | asks the owner to stop and waits in front of all others; a `Replace` already waiting there ends superseded, queued ones keep their place behind |
/// | `DropIfRunning` | starts | refused as busy |
/// | `Latest` | starts | waits last; a `Latest` already waiting ends superseded; an attempt of the owner goes on, and no other follows it |
///
/// A `Latest` leaves the owner alone while an attempt of it runs, and until its first attempt has begun. An owner between
/// two attempts (in a backoff or an interval, or waiting for the permit of a retry) is stopped as by `Replace`; so is one
/// whose attempt ends, would be followed by another, and has a `Latest` waiting behind it. Otherwise the newest work would
/// wait for retries of work that is out of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Admission {
    /// Wait in line.
    #[default]
    Queue,
    /// Take the place of the owner.
    Replace,
    /// Only if nobody is there.
    DropIfRunning,
    /// Wait in the place of an older one.
    Latest,
}

impl fmt::Display for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queue => "queue",
            Self::Replace => "replace",
            Self::DropIfRunning => "drop-if-running",
            Self::Latest => "latest",
        })
    }
}

/// A slot that is taken.
#[derive(Debug)]
pub(crate) struct SlotQueue<T> {
    pub(crate) owner: T,
    pub(crate) since: Instant,
    /// The one `Replace` that waits, if any.
    front: Option<Waiter<T>>,
    /// `Queue` and `Latest`, in the order they came.
    line: VecDeque<Waiter<T>>,
    /// The first one of the line that is watched now, if one is.
    pub(crate) watch: Option<TaskId>,
}

/// Somebody who waits for a slot.
#[derive(Clone, Debug)]
pub(crate) struct Waiter<T> {
    pub(crate) task: T,
    pub(crate) admission: Admission,
    pub(crate) since: Instant,
}

/// What follows from waiting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueEffects<T> {
    /// Whose place was taken.
    pub(crate) superseded: Option<T>,
    /// Who has to be asked to stop.
    pub(crate) replaced: Option<T>,
    /// The owner, whose stop is requested if it is between two attempts.
    pub(crate) outdated: Option<T>,
}

/// Why a submission does not even wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    Busy,
    QueueFull,
}

/// What follows from leaving.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Departure<T> {
    /// The owner left, and this is the next one.
    Passed(T),
    /// The owner left, and nobody waits.
    Empty,
    /// It had been waiting.
    Withdrawn,
    /// It was not there.
    Absent,
}

impl<T: Clone + PartialEq> SlotQueue<T> {
    pub(crate) fn new(owner: T, since: Instant) -> Self {
        Self { owner, since, front: None, line: VecDeque::new(), watch: None }
    }

    /// Whether such a submission may wait. `limit` bounds `Queue` by all who wait; a `Replace` and a `Latest` always find a
    /// place, once each.
    pub(crate) fn admits(&self, admission: Admission, limit: usize) -> Result<(), NoRoom> {
        match admission {
            Admission::DropIfRunning => Err(NoRoom::Busy),
            Admission::Queue if self.waiting() >= limit => Err(NoRoom::QueueFull),
            Admission::Queue | Admission::Replace | Admission::Latest => Ok(()),
        }
    }

    /// Waits, as `admits` said it may: so a `DropIfRunning` is none of those.
    pub(crate) fn wait(&mut self, waiter: Waiter<T>) -> QueueEffects<T> {
        match waiter.admission {
            Admission::Queue | Admission::DropIfRunning => {
                self.line.push_back(waiter);
                QueueEffects { superseded: None, replaced: None, outdated: None }
            }
            Admission::Replace => {
                let superseded = self.front.replace(waiter).map(|older| older.task);
                QueueEffects { superseded, replaced: Some(self.owner.clone()), outdated: None }
            }
            Admission::Latest => {
                let older = self.line.iter().position(|other| other.admission == Admission::Latest);
                let superseded = older.and_then(|index| self.line.remove(index)).map(|older| older.task);
                self.line.push_back(waiter);
                QueueEffects { superseded, replaced: None, outdated: Some(self.owner.clone()) }
            }
        }
    }

    /// Leaves, as its owner or from among those who wait.
    pub(crate) fn leave(&mut self, task: &T, now: Instant) -> Departure<T> {
        if self.owner == *task {
            return match self.front.take().or_else(|| self.line.pop_front()) {
                Some(next) => {
                    self.owner = next.task.clone();
                    // Whoever came while the owner was leaving came after `now`.
                    self.since = now.max(next.since);
                    Departure::Passed(next.task)
                }
                None => Departure::Empty,
            };
        }
        if self.withdraw(task) { Departure::Withdrawn } else { Departure::Absent }
    }

    /// Gives up waiting. Says whether it had been.
    pub(crate) fn withdraw(&mut self, task: &T) -> bool {
        if self.front.as_ref().is_some_and(|front| front.task == *task) {
            self.front = None;
            return true;
        }
        let place = self.line.iter().position(|waiter| waiter.task == *task);
        place.and_then(|index| self.line.remove(index)).is_some()
    }

    /// Takes everybody who waits.
    pub(crate) fn clear(&mut self) -> Vec<T> {
        self.front
            .take()
            .into_iter()
            .chain(std::mem::take(&mut self.line))
            .map(|waiter| waiter.task)
            .collect()
    }

    /// Those who wait, in the order of their turn.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = &Waiter<T>> {
        self.front.iter().chain(&self.line)
    }

    pub(crate) fn has_latest(&self) -> bool {
        self.line.iter().any(|waiter| waiter.admission == Admission::Latest)
    }

    pub(crate) fn waiting(&self) -> usize {
        usize::from(self.front.is_some()) + self.line.len()
    }
}
