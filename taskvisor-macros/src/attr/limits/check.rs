//! Options of instances, permits and rate limits that contradict each other.

use crate::attr::constant::Value;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::Limits;

impl Limits {
    /// Reports a `burst` without effect, at its key.
    pub(crate) fn check_burst(&self, errors: &mut Errors) {
        let Some(OptionValue { key, .. }) = &self.burst else { return };
        match &self.rate_limit {
            None if !self.has("rate_limit") => errors.on(key, Rule::BurstWithoutRateLimit, NO_RATE),
            Some(OptionValue { value: Value::Constant(_), .. }) => {
                errors.on(key, Rule::BurstOfConstantRateLimit, OWN_BURST);
            }
            _ => {}
        }
    }

    /// Reports `max_concurrent` of a task without `instances`, at its key.
    pub(crate) fn check_instances(&self, errors: &mut Errors) {
        let Some(OptionValue { key, .. }) = &self.max_concurrent else { return };
        if !self.has("instances") {
            errors.on(key, Rule::MaxConcurrentWithoutInstances, ONE_ATTEMPT);
        }
    }
}

const ONE_ATTEMPT: &str = "a task without `instances` runs one attempt at a time anyway: remove `max_concurrent`, or add `instances = 4`";

const NO_RATE: &str = "`burst` says how many attempts of a `rate_limit` may begin at once, and there is none; remove it, or write \
                       `rate_limit = \"10/m\"` beside it";

const OWN_BURST: &str = "a constant `rate_limit` has a burst of its own; remove `burst`, and write it in the constant, as in \
                         `RateLimit::new(10, MINUTE).with_burst(3)`";
