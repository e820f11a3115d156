//! The entry of a report for a task that gave up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use humantime::format_duration;

use super::TaskId;
use super::report::Labelled;
use crate::error::Failure;

/// A task that gave up: it exceeded its `max_retries` or its `max_failures`. It ended as failed, or was paused.
///
/// `Display` writes one line, such as `` `feed` gave up after 6 failures within 10m: connection refused ``.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GiveUp {
    /// The name of the task.
    pub name: String,
    /// The id of the task.
    pub id: TaskId,
    /// The slot, if the task is a submission to a slot.
    pub slot: Option<Arc<str>>,
    /// The number of failures: consecutive ones, or those within the time of `max_failures`.
    pub failures: u32,
    /// The time of `max_failures`. `None` if the task exceeded its `max_retries`.
    pub within: Option<Duration>,
    /// The last failure.
    pub last: Failure,
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, slot, failures, within, last, .. } = self;
        write!(f, "{} gave up after {failures} ", Labelled(name, slot.as_deref()))?;
        f.write_str(if *failures == 1 { "failure" } else { "failures" })?;
        match within {
            Some(within) => write!(f, " within {}", format_duration(*within))?,
            None => f.write_str(" in a row")?,
        }
        write!(f, ": {last}")
    }
}
