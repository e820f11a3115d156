//! The exit code of an application.

use std::process::ExitCode;

use super::GRACE_EXCEEDED;
use super::stderr::{write_error, write_line};
use crate::error::FailureKind;
use crate::supervisor::TaskHandle;
use crate::task::{FailedTask, Labelled, Outcome, Phase, Report, RuntimeError};

/// Returns the exit code, and writes every reason to stderr.
pub(super) fn exit_code(result: &Result<Report, RuntimeError>, tasks: &[TaskHandle]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let critical = report_of(result).and_then(|report| report.critical_task.as_ref());
    if let Some(FailedTask { name, slot, failure, .. }) = critical {
        let name = Labelled(name, slot.as_deref());
        code = write_error(format_args!(
            "the critical task {name} failed after attempt {}, which has shut the application down: {failure}",
            failure.attempt()
        ));
    }
    for task in tasks.iter().filter(|task| critical.is_none_or(|critical| critical.id != task.id())) {
        match task.status().phase {
            Phase::Ended(Outcome::Failed(failure)) if failure.kind() == FailureKind::Dependency => {
                code = write_error(format_args!("task `{}` cannot go on: {failure}", task.name()));
            }
            Phase::Ended(Outcome::Failed(failure)) => {
                code = write_error(format_args!(
                    "task `{}` failed after attempt {}: {failure}",
                    task.name(),
                    failure.attempt()
                ));
            }
            // The stop takes precedence over the outcome, but a fatal error during it must not be lost.
            Phase::Ended(Outcome::Canceled { last_error: Some(failure), .. })
                if failure.kind() == FailureKind::Fatal =>
            {
                code = write_error(format_args!(
                    "task `{}` failed while it was stopping: {failure}",
                    task.name()
                ));
            }
            _ => {}
        }
    }
    let report = match (report_of(result), result) {
        (Some(report), _) => report,
        (None, Err(error)) => return write_error(error),
        (None, Ok(_)) => return code,
    };
    for task in report.overdue() {
        let limit = task.limit();
        let task = Labelled(&task.name, task.slot.as_deref());
        write_line(format_args!("error: task {task} did not stop within {limit} and was aborted"));
    }
    if !report.stuck.is_empty() {
        let stuck: Vec<_> = report.stuck.iter().map(ToString::to_string).collect();
        write_line(format_args!("error: past the grace, still blocking their threads: {}", stuck.join("; ")));
    }
    for subscriber in &report.undrained_subscribers {
        write_line(format_args!(
            "error: subscriber `{subscriber}` had not handled all its events when the drain was over"
        ));
    }
    if report.grace_exceeded() || !report.undrained_subscribers.is_empty() {
        code = ExitCode::from(GRACE_EXCEEDED);
    }
    code
}

/// The report of a run, if it has begun.
pub(super) fn report_of(result: &Result<Report, RuntimeError>) -> Option<&Report> {
    match result {
        Ok(report) => Some(report),
        Err(RuntimeError::GraceExceeded { report } | RuntimeError::CriticalTask { report, .. }) => {
            Some(report)
        }
        Err(_) => None,
    }
}
