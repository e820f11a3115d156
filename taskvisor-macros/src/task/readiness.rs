//! The options about readiness, which depend on the parameters of the function.

use quote::quote;

use crate::ast::parameter::Parameter;
use crate::attr::constant::Value;
use crate::attr::settings::Readiness;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::options::Options;

impl Options {
    /// Reports an option without effect, at its key.
    ///
    /// A parameter `Ready` is known by its name. One under another name is found when the application starts.
    pub(super) fn check_readiness(&mut self, parameters: &[Parameter], errors: &mut Errors) {
        let notifies = parameters.iter().any(Parameter::is_ready);
        let start_timeout = self.settings.start_timeout.as_ref().map(|given| given.key.clone());
        let Some(ready) = &mut self.settings.ready else {
            // Another extractor may contain a `Ready`.
            let may_notify = notifies || !parameters.iter().all(Parameter::is_never_ready);
            if let (Some(key), false) = (start_timeout, may_notify) {
                errors.on(&key, Rule::StartTimeoutWithoutNotify, NEVER_NOTIFIES);
            }
            return;
        };
        match &mut ready.value {
            Value::Literal(Readiness::Notify) => {}
            Value::Literal(_) if notifies => {
                errors.on(&ready.key, Rule::ReadyParameterWithoutNotify, IGNORES_READY);
            }
            Value::Literal(_) => {
                if let Some(key) = start_timeout {
                    errors.on(&key, Rule::StartTimeoutWithoutNotify, NEVER_NOTIFIES);
                }
            }
            Value::Constant(constant) => {
                let is_notify = quote!(::core::matches!(__TASKVISOR_VALUE, __taskvisor::Readiness::Notify));
                if notifies {
                    let span = ready.key.span();
                    constant.require_at(span, Rule::ReadyParameterWithoutNotify, is_notify, IGNORES_READY);
                } else if let Some(key) = start_timeout {
                    let rule = Rule::StartTimeoutWithoutNotify;
                    constant.require_at(key.span(), rule, is_notify, NEVER_NOTIFIES);
                }
            }
        }
    }
}

const NEVER_NOTIFIES: &str = "`start_timeout` limits the time until the task notifies, which this one never does; remove it, or add \
                              a parameter `ready: Ready`";

const IGNORES_READY: &str = "the parameter `Ready` has no effect with this value; remove `ready`, because the parameter implies \
                             `ready = \"notify\"`, or remove the parameter";
