//! What the model says beside what was seen.

use std::fmt::Debug;

use taskvisor::{EventKind, EventName, Report, TaskId};

use crate::listeners::{self, Through};
use crate::model::{Prediction, Told, Unclear, predict};
use crate::play::{Played, PlayedTask};
use crate::program::{Ms, Program};
use crate::readable::lines;
use crate::specs::{millis, moment};
use crate::vocabulary::{Answer, Counts, Error, Line, TaskEvent};

/// Why a program did not come to what the model says.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// The contract says too little.
    Unclear(&'static str),
    Differs(String),
}

/// Whether the program came to what the model says.
pub(crate) fn compare(program: &Program, played: &Played) -> Result<Prediction, Flaw> {
    let drawn = |task: usize, attempt: u64| drawn(played, task, attempt);
    let predicted = match predict(program, &drawn) {
        Ok(predicted) => predicted,
        Err(Unclear::Chance(flaw)) => return Err(Flaw::Differs(flaw)),
        Err(Unclear::Tie(why)) => return Err(Flaw::Unclear(why)),
    };
    check(program, &predicted, played).map_err(Flaw::Differs)?;
    Ok(predicted)
}

/// The delay after an attempt, as it was told.
fn drawn(played: &Played, task: usize, attempt: u64) -> Option<std::time::Duration> {
    let task = played.tasks.get(task)?;
    let mut latest = 0;
    played.event_log.events_of(&task.handle).find_map(|event| match event.kind {
        EventKind::Started { attempt } => {
            latest = attempt;
            None
        }
        EventKind::Backoff { delay, .. } if latest == attempt => Some(delay),
        _ => None,
    })
}

fn check(program: &Program, predicted: &Prediction, played: &Played) -> Result<(), String> {
    for (index, (model, runtime)) in predicted.answers.iter().zip(&played.answers).enumerate() {
        if !model.allows(runtime) {
            return Err(format!("answer {}: the model says {model:?}, the runtime {runtime:?}", index + 1));
        }
    }
    same("accepted", &predicted.tasks.len(), &played.tasks.len())?;
    for (number, (told, task)) in predicted.tasks.iter().zip(&played.tasks).enumerate() {
        check_task(number, told, task, played)?;
    }
    for (model, runtime) in predicted.views.iter().zip(&played.views) {
        same(&format!("what is there at {} ms", model.at), &model.tasks, &runtime.tasks)?;
        same(&format!("the slots at {} ms", model.at), &model.slots, &runtime.slots)?;
    }
    same("the views", &predicted.views.len(), &played.views.len())?;
    check_end(predicted, played)?;
    check_counts(predicted, played)?;
    let heard: Vec<_> = played.heard.iter().filter(|task| predicted.heard.contains(task)).collect();
    same("who learned of the shutdown, in order", &predicted.heard.iter().collect(), &heard)?;
    if program.limits.concurrent.is_some_and(|limit| played.most > limit) {
        return Err(format!("{} attempts at once", played.most));
    }
    let through = Through { over: played.began + millis(predicted.over), returned: played.returned };
    listeners::check(&played.listener_logs, &played.event_log, millis(program.limits.drain), through)?;
    match &*played.flaws {
        [] => Ok(()),
        flaws => Err(flaws.join("\n  ")),
    }
}

fn check_task(number: usize, told: &Told, task: &PlayedTask, played: &Played) -> Result<(), String> {
    let events = played.event_log.events_of(&task.handle);
    // The model knows no waits of 10 s, which are rare here: `controller/delayed.rs` has them.
    let events = events.filter(|event| event.kind.name() != EventName::Delayed);
    let seen =
        events.map(|event| Line { at: moment(event.at - played.began), word: TaskEvent::of(&event.kind) });
    let (model, seen) = (&told.lines, seen.collect::<Vec<_>>());
    if *model != seen || task.handle.name() != told.name {
        let (model, seen) = (lines("|", model), lines("|", &seen));
        let name = &told.name;
        return Err(format!("task {number}, `{name}`:\n  the model says{model}\n  the runtime{seen}"));
    }
    let gone = model.last().map_or(0, |line| line.at);
    same(&format!("when the outcome of task {number} is seen"), &gone, &task.over)?;
    let fate = model.iter().find_map(|line| match &line.word {
        TaskEvent::Ended(fate) => Some(fate.clone()),
        _ => None,
    });
    same(&format!("the outcome of task {number}"), &fate, &Some(task.fate.clone()))?;
    same(&format!("what attempts of task {number} know of the last one"), &known(model), &task.last)
}

/// The failure that each attempt is told of.
fn known(lines: &[Line]) -> Vec<(u64, Option<Error>)> {
    let (mut last, mut known) = (None, Vec::new());
    for line in lines {
        match &line.word {
            TaskEvent::Started(attempt) => known.push((*attempt, last.clone())),
            TaskEvent::Failed { error, .. } | TaskEvent::Panicked { error, .. } => last = Some(error.clone()),
            TaskEvent::TimedOut { attempt, .. } => {
                last = Some(Error::new(taskvisor::FailureKind::Timeout, *attempt));
            }
            _ => {}
        }
    }
    known
}

/// The end is told once, and nothing after it.
fn check_end(predicted: &Prediction, played: &Played) -> Result<(), String> {
    let times = |name: EventName| -> Vec<Ms> {
        let told = played.event_log.events().iter().filter(|event| event.kind.name() == name);
        told.map(|event| moment(event.at - played.began)).collect()
    };
    let requested: Vec<_> = predicted.stopped.into_iter().collect();
    same("when the shutdown was asked for", &requested, &times(EventName::ShutdownRequested))?;
    same("when all was over", &vec![predicted.over], &times(EventName::Stopped))?;
    let last = played.event_log.events().last().map(|event| event.kind.name());
    same("the last event", &Some(EventName::Stopped), &last)?;
    let refused =
        |answers: &[Answer]| answers.iter().filter(|answer| matches!(answer, Answer::Refused(_))).count();
    let told = played.event_log.count(EventName::Refused);
    // A refused `add_task` tells its caller only.
    if told > refused(&played.answers) {
        return Err(format!("{told} refusals were told"));
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
        Some(other) => Err(format!("the run came to {other:?}")),
    }
}

fn read(report: &Report, played: &Played) -> Counts {
    let number =
        |id: TaskId| played.tasks.iter().position(|task| task.handle.id() == id).unwrap_or(usize::MAX);
    let mut failures: Vec<_> =
        report.failures.iter().map(|failed| (number(failed.id), Error::of(&failed.failure))).collect();
    let mut aborted_tasks: Vec<_> =
        report.aborted_tasks.iter().map(|aborted| (number(aborted.id), aborted.cause)).collect();
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
    }
}

fn same<T: Debug + PartialEq>(what: &str, model: &T, runtime: &T) -> Result<(), String> {
    if model == runtime {
        return Ok(());
    }
    Err(format!("{what}:\n  the model says {model:?}\n  the runtime    {runtime:?}"))
}
