//! Settings that contradict each other.

use std::time::Duration;

use proc_macro2::Literal;
use quote::quote;
use syn::Ident;

use crate::attr::constant::Value;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::{Restart, Settings};

impl Settings {
    /// Reports contradictions, each at the key to remove.
    ///
    /// For const expressions, the same rules become conditions for the compiler.
    pub(crate) fn check(&mut self, errors: &mut Errors) {
        self.check_restart(errors);
        self.check_timeout(errors);
    }

    fn check_restart(&mut self, errors: &mut Errors) {
        let retry_keys: Vec<Ident> = [
            self.backoff.as_ref().map(|given| &given.key),
            self.max_retries.as_ref().map(|given| &given.key),
            self.stable_after.as_ref().map(|given| &given.key),
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
        retry_keys.iter().for_each(|key| self.require_retries(key, errors));
    }

    /// Reports an option that repeats the task, if the restart policy does not.
    pub(crate) fn require_always(&mut self, key: &Ident, errors: &mut Errors) {
        let rule = Rule::RepetitionWithoutRestartAlways;
        match self.restart.as_mut().map(|given| &mut given.value) {
            Some(Value::Literal(Restart::Never | Restart::OnFailure)) => errors.on(key, rule, repeats(key)),
            Some(Value::Constant(constant)) => {
                let is_always =
                    quote!(::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Always));
                constant.require_at(key.span(), rule, is_always, repeats(key));
            }
            Some(Value::Literal(Restart::Always)) | None => {}
        }
    }

    /// Reports an option that has no effect without retries.
    pub(crate) fn require_retries(&mut self, key: &Ident, errors: &mut Errors) {
        match self.restart.as_mut().map(|given| &mut given.value) {
            Some(Value::Literal(Restart::Never)) => {
                errors.on(key, Rule::RetriesWithRestartNever, never_retried(key));
            }
            Some(Value::Constant(constant)) => constant.require_at(
                key.span(),
                Rule::RetriesWithRestartNever,
                quote!(!::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Never)),
                never_retried(key),
            ),
            Some(Value::Literal(_)) | None => {}
        }
    }

    /// Reports a `heartbeat` that no attempt can miss.
    pub(crate) fn check_heartbeat(
        &mut self,
        heartbeat: &mut Option<OptionValue<Value<Duration>>>,
        errors: &mut Errors,
    ) {
        let Some(timeout) = &mut self.timeout else { return };
        check_within(heartbeat, timeout, Rule::HeartbeatBeyondTimeout, NEVER_MISSED, errors);
    }

    /// No attempt runs for `stable_after`, nor reaches the end of `start_timeout`, if `timeout` is shorter.
    fn check_timeout(&mut self, errors: &mut Errors) {
        let Some(timeout) = &mut self.timeout else { return };
        let rule = Rule::StableAfterBeyondTimeout;
        check_within(&mut self.stable_after, timeout, rule, NEVER_STABLE, errors);
        let rule = Rule::StartTimeoutBeyondTimeout;
        check_within(&mut self.start_timeout, timeout, rule, NEVER_REACHED, errors);
    }
}

/// Reports a duration that is longer than the `timeout`.
fn check_within(
    checked: &mut Option<OptionValue<Value<Duration>>>,
    timeout: &mut OptionValue<Value<Duration>>,
    rule: Rule,
    problem: &str,
    errors: &mut Errors,
) {
    let Some(checked) = checked else { return };
    let key = &checked.key;
    match (&mut checked.value, &mut timeout.value) {
        (Value::Literal(checked), Value::Literal(timeout)) => {
            if *checked > *timeout {
                errors.on(key, rule, problem);
            }
        }
        (Value::Literal(checked), Value::Constant(timeout)) => {
            let checked = Literal::u128_suffixed(checked.as_nanos());
            let reached = quote!(__TASKVISOR_VALUE.as_nanos() >= #checked);
            timeout.require_at(key.span(), rule, reached, problem);
        }
        (Value::Constant(checked), timeout) => {
            let timeout = timeout.expand_duration();
            let reached = quote!(__TASKVISOR_VALUE.as_nanos() <= #timeout.as_nanos());
            checked.require_at(key.span(), rule, reached, problem);
        }
    }
}

const NEVER_STABLE: &str = "`stable_after` is longer than `timeout`, and no attempt ever runs that long; \
                            make it shorter, or leave it out";

const NEVER_REACHED: &str = "`start_timeout` is longer than `timeout`, which ends the attempt first; make it shorter, or leave it \
                             out";

const NEVER_MISSED: &str =
    "`heartbeat` is longer than the `timeout`, which ends every attempt first; make it shorter, or remove it";

fn repeats(key: &Ident) -> String {
    format!(
        "`{key}` repeats the task, which only `restart = \"always\"` does; remove `{key}`, or write `restart = \"always\"`"
    )
}

fn never_retried(key: &Ident) -> String {
    format!(
        "`{key}` has no effect with `restart = \"never\"`, which never retries; \
         remove `{key}`, or write `restart = \"on-failure\"`"
    )
}
