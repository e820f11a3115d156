//! Settings that contradict each other.

use quote::quote;
use syn::Ident;

use crate::constant::Value;
use crate::errors::Errors;
use crate::value::Given;

use super::{Restart, Settings};

impl Settings {
    /// Reports what cannot both be meant, at the key that has to go.
    ///
    /// A restart policy that only the compiler knows is given the same rules to check.
    pub(crate) fn check(&mut self, errors: &mut Errors) {
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
        let Some(Given { value: restart, .. }) = &mut self.restart else { return };
        match restart {
            Value::Literal(restart) => {
                if *restart == Restart::Never {
                    retry_keys.iter().for_each(|key| errors.on(key, never_retried(key)));
                }
                if let (Some(key), Restart::Never | Restart::OnFailure) = (every_key, *restart) {
                    errors.on(&key, REPEATS);
                }
            }
            Value::Constant(constant) => {
                for key in &retry_keys {
                    let retried =
                        quote!(!::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Never));
                    constant.demand_at(key.span(), retried, never_retried(key));
                }
                if let Some(key) = every_key {
                    let repeated =
                        quote!(::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Always));
                    constant.demand_at(key.span(), repeated, REPEATS.to_owned());
                }
            }
        }
    }
}

const REPEATS: &str = "`every` repeats the task after each success, which only `restart = \"always\"` does; \
                       remove `every`, or write `restart = \"always\"`";

fn never_retried(key: &Ident) -> String {
    format!(
        "`{key}` has no effect with `restart = \"never\"`, which never retries; \
         remove `{key}`, or write `restart = \"on-failure\"`"
    )
}
