//! Rare options that contradict each other, or the settings of the attempts.

use std::time::Duration;

use quote::quote;

use crate::attr::backoff::delays::Delays;
use crate::attr::constant::Value;
use crate::attr::settings::{Restart, Settings};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::RareSettings;
use super::shortest_time::{DEFAULT_DELAY, default_stable_after, problem_if_unreachable};

/// When a failure is retried.
#[derive(Clone, Copy)]
pub(crate) enum Retries {
    /// After the delay of the backoff. The policy applies without the option `restart`; `None` if the `Config` decides.
    AfterBackoff(Option<Restart>),
    /// At the next tick of the schedule too, so that the delays have no lower bound.
    AtTicks,
}

impl RareSettings {
    /// Reports contradictions, each at the key to remove.
    ///
    /// For const expressions, the same rules become conditions for the compiler, except the arithmetic of `max_failures`, which the
    /// runtime checks at start-up.
    pub(crate) fn check(&mut self, settings: &mut Settings, retries: Retries, errors: &mut Errors) {
        self.check_retries(settings, errors);
        self.check_on_give_up(errors);
        settings.check_heartbeat(&mut self.heartbeat, errors);
        if let Retries::AfterBackoff(default_restart) = retries {
            self.check_max_failures(settings, default_restart, errors);
        }
    }

    fn check_retries(&self, settings: &mut Settings, errors: &mut Errors) {
        let keys = [
            self.max_failures.as_ref().map(|given| &given.key),
            self.fatal_if.as_ref().map(|given| &given.key),
            self.on_give_up.as_ref().map(|given| &given.key),
        ];
        for key in keys.into_iter().flatten() {
            settings.require_retries(key, errors);
        }
    }

    fn check_on_give_up(&mut self, errors: &mut Errors) {
        let (Some(on_give_up), Some(critical)) = (&self.on_give_up, &mut self.critical) else { return };
        let key = &on_give_up.key;
        match &mut critical.value {
            Value::Literal(true) => errors.on(key, Rule::OnGiveUpOfACriticalTask, SHUTS_DOWN),
            Value::Literal(false) => {}
            Value::Constant(constant) => constant.require_at(
                key.span(),
                Rule::OnGiveUpOfACriticalTask,
                quote!(!__TASKVISOR_VALUE),
                SHUTS_DOWN,
            ),
        }
    }

    /// Reports a limit that the backoff makes unreachable. An omitted backoff is that of the `Config`, which the setup may change:
    /// the runtime checks it.
    fn check_max_failures(&self, settings: &Settings, default_restart: Option<Restart>, errors: &mut Errors) {
        let Some(OptionValue { key, value: Value::Literal(limit) }) = &self.max_failures else { return };
        let Some(delays) = settings.backoff.as_ref().and_then(|backoff| backoff.value.delays()) else {
            return;
        };
        let Some(resets) = resets(settings, default_restart, &delays) else { return };
        if let Some(problem) = problem_if_unreachable(*limit, &delays, resets) {
            errors.on(key, Rule::UnreachableMaxFailures, problem);
        }
    }
}

/// The shortest time after which the delays begin anew. `None` if it depends on a const expression, or if no attempt is retried,
/// which is reported elsewhere.
fn resets(settings: &Settings, default_restart: Option<Restart>, delays: &Delays) -> Option<Duration> {
    let stable_after = literal_or(settings.stable_after.as_ref(), default_stable_after(delays))?;
    let delay = || literal_or(settings.delay.as_ref(), DEFAULT_DELAY);
    let restart = match &settings.restart {
        Some(given) => Some(given.value.literal()?),
        None => default_restart,
    };
    match restart {
        Some(Restart::Never) => None,
        Some(Restart::OnFailure) => Some(stable_after),
        // If the `Config` decides, it may be `always`, with which the time is shorter.
        Some(Restart::Always) | None => Some(delay()?.min(stable_after)),
    }
}

fn literal_or(given: Option<&OptionValue<Value<Duration>>>, default: Duration) -> Option<Duration> {
    given.map_or(Some(default), |given| given.value.literal())
}

const SHUTS_DOWN: &str = "`on_give_up` has no effect on a critical task, which shuts the application down when it gives up; remove one of \
                          the two";
