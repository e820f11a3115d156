//! Converts the policies and limits of a program to the types of the runtime and of the recorder.

use std::time::Duration;

use taskvisor::{Config, TaskRef, TaskSpec};
use tests::Rules;

use crate::program::{Backoff, Law, Limits, Ms, Policy, Work};

pub(crate) fn millis(span: Ms) -> Duration {
    Duration::from_millis(span)
}

/// Converts a moment to milliseconds; panics if it is not a whole number of them.
pub(crate) fn moment(since: Duration) -> Ms {
    assert_eq!(since.subsec_nanos() % 1_000_000, 0, "{since:?} is no moment of the timer");
    Ms::try_from(since.as_millis()).expect("a short program")
}

pub(crate) fn backoff(backoff: Backoff) -> tests::Backoff {
    let bare = match backoff.law {
        Law::None => tests::Backoff::none(),
        Law::Constant(delay) => tests::Backoff::constant(millis(delay)),
        Law::Exponential { first, max, quarters } => {
            tests::Backoff::exponential(millis(first), millis(max), f64::from(quarters) / 4.0)
        }
    };
    bare.jitter(backoff.jitter)
}

/// Converts a policy to the rules of the recorder.
pub(crate) fn rules(policy: &Policy, work: &Work) -> Rules {
    let mut rules = Rules::new(policy.restart).backoff(backoff(policy.backoff));
    if let Some(ready) = work.ready {
        rules = rules.ready(ready);
    }
    if let Some(timeout) = policy.timeout {
        rules = rules.timeout(millis(timeout));
    }
    if let Some(retries) = policy.max_retries {
        rules = rules.max_retries(retries);
    }
    if let Some(delay) = policy.delay {
        rules = rules.delay(millis(delay));
    }
    if let Some(time) = policy.stable_after {
        rules = rules.stable_after(millis(time));
    }
    rules = work.schedule.apply(work.rare.apply(rules));
    if work.may_be_done() {
        rules = rules.may_be_done();
    }
    if work.uses_retry_after() { rules.uses_retry_after() } else { rules }
}

/// Converts the options of a task to the spec of the runtime.
pub(crate) fn spec(work: &Work, task: TaskRef) -> TaskSpec {
    let spec = match &work.policy {
        Some(policy) => rules(policy, work).spec(task),
        None => work.schedule.inherit(work.rare.inherit(TaskSpec::inherit(task).with_ready(work.ready))),
    };
    let spec = if work.rare.critical { spec.with_critical(true) } else { spec };
    work.depends.apply(work.rare.limited.apply(spec))
}

pub(crate) fn config(limits: &Limits) -> Config {
    let defaults = &limits.defaults;
    Config::default()
        .with_grace(millis(limits.grace))
        .with_drain_timeout(millis(limits.drain))
        .with_max_concurrent(limits.concurrent)
        .with_recovery_spread(millis(limits.spread))
        .with_restart(defaults.restart)
        .with_backoff(backoff(defaults.backoff).policy())
        .with_timeout(defaults.timeout.map(millis))
        .with_max_retries(defaults.max_retries)
}
