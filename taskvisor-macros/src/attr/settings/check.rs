//! Settings that contradict each other.

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
        self.check_stable_after(errors);
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
        let every_key = self.every.as_ref().map(|given| given.key.clone());
        let Some(OptionValue { value: restart, .. }) = &mut self.restart else { return };
        match restart {
            Value::Literal(restart) => {
                if *restart == Restart::Never {
                    retry_keys
                        .iter()
                        .for_each(|key| errors.on(key, Rule::RetriesWithRestartNever, never_retried(key)));
                }
                if let (Some(key), Restart::Never | Restart::OnFailure) = (every_key, *restart) {
                    errors.on(&key, Rule::EveryWithoutRestartAlways, REPEATS);
                }
            }
            Value::Constant(constant) => {
                for key in &retry_keys {
                    let retried =
                        quote!(!::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Never));
                    constant.require_at(
                        key.span(),
                        Rule::RetriesWithRestartNever,
                        retried,
                        never_retried(key),
                    );
                }
                if let Some(key) = every_key {
                    let repeated =
                        quote!(::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Always));
                    constant.require_at(key.span(), Rule::EveryWithoutRestartAlways, repeated, REPEATS);
                }
            }
        }
    }

    /// No attempt runs for `stable_after` if `timeout` is shorter.
    fn check_stable_after(&mut self, errors: &mut Errors) {
        let (Some(stable_after), Some(timeout)) = (&mut self.stable_after, &mut self.timeout) else { return };
        let key = &stable_after.key;
        match (&mut stable_after.value, &mut timeout.value) {
            (Value::Literal(stable_after), Value::Literal(timeout)) => {
                if *stable_after > *timeout {
                    errors.on(key, Rule::StableAfterBeyondTimeout, NEVER_STABLE);
                }
            }
            (Value::Literal(stable_after), Value::Constant(timeout)) => {
                let stable_after = Literal::u128_suffixed(stable_after.as_nanos());
                let reached = quote!(__TASKVISOR_VALUE.as_nanos() >= #stable_after);
                timeout.require_at(key.span(), Rule::StableAfterBeyondTimeout, reached, NEVER_STABLE);
            }
            (Value::Constant(stable_after), timeout) => {
                let timeout = timeout.expand_duration();
                let reached = quote!(__TASKVISOR_VALUE.as_nanos() <= #timeout.as_nanos());
                stable_after.require_at(key.span(), Rule::StableAfterBeyondTimeout, reached, NEVER_STABLE);
            }
        }
    }
}

const NEVER_STABLE: &str = "`stable_after` is longer than `timeout`, and no attempt ever runs that long; \
                            make it shorter, or leave it out";

const REPEATS: &str = "`every` repeats the task after each success, which only `restart = \"always\"` does; \
                       remove `every`, or write `restart = \"always\"`";

fn never_retried(key: &Ident) -> String {
    format!(
        "`{key}` has no effect with `restart = \"never\"`, which never retries; \
         remove `{key}`, or write `restart = \"on-failure\"`"
    )
}
