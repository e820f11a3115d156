//! How an event kind is written: its label, and its data as words of the form `name=value`.

use std::fmt;
use std::time::Duration;

use humantime::{FormattedDuration, format_duration};

use super::EventKind;
use crate::error::Failure;
use crate::task::{LimitScope, WaitingOn, describe_blocking};

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().label())?;
        match self {
            Self::Started { attempt } | Self::Canceled { attempt } | Self::Aborted { attempt } => {
                write!(f, " attempt={attempt}")
            }
            Self::Succeeded { attempt, ran } => write!(f, " attempt={attempt} ran={}", format_measured(*ran)),
            Self::Failed { attempt, ran, error } => {
                write!(f, " attempt={attempt} ran={} error=\"{error}\"", format_measured(*ran))
            }
            Self::TimedOut { attempt, timeout, error } => {
                write!(f, " attempt={attempt} timeout={}", format_duration(*timeout))?;
                write_returned(f, error.as_ref())
            }
            Self::Stalled { attempt, heartbeat, error } => {
                write!(f, " attempt={attempt} heartbeat={}", format_duration(*heartbeat))?;
                write_returned(f, error.as_ref())
            }
            Self::Snoozed { attempt, ran, delay } => {
                let (ran, delay) = (format_measured(*ran), format_duration(*delay));
                write!(f, " attempt={attempt} ran={ran} delay={delay}")
            }
            Self::GaveUp { failures, within, last } => {
                write!(f, " failures={failures}")?;
                if let Some(within) = within {
                    write!(f, " within={}", format_duration(*within))?;
                }
                write!(f, " last=\"{last}\"")
            }
            Self::Interrupted { attempt, cause, error } => {
                write!(f, " attempt={attempt} cause={cause}")?;
                write_returned(f, error.as_ref())
            }
            Self::Panicked { attempt, error } => {
                write!(f, " attempt={attempt} message=\"{}\"", error.message())
            }
            Self::Backoff { attempt, delay, failures, error } => {
                let delay = format_measured(*delay);
                write!(f, " attempt={attempt} delay={delay} failures={failures} error=\"{error}\"")
            }
            Self::Operated { action, by, slot } => {
                write!(f, " action={action}")?;
                if let Some(slot) = slot {
                    write!(f, " slot={slot}")?;
                }
                if let Some(by) = by {
                    write!(f, " by=\"{by}\"")?;
                }
                Ok(())
            }
            Self::Scheduled { at } => write!(f, " at=\"{at}\""),
            Self::Skipped { at, ticks, why } => write!(f, " at=\"{at}\" ticks={ticks} why={why}"),
            Self::RunFailed { occurrence, failures, error } => {
                if let Some(occurrence) = occurrence {
                    write!(f, " occurrence=\"{occurrence}\"")?;
                }
                write!(f, " failures={failures} error=\"{error}\"")
            }
            Self::Reloaded { changed, needs_restart, problems } => {
                let (changed, waiting, problems) = (changed.len(), needs_restart.len(), problems.len());
                write!(f, " changed={changed} needs_restart={waiting} problems={problems}")
            }
            Self::ClockStepped { by, back } => {
                write!(f, " by={}{}", if *back { "-" } else { "+" }, format_measured(*by))
            }
            Self::Ended { outcome } => write!(f, " {outcome}"),
            Self::Ready { after } => write!(f, " after={}", format_measured(*after)),
            Self::NotReady { reason } => write!(f, " reason={reason}"),
            Self::Delayed { on, held_by, .. } => {
                write!(f, " on={on}")?;
                if let WaitingOn::Permit { of: LimitScope::Task { name } } = on {
                    write!(f, " of={name}")?;
                }
                if held_by.is_empty() { Ok(()) } else { write!(f, " held_by=\"{held_by}\"") }
            }
            Self::Queued { slot } => write!(f, " slot={slot}"),
            Self::Refused { task, slot, reason } => {
                write!(f, " task={task}")?;
                if let Some(slot) = slot {
                    write!(f, " slot={slot}")?;
                }
                write!(f, " reason=\"{reason}\"")
            }
            Self::SubscriberPanicked { subscriber, message } => {
                write!(f, " subscriber={subscriber} message=\"{message}\"")
            }
            Self::StillStarting { after, blocking } | Self::StillStopping { after, blocking } => {
                write!(f, " after={} {}", format_duration(*after), describe_blocking(blocking))
            }
            Self::Lagged { lost } => write!(f, " lost={lost}"),
            Self::Added | Self::Admitted | Self::Removed | Self::ShutdownRequested | Self::Stopped => Ok(()),
        }
    }
}

/// Writes the error that an attempt returned after its token was canceled.
fn write_returned(f: &mut fmt::Formatter<'_>, error: Option<&Failure>) -> fmt::Result {
    error.map_or(Ok(()), |error| write!(f, " error=\"{error}\""))
}

/// Formats a measured time, rounded down to milliseconds, or to microseconds below one millisecond.
fn format_measured(duration: Duration) -> FormattedDuration {
    let unit = if duration >= Duration::from_millis(1) { 1_000_000 } else { 1_000 };
    format_duration(Duration::new(duration.as_secs(), duration.subsec_nanos() / unit * unit))
}
