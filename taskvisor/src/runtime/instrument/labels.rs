//! The values of labels that are no names.

use crate::event::EventName;
use crate::runtime::cell::TaskEnd;
use crate::task::InterruptCause;
#[cfg(feature = "controller")]
use crate::task::RuntimeError;

/// The values of `result`, which are the labels of the events that end an attempt.
pub(super) const RESULTS: [EventName; 9] = [
    EventName::Succeeded,
    EventName::Snoozed,
    EventName::Failed,
    EventName::TimedOut,
    EventName::Panicked,
    EventName::Stalled,
    EventName::Interrupted,
    EventName::Canceled,
    EventName::Aborted,
];

/// The number of the result of an attempt.
pub(super) fn result(event: EventName) -> usize {
    match event {
        EventName::Succeeded => 0,
        EventName::Snoozed => 1,
        EventName::Failed => 2,
        EventName::TimedOut => 3,
        EventName::Panicked => 4,
        EventName::Stalled => 5,
        EventName::Interrupted => 6,
        EventName::Canceled => 7,
        _ => 8,
    }
}

/// The values of `cause`: the results that another attempt may follow, and what may have interrupted an attempt or the wait for the
/// next one.
pub(super) const CAUSES: [&str; 9] =
    ["succeeded", "snoozed", "failed", "timed_out", "panicked", "stalled", "restart", "pause", "dependency"];

/// The number of the cause of a restart. `interrupt` is what has interrupted the attempt.
pub(super) fn cause(event: EventName, interrupt: Option<InterruptCause>) -> u8 {
    match (event, interrupt) {
        (EventName::Interrupted, Some(interrupt)) => interrupt_cause(interrupt),
        (EventName::Succeeded, _) => 0,
        (EventName::Snoozed, _) => 1,
        (EventName::TimedOut, _) => 3,
        (EventName::Panicked, _) => 4,
        (EventName::Stalled, _) => 5,
        _ => 2,
    }
}

pub(super) fn interrupt_cause(interrupt: InterruptCause) -> u8 {
    match interrupt {
        InterruptCause::Timeout => 3,
        InterruptCause::Stalled => 5,
        InterruptCause::Restart => 6,
        InterruptCause::Pause => 7,
        InterruptCause::Dependency => 8,
    }
}

/// The values of `state`. See `cell/shown.rs` for their order.
pub(super) const STATES: [&str; 5] = ["waiting", "running", "sleeping", "paused", "stuck"];

/// The values of `outcome`.
pub(super) const OUTCOMES: [&str; 5] = ["completed", "failed", "canceled", "aborted", "rejected"];

/// The number of the outcome of a task.
pub(super) fn outcome(end: TaskEnd) -> usize {
    match end {
        TaskEnd::Completed => 0,
        TaskEnd::Failed => 1,
        TaskEnd::Canceled { .. } => 2,
        TaskEnd::Aborted => 3,
        TaskEnd::Rejected(_) => 4,
    }
}

/// The values of `why`.
#[cfg(feature = "controller")]
pub(super) const REFUSALS: [&str; 8] = [
    "busy",
    "queue_full",
    "disabled",
    "shutting_down",
    "runtime_gone",
    "no_runtime",
    "missing_state",
    "invalid",
];

/// The number of the reason of a refusal.
#[cfg(feature = "controller")]
pub(super) fn refusal(reason: &RuntimeError) -> usize {
    match reason {
        RuntimeError::Busy { .. } => 0,
        RuntimeError::QueueFull { .. } => 1,
        RuntimeError::Disabled { .. } => 2,
        RuntimeError::ShuttingDown => 3,
        RuntimeError::RuntimeGone => 4,
        RuntimeError::NoRuntime => 5,
        RuntimeError::MissingState { .. } => 6,
        _ => 7,
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_result_and_each_cause_has_its_label() {
        for (number, event) in RESULTS.into_iter().enumerate() {
            assert_eq!(result(event), number, "{event:?}");
        }
        for event in &RESULTS[..6] {
            assert_eq!(CAUSES[usize::from(cause(*event, None))], event.label());
        }
        let interrupted = |by| CAUSES[usize::from(cause(EventName::Interrupted, Some(by)))];
        assert_eq!(interrupted(InterruptCause::Restart), "restart");
        assert_eq!(interrupted(InterruptCause::Pause), "pause");
        assert_eq!(interrupted(InterruptCause::Dependency), "dependency");
        assert_eq!(interrupted(InterruptCause::Timeout), "timed_out");
        assert_eq!(interrupted(InterruptCause::Stalled), "stalled");
    }
}
