//! The guard against trivial programs: every event, every outcome, every answer, and every cell of the contract's tables
//! must occur.

use std::collections::{BTreeMap, BTreeSet};

use taskvisor::{EventName, Missed, Overlap, Rejection, SkipReason, StopCause};

use crate::model::Prediction;
use crate::play::Played;
use crate::vocabulary::{Answer, Refusal, TaskEvent, TaskOutcome};

/// Counts how many programs covered each case.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    met: BTreeMap<String, u64>,
}

impl Coverage {
    /// Counts every case that one program covered.
    pub(crate) fn count(&mut self, predicted: &Prediction, played: &Played) {
        let mut met = predicted.met.clone();
        for event in played.event_log.events() {
            met.insert(format!("event {}", event.kind.name().label()));
        }
        for line in predicted.tasks.iter().flat_map(|task| &task.lines) {
            if let TaskEvent::Ended(fate) = &line.word {
                met.insert(outcome(fate));
            }
        }
        met.extend(predicted.answers.iter().zip(&played.answers).map(|(_, answer)| label_of(answer)));
        met.extend(played.listener_logs.iter().flat_map(|listener_log| listener_log.met()));
        for (_, enforcer) in &predicted.counts.aborted_tasks {
            met.insert(format!("aborted at the deadline of {enforcer:?}"));
        }
        for what in met {
            *self.met.entry(what).or_default() += 1;
        }
    }

    /// The cases with the fewest programs.
    pub(crate) fn rare(&self) -> Vec<(u64, &str)> {
        let mut met: Vec<_> = self.met.iter().map(|(what, times)| (*times, &**what)).collect();
        met.sort_unstable();
        met.truncate(12);
        met
    }

    /// The expected cases that no program covered.
    pub(crate) fn missing(&self) -> Vec<String> {
        expected().into_iter().filter(|what| !self.met.contains_key(what)).collect()
    }
}

fn outcome(fate: &TaskOutcome) -> String {
    match fate {
        TaskOutcome::Failed(error) => format!("failed, {:?}", error.kind),
        TaskOutcome::Canceled(cause, error) => format!("canceled by {cause:?}, failed: {}", error.is_some()),
        other => format!("{other:?}"),
    }
}

fn label_of(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(_) => "accepted".to_owned(),
        Answer::CanceledAndEnded(first, _) => format!("canceled and waited, first: {first}"),
        other => format!("{other:?}"),
    }
}

fn expected() -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    let mut add = |what: String| expected.insert(what);
    for name in EventName::ALL {
        // A wait of 10 s, which these programs hardly ever have: see `controller/delayed.rs` and `contracts/still_waiting.rs`.
        // Only tasks with `cron` watch the wall clock, and only an application has a file.
        if matches!(
            name,
            EventName::Delayed | EventName::StillStarting | EventName::ClockStepped | EventName::Reloaded
        ) {
            continue;
        }
        let needs_slots = matches!(name, EventName::Queued | EventName::Admitted | EventName::Refused);
        if cfg!(feature = "controller") || !needs_slots {
            // The recorder never lags, so that `Lagged` is counted by the listeners that receive it.
            let is_published = *name != EventName::Lagged;
            add(if is_published {
                format!("event {}", name.label())
            } else {
                "a listener lost something".to_owned()
            });
        }
    }
    add_schedules(&mut add);
    add_limits(&mut add);
    let kinds = ["Error", "Timeout", "Stalled", "Panic", "Canceled", "Fatal"];
    for restart in ["never", "on-failure", "always"] {
        for kind in kinds {
            add(format!("{restart} on its own: Failed({kind})"));
        }
        for ending in ["Succeeded", "RetryAfter(", "Snoozed(", "Done"] {
            add(format!("{restart} on its own: {ending}"));
        }
        for ending in ["Succeeded", "RetryAfter(", "Canceled", "Aborted", "Failed(Error)", "Failed(Timeout)"]
        {
            add(format!("{restart} stopped: {ending}"));
        }
    }
    for ending in ["Succeeded", "Snoozed(", "Failed(Error)", "Failed(Timeout)"] {
        add(format!("always finishing: {ending}"));
        // Without jobs, few attempts finish in a run.
        if cfg!(feature = "controller") || ending.starts_with("Failed") {
            add(format!("on-failure finishing: {ending}"));
        }
    }
    if cfg!(feature = "controller") {
        // The value of a job.
        add("Timeout in two steps: Succeeded, in time: true".to_owned());
        // Met once or twice in a run, and without jobs not at all.
        add("always finishing: Done".to_owned());
        add("Stalled in two steps: Failed, in time: true".to_owned());
        add("a pause of a critical task that gives up".to_owned());
    }
    for kind in kinds {
        add(format!("failed, {kind}"));
    }
    for kind in ["Timeout", "Stalled"] {
        add(format!("{kind} in two steps: Interrupted, in time: true"));
        add(format!("{kind} in two steps: Interrupted, in time: false"));
        if kind != "Stalled" {
            add(format!("{kind} in two steps: Failed, in time: true"));
        }
    }
    for restart in ["never", "on-failure", "always"] {
        add(format!("{restart} on its own: Interrupted(None)"));
    }
    add("an interrupted attempt returned an error".to_owned());
    add("a stop request during an interrupt".to_owned());
    for what in [
        "becomes ready",
        "recovers",
        "fails",
        "completes",
        "gives up",
        "is canceled",
        "is restarted",
        "is paused",
        "is added again",
    ] {
        add(format!("a needed task {what}"));
    }
    for what in [
        "failed, Dependency",
        "a heartbeat",
        "a window that slides",
        "a failure as old as its window",
        "a failure that a window excuses",
        "failures that a window forgives",
        "a window of zero",
        "a window without retries",
        "an unreachable window",
        "a pause of a task that never gives up",
        "a task that gives up is paused",
        "a resume after a give-up",
        "a resume before the pause",
        "a pause after the interrupt",
        "a pause between two attempts",
        "a pause before the first attempt",
        "a paused task is stopped",
        "a critical task fails",
        "an attempt that did not finish",
        "a stop request during a time to finish",
        "a heartbeat of zero",
        "a heartbeat beyond the timeout",
        "a time to stop of zero",
        "a wait for a dependency",
        "a permit that was given back",
        "a loss that interrupts",
        "a recovery that is spread",
        "a failure that is excused",
        "failures that are forgiven",
        "a backoff that ends with an outage",
        "a shutdown in waves",
        "a run with refused dependencies",
        "a dependency on itself",
        "a dependency that is listed twice",
        "a dependency that is unknown or never ready",
        "a needed task that can never be ready",
        "a cycle of dependencies",
    ] {
        add(what.to_owned());
    }
    let commands = [
        "Add",
        "Cancel",
        "CancelNamed",
        "Remove",
        "Restart",
        "Pause",
        "PauseAfter",
        "Resume",
        "Trigger",
        "Stop",
    ];
    for command in commands {
        add(format!("from inside: {command}"));
    }
    for shutdown_trigger in ["Requested", "Dropped", "Until"] {
        add(format!("{shutdown_trigger} with a run that goes on"));
        add(format!("{shutdown_trigger} without a run"));
    }
    for what in [
        "a listener hangs",
        "a listener panics",
        "Completed",
        "Aborted",
        "accepted",
        "Restarted",
        "UnknownTask",
        "Nothing",
        "Done",
    ] {
        add(what.to_owned());
    }
    for what in [
        "a trigger in a backoff without a schedule: true",
        "a trigger in a sleep without a schedule: true",
        "a trigger during an attempt without a schedule: false",
        "a trigger at its gates without a schedule: false",
        "a pause after the attempt: true",
        "a pause after the attempt: false",
        "a pause before the end of the attempt",
        "a resume before the end of the attempt",
        "a task that pauses after its attempt ends",
        "a task that pauses after its attempt gives up",
        "a task that pauses after its attempt is paused",
    ] {
        add(what.to_owned());
    }
    add("a report of a deadline that was brought forward".to_owned());
    for failed in [true, false] {
        add(format!("canceled by {:?}, failed: {failed}", StopCause::Dependency));
    }
    let mut causes = vec![StopCause::Cancel, StopCause::Shutdown, StopCause::Scale];
    let mut refusals =
        vec![Refusal::NameTaken, Refusal::ShuttingDown, Refusal::Invalid, Refusal::WouldDeadlock];
    refusals.extend([Refusal::Ended, Refusal::Stopping, Refusal::Paused, Refusal::Dependencies]);
    refusals.push(Refusal::NotScalable);
    if cfg!(feature = "controller") {
        causes.extend([StopCause::Replace, StopCause::Clear]);
        refusals.extend([Refusal::Busy, Refusal::QueueFull, Refusal::Queued]);
        add("a schedule of a submission".to_owned());
        add("expired in its queue".to_owned());
        add("expired at a permit".to_owned());
        add("expired at a dependency".to_owned());
        add("expired in a pause".to_owned());
        add("a critical submission".to_owned());
        add("a pause of a submission that gives up".to_owned());
        for why in [Rejection::Superseded, Rejection::Cleared, Rejection::ShuttingDown, Rejection::Expired] {
            add(format!("Rejected({why:?})"));
        }
        for admission in ["Queue", "Replace", "DropIfRunning", "Latest"] {
            for place in ["an idle slot", "an owned slot", "a free place", "a slot whose owner is stopping"] {
                add(format!("{admission} to {place}"));
            }
        }
        add("Latest to a slot whose owner is between two attempts".to_owned());
        add("Latest to a slot whose owner is paused".to_owned());
        for failed in [true, false] {
            add(format!("an owner gave way to a latest, failed: {failed}"));
        }
        add("from inside: Submit".to_owned());
        add("from inside: Clear".to_owned());
        add("Cleared(true)".to_owned());
        add("Cleared(false)".to_owned());
    }
    for cause in causes {
        add(format!("aborted at the deadline of {:?}", Some(cause)));
        add(format!("canceled by {cause:?}, failed: true"));
        add(format!("canceled by {cause:?}, failed: false"));
    }
    for refusal in refusals {
        add(format!("Refused([{refusal:?}])"));
    }
    for first in [true, false] {
        add(format!("Paused({first})"));
        add(format!("Resumed({first})"));
        add(format!("Triggered({first})"));
        add(format!("StopRequested({first})"));
        add(format!("canceled and waited, first: {first}"));
    }
    expected
}

/// The waits of attempts for the limits of their declarations.
fn add_limits(add: &mut impl FnMut(String) -> bool) {
    for what in [
        "a limit of one attempt at a time",
        "a rate limit of zero",
        "limits of a new name",
        "a wait for a rate limit",
        "a task left its gates before its rate limit",
        "a burst",
    ] {
        add(what.to_owned());
    }
    for what in [
        "no instances",
        "fewer instances",
        "as many instances",
        "more instances",
        "an instance that is wanted again",
        "all instances: remove",
        "all instances: pause",
        "all instances: pause after the attempt",
        "all instances: resume",
        "all instances: restart",
        "all instances: trigger",
        "a wait for a permit of the declaration",
        "limits that are shared",
    ] {
        add(what.to_owned());
    }
    if !cfg!(feature = "controller") {
        return;
    }
    for what in [
        "other limits of the same name",
        "no attempt at once",
        "a permit of the declaration that waits for one of the supervisor",
        "a queue at a rate limit",
        "a task left its gates before a permit of its declaration",
        "a task left its gates with a permit of its declaration",
        "expired at a permit of its declaration",
        "expired at its rate limit",
        "a capacity of zero",
        "Queue to a free place behind others",
        "a replace of several owners",
        "a latest stops one of several owners",
        "a place beside another owner after one that has ended",
        "a place beside another owner after one that left the queue",
        "several submissions that start at once",
    ] {
        add(what.to_owned());
    }
}

/// Each reason to skip ticks under each pair of options, and a trigger in each phase.
fn add_schedules(add: &mut impl FnMut(String) -> bool) {
    for overlap in [Overlap::Skip, Overlap::Queue] {
        for missed in [Missed::Once, Missed::Skip] {
            for why in [SkipReason::Overlap, SkipReason::Missed, SkipReason::Coalesced] {
                add(format!("skipped: {why}, overlap {overlap}, missed {missed}"));
            }
        }
    }
    for phase in [
        "before its first poll: true",
        "in a start delay: true",
        "before a tick: true",
        "in a backoff: true",
        "in a sleep: true",
        "during an attempt: false",
        "at its gates: false",
        "in a pause: Paused",
        "while it stops: Stopping",
        "after its end: Ended",
        "during a shutdown: ShuttingDown",
    ] {
        add(format!("a trigger {phase}"));
    }
    for what in ["a fatal error", "spent retries", "a failure"] {
        for gives_up in [true, false] {
            // Any other failure is retried.
            if gives_up || what != "a failure" {
                add(format!("a run fails with {what}, gives up: {gives_up}"));
            }
        }
    }
    for what in [
        "a tick during a backoff",
        "a period of zero",
        "a start delay of zero",
        "an overlap without ticks",
        "a grid that is not repeated",
        "a grid and a delay",
    ] {
        add(what.to_owned());
    }
}
