//! The limits of a task: on its failures within a time, on the time between two heartbeats, and which of them are refused.
//! Contract 11.2, 11.3, 11.9, 11.10 and 11.17.

use std::time::Duration;

use taskvisor::{InterruptCause, Readiness, RestartPolicy, StopCause};

use super::World;
use super::ends::stable_by_default;
use super::instances::Kind;
use super::place::Place;
use super::task::{Last, Request, RequestKind, Task};
use crate::limited::Rate;
use crate::program::{Attempt, Beats, Ms, Policy, Step, Work};
use crate::schedule::Schedule;
use crate::specs::backoff;
use crate::vocabulary::{Error, TaskEvent};

impl Task {
    /// The time that the task has to return once its token is canceled: its `stop_timeout`, at most `grace`.
    pub(super) fn time_to_stop(&self, grace: Ms) -> Ms {
        self.work.rare.stop_timeout.map_or(grace, |time| time.min(grace))
    }

    /// When the running attempt exceeds its limits. Once its token is canceled, its time to stop applies instead, or without one its
    /// timeout.
    pub(super) fn limits(&self) -> impl Iterator<Item = (Ms, Last)> {
        let is_canceled = self.request.is_some();
        let timeout = self.policy.timeout.map(|timeout| (self.since + timeout, Last::Timeout));
        let timeout = timeout.filter(|_| !is_canceled || self.work.rare.stop_timeout.is_none());
        let alarm = self.alarm_at().filter(|_| !is_canceled).map(|at| (at, Last::Stall));
        timeout.into_iter().chain(alarm)
    }

    /// When the running attempt misses its heartbeat. A task that notifies sends none until it is ready.
    fn alarm_at(&self) -> Option<Ms> {
        let time = self.work.rare.heartbeat?;
        let base = match self.work.ready {
            Some(Readiness::Notify) => self.latest_beat.max(self.ready_at.filter(|_| self.ready)?),
            _ => self.latest_beat,
        };
        Some(base + time)
    }

    /// When the running attempt sends its next heartbeat. The body that has observed a request sends none.
    pub(super) fn next_beat(&self) -> Option<Ms> {
        let Step::Attempt(Attempt { beats: Some(Beats { every, times }), on_stop, first_check, .. }) =
            self.work.step(self.attempt)
        else {
            return None;
        };
        let at = self.since + every * Ms::from(self.beats + 1);
        let sees = self.request.filter(|_| on_stop.is_some()).map(|request| {
            let first_check = self.since + first_check;
            request.at.max(first_check)
        });
        (self.place == Place::Running && self.beats < times && sees.is_none_or(|sees| at <= sees))
            .then_some(at)
    }
}

impl World<'_> {
    /// Sends the heartbeat that is due. Returns whether there was one.
    pub(super) fn beat(&mut self, number: usize) -> bool {
        let now = self.now;
        let task = &mut self.tasks[number];
        if task.next_beat().is_none_or(|at| at > now) {
            return false;
        }
        task.beats += 1;
        task.latest_beat = now;
        if task.work.rare.heartbeat.is_some() && task.ready {
            self.show_life(number);
        }
        self.met.insert("a heartbeat".to_owned());
        true
    }

    /// Ends the readiness of a task because of a request. Returns whether it was ready.
    pub(super) fn end_readiness(&mut self, number: usize) -> bool {
        let was_ready = std::mem::replace(&mut self.tasks[number].ready, false);
        self.changes.requested.extend(was_ready.then_some(number));
        was_ready
    }

    /// The first step of an exceeded limit: cancels the token of an attempt that has a time to stop. Returns whether it did.
    pub(super) fn cancel_for_limit(&mut self, number: usize, last: Last) -> bool {
        let task = &mut self.tasks[number];
        let cause = match last {
            Last::Timeout => InterruptCause::Timeout,
            Last::Stall => InterruptCause::Stalled,
            _ => return false,
        };
        let Some(time) = task.work.rare.stop_timeout.filter(|_| task.request.is_none()) else { return false };
        task.request = Some(Request {
            kind: RequestKind::Interrupt(cause),
            at: self.now,
            deadline: self.now + time,
            enforcer: StopCause::Cancel,
        });
        let was_ready = self.end_readiness(number);
        self.lose_readiness(number, was_ready);
        true
    }

    /// Counts a failure that would be retried. Returns the event if the task gives up because of it.
    pub(super) fn give_up(&mut self, number: usize, last: &Error) -> Option<TaskEvent> {
        let task = &self.tasks[number];
        let (failures, last) = (task.failures, last.clone());
        if task.policy.max_retries.is_some_and(|retries| failures > retries) {
            return Some(TaskEvent::GaveUp { failures, within: None, last });
        }
        self.exceeds_window(number, &last)
    }

    /// Counts a failure in the window. Returns the event if the task gives up because of it.
    pub(super) fn exceeds_window(&mut self, number: usize, last: &Error) -> Option<TaskEvent> {
        let (now, task, last) = (self.now, &mut self.tasks[number], last.clone());
        let (limit, time) = task.work.rare.max_failures?;
        if task.explained {
            self.met.insert("a failure that a window excuses".to_owned());
            return None;
        }
        let before = task.window.len();
        task.window.retain(|failed| now - failed <= time);
        task.window.push(now);
        let failures = u32::try_from(task.window.len()).unwrap_or(u32::MAX);
        if task.window.len() <= before {
            self.met.insert("a window that slides".to_owned());
        }
        let task = &self.tasks[number];
        let within = Some(Duration::from_millis(time));
        let is_exceeded = failures > limit;
        if is_exceeded && task.window[0] + time == now {
            self.met.insert("a failure as old as its window".to_owned());
        }
        is_exceeded.then_some(TaskEvent::GaveUp { failures, within, last })
    }

    /// Whether the options about when a task runs contradict each other, or can have no effect.
    pub(super) fn refuses_schedule(&mut self, work: &Work, is_submitted: bool) -> bool {
        let Schedule { every, start_delay, overlap, missed } = work.schedule;
        let policy = work.policy;
        let never_repeats = policy.is_some_and(|policy| policy.restart != RestartPolicy::Always);
        let problems = [
            (every == Some(0), "a period of zero"),
            (start_delay == Some(0), "a start delay of zero"),
            (every.is_none() && (overlap.is_some() || missed.is_some()), "an overlap without ticks"),
            (every.is_some() && never_repeats, "a grid that is not repeated"),
            (every.is_some() && policy.is_some_and(|policy| policy.delay.is_some()), "a grid and a delay"),
            (is_submitted && !work.schedule.is_empty(), "a schedule of a submission"),
        ];
        let found: Vec<_> = problems.iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect();
        self.met.extend(found.iter().map(ToString::to_string));
        !found.is_empty()
    }

    /// Whether the rare options of a task contradict each other, or can have no effect.
    pub(super) fn refuses_rare(&mut self, work: &Work, kind: Kind) -> bool {
        let is_submitted = kind == Kind::Submitted;
        let policy = work.policy_or(&self.program.limits.defaults);
        let has_ticks = work.schedule.every.is_some();
        let rare = &work.rare;
        let is_unreachable = |(failures, time): (u32, Ms)| {
            failures > 0
                && time > 0
                && !has_ticks
                && policy.restart != RestartPolicy::Never
                && shortest(&policy, failures, 0) > Duration::from_millis(time)
        };
        let may_give_up = policy.restart != RestartPolicy::Never
            && (policy.max_retries.is_some() && !has_ticks || rare.max_failures.is_some());
        let allows_none = |rate: Rate| rate.attempts == 0 || rate.interval == 0 || rate.burst == 0;
        let beyond = |(heartbeat, timeout): (Ms, Ms)| heartbeat > timeout;
        let problems = [
            (
                rare.max_failures.is_some_and(|(failures, time)| failures == 0 || time == 0),
                "a window of zero",
            ),
            (
                rare.max_failures.is_some() && policy.restart == RestartPolicy::Never,
                "a window without retries",
            ),
            (rare.max_failures.is_some_and(is_unreachable), "an unreachable window"),
            (rare.pauses && !may_give_up, "a pause of a task that never gives up"),
            (rare.pauses && rare.critical, "a pause of a critical task that gives up"),
            (rare.critical && is_submitted, "a critical submission"),
            (rare.pauses && is_submitted, "a pause of a submission that gives up"),
            (rare.heartbeat == Some(0), "a heartbeat of zero"),
            (rare.heartbeat.zip(policy.timeout).is_some_and(beyond), "a heartbeat beyond the timeout"),
            (rare.stop_timeout == Some(0), "a time to stop of zero"),
            (rare.limited.max_concurrent == Some(0), "no attempt at once"),
            (
                rare.limited.max_concurrent.is_some() && kind == Kind::Added,
                "a limit of one attempt at a time",
            ),
            (rare.limited.rate.is_some_and(allows_none), "a rate limit of zero"),
        ];
        let found: Vec<_> = problems.iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect();
        self.met.extend(found.iter().map(ToString::to_string));
        !found.is_empty()
    }
}

/// The shortest time between a failure with this index in its series and the one that is `more` failures later. A series ends by a
/// stable attempt, or by a success and its interval.
fn shortest(policy: &Policy, more: u32, index: u32) -> Duration {
    if more == 0 {
        return Duration::ZERO;
    }
    let delay = *backoff(policy.backoff).bounds(index, None).start();
    let stable = policy.stable_after.unwrap_or_else(|| stable_by_default(policy));
    let again = match policy.restart {
        RestartPolicy::Always => policy.delay.unwrap_or(1_000).min(stable),
        _ => stable,
    };
    let (same, anew) = (shortest(policy, more - 1, index + 1), shortest(policy, more - 1, 0));
    // After the last failure nothing follows, so that its series need not end.
    delay + same.min(anew + Duration::from_millis(again))
}
