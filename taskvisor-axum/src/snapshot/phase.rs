//! The phase of a task, in one word and in a sentence.

use taskvisor::{LimitScope, Phase, TaskStatus, WaitingOn};

use crate::answer::{PhaseName, WaitsFor};
use crate::failure::bounded;

pub(super) fn phase_name(status: &TaskStatus) -> PhaseName {
    match status.phase {
        Phase::Waiting { .. } => PhaseName::Waiting,
        Phase::Running { .. } => PhaseName::Running,
        Phase::Sleeping { .. } if status.failures > 0 => PhaseName::BackingOff,
        Phase::Sleeping { .. } => PhaseName::Sleeping,
        Phase::Paused { .. } => PhaseName::Paused,
        Phase::Stuck { .. } => PhaseName::Stuck,
        // `Phase` may grow.
        _ => PhaseName::Ended,
    }
}

/// The phase in words. The number of the attempt and the times have fields of their own.
pub(super) fn phase_text(status: &TaskStatus) -> String {
    bounded(match &status.phase {
        Phase::Waiting { on: WaitingOn::Slot, .. } if !status.is_submission() => "starting".to_owned(),
        Phase::Running { overdue: true, .. } => {
            "running past the deadline of its interrupt: its body blocks a thread".to_owned()
        }
        Phase::Running { .. } if status.stopping => "running; a stop was requested".to_owned(),
        Phase::Running { .. } if status.pausing => "running; it pauses after this attempt".to_owned(),
        Phase::Sleeping { .. } if status.failures > 0 => match status.failures {
            1 => "backing off after a failure".to_owned(),
            failures => format!("backing off after {failures} failures in a row"),
        },
        Phase::Sleeping { attempt: 0, .. } => "waiting for its first run".to_owned(),
        Phase::Sleeping { .. } => "waiting for its next run".to_owned(),
        Phase::Stuck { .. } => "stuck: its body blocks a thread past its deadline".to_owned(),
        phase => phase.to_string(),
    })
}

pub(super) fn waits_for(status: &TaskStatus) -> Option<WaitsFor> {
    let Phase::Waiting { on, .. } = &status.phase else { return None };
    let (kind, name) = match on {
        // An added task has no slot: it waits for its first poll.
        WaitingOn::Slot if !status.is_submission() => return None,
        WaitingOn::Slot => ("slot", status.slot.as_ref().map(|slot| slot.to_string())),
        WaitingOn::Permit { of: LimitScope::Task { name, .. }, .. } => ("permit", Some(name.to_string())),
        WaitingOn::Permit { .. } => ("permit", None),
        WaitingOn::Rate { .. } => ("rate", None),
        WaitingOn::Dependency { name, .. } => ("dependency", Some(name.to_string())),
        _ => return None,
    };
    Some(WaitsFor { kind: kind.to_owned(), name })
}
