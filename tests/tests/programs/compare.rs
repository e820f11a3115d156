//! Compares the prediction of the model with the observations.

use std::fmt::Debug;

use taskvisor::{EventKind, EventName, Report, TaskId};

use crate::listeners::{self, Through};
use crate::model::{Chance, Prediction, TaskHistory, Unclear, predict};
use crate::play::{Played, PlayedTask};
use crate::program::{Ms, Program};
use crate::readable::lines;
use crate::readiness;
use crate::specs::{millis, moment};
use crate::vocabulary::{Answer, Counts, Error, Line, Received, TaskEvent};

/// Why an execution does not match its prediction.
#[derive(Debug)]
pub(crate) enum Mismatch {
    /// The contract allows several predictions.
    Unclear(&'static str),
    Differs(String),
}

/// Checks that the execution matches the prediction of the model, and returns the prediction.
pub(crate) fn compare(program: &Program, played: &Played) -> Result<Prediction, Mismatch> {
    let drawn = |task: usize, attempt: u64| drawn(played, task, attempt);
    let started = |task: usize, attempt: u64| started(played, task, attempt);
    let predicted = match predict(program, Chance { delay: &drawn, start: &started }) {
        Ok(predicted) => predicted,
        Err(Unclear::Chance(problem)) => return Err(Mismatch::Differs(problem)),
        Err(Unclear::Tie(why)) => return Err(Mismatch::Unclear(why)),
    };
    check(program, &predicted, played).map_err(Mismatch::Differs)?;
    Ok(predicted)
}

/// The published delay after an attempt.
fn drawn(played: &Played, task: usize, attempt: u64) -> Option<std::time::Duration> {
    let task = played.tasks.get(task)?;
    let mut latest = 0;
    played.event_log.events_of(&task.handle).find_map(|event| match event.kind {
        EventKind::Started { attempt, .. } => {
            latest = attempt;
            None
        }
        EventKind::Backoff { delay, .. } if latest == attempt => Some(delay),
        _ => None,
    })
}

/// When an attempt started.
fn started(played: &Played, task: usize, attempt: u64) -> Option<Ms> {
    let task = played.tasks.get(task)?;
    let mut starts = played.event_log.events_of(&task.handle);
    let start = starts.find(
        |event| matches!(event.kind, EventKind::Started { attempt: started, .. } if started == attempt),
    )?;
    Some(moment(start.at - played.began))
}

fn check(program: &Program, predicted: &Prediction, played: &Played) -> Result<(), String> {
    for (index, (model, runtime)) in predicted.answers.iter().zip(&played.answers).enumerate() {
        if !model.allows(runtime) {
            return Err(format!(
                "answer {}: the model predicts {model:?}, the runtime returned {runtime:?}",
                index + 1
            ));
        }
    }
    same("the number of answers", &predicted.answers.len(), &played.answers.len())?;
    same("accepted", &predicted.tasks.len(), &played.tasks.len())?;
    for (number, (history, task)) in predicted.tasks.iter().zip(&played.tasks).enumerate() {
        check_task(number, history, task, played)?;
    }
    for (model, runtime) in predicted.views.iter().zip(&played.views) {
        same(&format!("the tasks at {} ms", model.at), &model.tasks, &runtime.tasks)?;
        same(&format!("the slots at {} ms", model.at), &model.slots, &runtime.slots)?;
    }
    same("the views", &predicted.views.len(), &played.views.len())?;
    check_end(predicted, played)?;
    check_counts(predicted, played)?;
    let stop_order: Vec<_> =
        played.stop_order.iter().filter(|task| predicted.stop_order.contains(task)).collect();
    same(
        "the tasks that observed the shutdown, in order",
        &predicted.stop_order.iter().collect(),
        &stop_order,
    )?;
    if program.limits.concurrent.is_some_and(|limit| played.most > limit) {
        return Err(format!("{} attempts at once", played.most));
    }
    let through = Through { over: played.began + millis(predicted.over), returned: played.returned };
    // Without a run, no caller waited for the shutdown of a critical task, and saw when its drain was over.
    if predicted.runs || predicted.counts.critical_task.is_none() {
        listeners::check(&played.listener_logs, &played.event_log, millis(program.limits.drain), through)?;
    }
    match &*played.problems {
        [] => Ok(()),
        problems => Err(problems.join("\n  ")),
    }
}

fn check_task(
    number: usize,
    history: &TaskHistory,
    task: &PlayedTask,
    played: &Played,
) -> Result<(), String> {
    let events = played.event_log.events_of(&task.handle);
    // The model does not predict `Delayed`, which needs a rare wait of 10 s: `controller/delayed.rs` covers it.
    // `readiness.rs` checks the events of readiness.
    let ignored = [EventName::Delayed, EventName::Ready, EventName::NotReady, EventName::Operated];
    let events = events.filter(|event| !ignored.contains(&event.kind.name()));
    let seen = events.map(|event| Line {
        at: moment(event.at - played.began),
        word: TaskEvent::of(&event.kind, played.began),
    });
    let (model, seen) = (&history.lines, seen.collect::<Vec<_>>());
    if *model != seen || task.handle.name() != history.name {
        let (model, seen) = (lines("|", model), lines("|", &seen));
        let name = &history.name;
        return Err(format!(
            "task {number}, `{name}`:\n  the model predicts{model}\n  the runtime published{seen}"
        ));
    }
    let gone = model.last().map_or(0, |line| line.at);
    same(&format!("when the outcome of task {number} is seen"), &gone, &task.over)?;
    let fate = model.iter().find_map(|line| match &line.word {
        TaskEvent::Ended(fate) => Some(fate.clone()),
        _ => None,
    });
    same(&format!("the outcome of task {number}"), &fate, &Some(task.fate.clone()))?;
    readiness::check(&task.ready, &task.handle, &task.fate, &played.event_log)
        .map_err(|problem| format!("the readiness of task {number}: {problem}"))?;
    same(&format!("what attempts of task {number} received"), &known(model), &task.last)
}

/// What each attempt must receive: the previous failure, and the tick of its run.
fn known(lines: &[Line]) -> Vec<Received> {
    let (mut last, mut tick, mut known) = (None, None, Vec::new());
    for line in lines {
        match &line.word {
            TaskEvent::Scheduled(at) => tick = Some(*at),
            // The run is over.
            TaskEvent::Succeeded { .. } => tick = None,
            TaskEvent::RunFailed { .. } => tick = None,
            TaskEvent::Started(attempt) => {
                known.push(Received { attempt: *attempt, last_error: last.clone(), scheduled_at: tick });
            }
            TaskEvent::Failed { error, .. }
            | TaskEvent::Panicked { error, .. }
            | TaskEvent::Interrupted { error: Some(error), .. } => last = Some(error.clone()),
            TaskEvent::TimedOut { attempt, .. } => {
                last = Some(Error::new(taskvisor::FailureKind::Timeout, *attempt));
            }
            TaskEvent::Stalled { attempt, .. } => {
                last = Some(Error::new(taskvisor::FailureKind::Stalled, *attempt));
            }
            _ => {}
        }
    }
    known
}

/// Checks that the end is published once and that no event follows it.
fn check_end(predicted: &Prediction, played: &Played) -> Result<(), String> {
    let times = |name: EventName| -> Vec<Ms> {
        let events = played.event_log.events().iter().filter(|event| event.kind.name() == name);
        events.map(|event| moment(event.at - played.began)).collect()
    };
    let requested: Vec<_> = predicted.stopped.into_iter().collect();
    same("when the shutdown was requested", &requested, &times(EventName::ShutdownRequested))?;
    same("when the supervisor stopped", &vec![predicted.over], &times(EventName::Stopped))?;
    let last = played.event_log.events().last().map(|event| event.kind.name());
    same("the last event", &Some(EventName::Stopped), &last)?;
    let refused =
        |answers: &[Answer]| answers.iter().filter(|answer| matches!(answer, Answer::Refused(_))).count();
    let published = played.event_log.count(EventName::Refused);
    // A refused `add_task` returns an error and publishes no event.
    if published > refused(&played.answers) {
        return Err(format!("{published} refusals were published"));
    }
    Ok(())
}

fn check_counts(predicted: &Prediction, played: &Played) -> Result<(), String> {
    let counts = &predicted.counts;
    let sum = counts.completed + counts.canceled + counts.failed + counts.aborted + counts.rejected;
    same("accepted = ended", &(predicted.tasks.len() as u64), &sum)?;
    match &played.report {
        Some(Ok(report)) if predicted.runs => same("the report", counts, &read(report, played)),
        Some(Err(_)) if !predicted.runs => Ok(()),
        None => Ok(()),
        Some(other) => Err(format!("the run returned {other:?}")),
    }
}

fn read(report: &Report, played: &Played) -> Counts {
    let number =
        |id: TaskId| played.tasks.iter().position(|task| task.handle.id() == id).unwrap_or(usize::MAX);
    let mut failures: Vec<_> =
        report.failures.iter().map(|failed| (number(failed.id), Error::of(&failed.failure))).collect();
    let mut aborted_tasks: Vec<_> =
        report.aborted_tasks.iter().map(|aborted| (number(aborted.id), aborted.cause)).collect();
    let mut give_ups: Vec<_> =
        report.give_ups.iter().map(|gave_up| (number(gave_up.id), Error::of(&gave_up.last))).collect();
    give_ups.sort_by_key(|(number, _)| *number);
    failures.sort_by_key(|(number, _)| *number);
    aborted_tasks.sort_by_key(|(number, _)| *number);
    Counts {
        completed: report.completed,
        canceled: report.canceled,
        failed: report.failed,
        aborted: report.aborted,
        rejected: report.rejected,
        grace_exceeded: report.grace_exceeded(),
        failures,
        aborted_tasks,
        give_ups,
        critical_task: report.critical_task.as_ref().map(|task| (number(task.id), Error::of(&task.failure))),
    }
}

fn same<T: Debug + PartialEq>(what: &str, model: &T, runtime: &T) -> Result<(), String> {
    if model == runtime {
        return Ok(());
    }
    Err(format!("{what}:\n  the model predicts {model:?}\n  the runtime shows  {runtime:?}"))
}
