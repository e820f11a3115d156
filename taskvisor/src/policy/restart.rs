//! The restart policy: whether a task runs again.

use std::fmt;

/// Whether a task runs again after an attempt.
///
/// | the attempt ended with | `Never` | `OnFailure` | `Always` |
/// |---|---|---|---|
/// | `Ok` | completed | completed | again after the delay |
/// | an error, a timeout, a panic | failed | again after the backoff | again after the backoff |
/// | [`fatal`](crate::TaskError::fatal) | failed | failed | failed |
/// | [`retry_after(d)`](crate::TaskError::retry_after) | failed | again after `d` | again after `d` |
/// | `Canceled` without a stop request | failed | again after the backoff | again after the backoff |
/// | [`snooze(d)`](crate::TaskContext::snooze) | again after `d` | again after `d` | again after `d` |
/// | [`done()`](crate::TaskContext::done) | completed | completed | completed |
///
/// A task with [`every`](crate::TaskSpec::with_every) or `cron` runs again at its next tick instead of after the delay. There, a fatal
/// error and spent retries end one run, and the task waits for its next tick ([`RunFailed`](crate::EventKind::RunFailed)).
///
/// A failure that would be retried, but exceeds `max_retries` or `max_failures`, makes the task [give up](crate::OnGiveUp). Every
/// consecutive failure counts towards `max_retries`. Only failures that used the backoff lengthen it: `retry_after` does not
/// lengthen the next delay.
///
/// A stop request overrides this table: no attempt follows.
///
/// ```
/// use taskvisor::{RestartPolicy, TaskFn, TaskSpec};
///
/// let ping = TaskFn::arc("ping", || async { Ok(()) });
/// let spec = TaskSpec::inherit(ping).with_restart(RestartPolicy::Never);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RestartPolicy {
    /// Makes one attempt, whatever its result.
    Never,
    /// Retries until an attempt succeeds.
    #[default]
    OnFailure,
    /// Runs again after every attempt. After a success it waits for the task's delay (default: 1 s), or for the next tick of its
    /// schedule.
    Always,
}

impl fmt::Display for RestartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "never",
            Self::OnFailure => "on-failure",
            Self::Always => "always",
        })
    }
}
