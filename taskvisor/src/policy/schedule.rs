//! What happens to the ticks of a schedule that cannot run when they are due.

use std::fmt;

/// What happens to a tick of a schedule while the run of an earlier one goes on, with its retries.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{Overlap, TaskFn, TaskSpec};
///
/// let sync = TaskFn::arc("sync", || async { Ok(()) });
/// let spec = TaskSpec::inherit(sync).with_every(Duration::from_secs(60)).with_overlap(Overlap::Queue);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overlap {
    /// The tick is skipped.
    #[default]
    Skip,
    /// The task runs once more, right after the run that goes on. Of several ticks, only the latest runs.
    Queue,
}

/// What happens to the ticks of a schedule that passed while the task could not see them: the machine was suspended, the task was
/// paused, or the clock was set forward.
///
/// A tick counts as missed if the task sees it more than a minute late, or if it passed during a pause.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{Missed, TaskFn, TaskSpec};
///
/// let report = TaskFn::arc("report", || async { Ok(()) });
/// let spec = TaskSpec::inherit(report).with_every(Duration::from_secs(3_600)).with_missed(Missed::Skip);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Missed {
    /// The task runs once, at once, for the latest of them.
    #[default]
    Once,
    /// They are skipped.
    Skip,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skip => "skip",
            Self::Queue => "queue",
        })
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Once => "once",
            Self::Skip => "skip",
        })
    }
}
