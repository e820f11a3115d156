//! How added tasks have ended.

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use taskvisor::{Event, EventKind, Outcome, StopCause, TaskId};
use tokio::time::Instant;

use super::message::attempt_of;
use crate::answer::FailureAnswer;
use crate::failure::{MAX_TEXT, bounded, failure_answer, shortened_outcome};

/// How many ended tasks are kept.
const MAX_ENDED: usize = 1000;

/// An added task that has ended. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct EndedTask(Arc<TaskEnd>);

/// How an added task has ended.
#[derive(Debug)]
pub(crate) struct TaskEnd {
    pub(crate) name: String,
    pub(crate) id: TaskId,
    pub(crate) ended_at: Instant,
    /// The outcome in words, of at most 1 KiB.
    pub(crate) outcome: String,
    pub(crate) completed: bool,
    pub(crate) canceled: bool,
    /// Whether it has exceeded its `max_retries` or its `max_failures`.
    pub(crate) gave_up: bool,
    /// The number of failures with which it gave up, or 0.
    pub(crate) failures: u32,
    /// When the first attempt of its last series of failures has failed, as far as the events say it.
    pub(crate) failing_since: Option<Instant>,
    /// The failure of the outcome. The error itself is not kept.
    pub(crate) failure: Option<FailureAnswer>,
    /// The number of its last attempt. 0 if there was none, or if the events that say it were lost.
    pub(crate) attempt: u64,
}

impl Deref for EndedTask {
    type Target = TaskEnd;

    fn deref(&self) -> &TaskEnd {
        &self.0
    }
}

/// The ended tasks by name, and what is known of the live ones.
///
/// An ended task is forgotten once a task of its name is added. Of two tasks, the one with the higher id was added later, in whatever order
/// their events are handled.
///
/// An instance that [`scale`](taskvisor::SupervisorHandle::scale) has stopped is not kept: no instance replaces it, so a list of tasks
/// would show it as ended forever. An instance that ended by itself, or that an operator has canceled, is kept: it belongs to the number of
/// instances that was requested, and can be started again.
#[derive(Debug, Default)]
pub(super) struct EndedTasks {
    by_name: HashMap<Arc<str>, (u64, EndedTask)>,
    /// The names in the order of the ends.
    by_end: BTreeMap<u64, Arc<str>>,
    ends: u64,
    live: HashMap<String, LiveTask>,
}

/// What the events of a live task have said. The event of its end does not repeat it.
#[derive(Debug)]
struct LiveTask {
    id: TaskId,
    attempt: u64,
    /// The number of failures with which it gave up, until its next attempt starts.
    gave_up: Option<u32>,
    /// When the first attempt of the present series of failures has failed.
    failing_since: Option<Instant>,
}

/// The texts of an end, which are written outside of the lock.
#[derive(Debug)]
pub(super) struct End {
    outcome: String,
    failure: Option<FailureAnswer>,
}

impl EndedTasks {
    pub(super) fn get(&self, name: &str) -> Option<EndedTask> {
        self.by_name.get(name).map(|(_, task)| task.clone())
    }

    /// All ended tasks, the oldest end first.
    pub(super) fn all(&self) -> Vec<EndedTask> {
        self.by_end.values().filter_map(|name| self.get(name)).collect()
    }

    /// The texts of an end, if the event is one that is kept.
    pub(super) fn end_of(event: &Event) -> Option<End> {
        match &event.kind {
            EventKind::Ended { outcome, .. } if !event.is_submission() && !is_scaled_away(outcome) => {
                let failure = outcome.failure().map(failure_answer);
                Some(End { outcome: bounded(shortened_outcome(outcome).to_string()), failure })
            }
            _ => None,
        }
    }

    /// Records an event, with its [`end_of`](Self::end_of).
    pub(super) fn record(&mut self, event: &Event, end: Option<End>) {
        let (Some(name), Some(id)) = (event.task(), event.id()) else { return };
        // A name that long is not kept, because a part of it identifies nothing.
        if event.is_submission() || name.len() > MAX_TEXT {
            return;
        }
        match &event.kind {
            EventKind::Ended { outcome, .. } => self.record_end(event, name, id, outcome, end),
            // These may follow the end, and would make the ended task a live one.
            EventKind::Removed | EventKind::Operated { .. } => {}
            _ => self.record_progress(event, name, id),
        }
    }

    /// Forgets the live tasks after events were lost, which may include their ends. Their next events make them known again.
    pub(super) fn forget_attempts(&mut self) {
        self.live.clear();
    }

    fn record_progress(&mut self, event: &Event, name: &str, id: TaskId) {
        let known = self.live.get(name).map(|live| live.id);
        if known.is_none_or(|known| known < id) {
            self.live
                .insert(name.to_owned(), LiveTask { id, attempt: 0, gave_up: None, failing_since: None });
            if self.by_name.get(name).is_some_and(|(_, ended)| ended.id < id) {
                self.forget(name);
            }
        }
        let Some(live) = self.live.get_mut(name).filter(|live| live.id == id) else { return };
        if let Some(attempt) = attempt_of(&event.kind) {
            live.attempt = attempt;
        }
        match &event.kind {
            EventKind::GaveUp { failures, within, .. } => {
                live.gave_up = Some(*failures);
                // These failures need not be in a row: attempts that succeeded may lie between them.
                if within.is_some() {
                    live.failing_since = None;
                }
            }
            // The failure before it begins a new series: an operator may have ended the former one.
            EventKind::Backoff { failures: 1, .. } => live.failing_since = Some(event.at),
            EventKind::Started { .. } => live.gave_up = None,
            EventKind::Failed { .. }
            | EventKind::TimedOut { .. }
            | EventKind::Stalled { .. }
            | EventKind::Panicked { .. } => {
                live.failing_since.get_or_insert(event.at);
            }
            EventKind::Succeeded { .. } => live.failing_since = None,
            _ => {}
        }
    }

    fn record_end(&mut self, event: &Event, name: &str, id: TaskId, outcome: &Outcome, end: Option<End>) {
        if self.live.get(name).is_some_and(|live| live.id > id)
            || self.by_name.get(name).is_some_and(|(_, ended)| ended.id > id)
        {
            return;
        }
        let live = self.live.remove(name).filter(|live| live.id == id);
        self.forget(name);
        let Some(End { outcome: text, failure }) = end else { return };
        let attempt = live.as_ref().map(|live| live.attempt);
        let attempt = attempt.or_else(|| Some(failure.as_ref()?.attempt)).unwrap_or(0);
        // A task that gave up may be paused, and may then be canceled.
        let gave_up = live.as_ref().and_then(|live| live.gave_up).filter(|_| outcome.is_failed());
        let task = TaskEnd {
            name: name.to_owned(),
            id,
            ended_at: event.at,
            outcome: text,
            completed: outcome.is_completed(),
            canceled: outcome.is_canceled(),
            gave_up: gave_up.is_some(),
            failures: gave_up.unwrap_or(0),
            failing_since: live.and_then(|live| live.failing_since),
            failure,
            attempt,
        };
        self.insert(EndedTask(Arc::new(task)));
    }

    fn insert(&mut self, task: EndedTask) {
        self.ends += 1;
        let name: Arc<str> = task.name.as_str().into();
        self.by_end.insert(self.ends, Arc::clone(&name));
        self.by_name.insert(name, (self.ends, task));
        while self.by_end.len() > MAX_ENDED {
            let Some((_, oldest)) = self.by_end.pop_first() else { break };
            self.by_name.remove(&oldest);
        }
    }

    fn forget(&mut self, name: &str) {
        if let Some((end, _)) = self.by_name.remove(name) {
            self.by_end.remove(&end);
        }
    }
}

/// Whether the outcome is that of an instance which `scale` has stopped.
fn is_scaled_away(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Canceled { cause: StopCause::Scale, .. })
}

#[cfg(test)]
mod tests;
