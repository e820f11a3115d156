//! Parts of a backoff that contradict each other.

use std::time::Duration;

use humantime::format_duration;
use syn::Ident;

use crate::attr::constant::Value;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::{Jitter, Kind, Parts};

/// The runtime's defaults.
pub(super) const DEFAULT_FIRST: Duration = Duration::from_millis(100);
pub(super) const DEFAULT_MAX: Duration = Duration::from_secs(30);

impl Parts {
    /// Reports parts without effect for this kind, each at the key to remove.
    pub(super) fn check_kind(&self, errors: &mut Errors) {
        let first = self.first.as_ref().map(|given| &given.key);
        let growth =
            [self.max.as_ref().map(|given| &given.key), self.factor.as_ref().map(|given| &given.key)];
        let jitter = self.jitter.as_ref().map(|given| &given.key);
        match self.kind {
            Some(Kind::None) => {
                let reason = "has no meaning with the kind `none`, which does not wait";
                [first, jitter]
                    .into_iter()
                    .chain(growth)
                    .flatten()
                    .for_each(|key| reject(key, Rule::PartOfNoBackoff, reason, errors));
            }
            Some(Kind::Constant) => {
                let reason = "has no meaning with the kind `constant`, whose waits do not grow";
                growth
                    .into_iter()
                    .flatten()
                    .for_each(|key| reject(key, Rule::GrowthOfConstantBackoff, reason, errors));
                if let Some(OptionValue { key, value: Value::Literal(Jitter("Decorrelated")) }) = &self.jitter
                {
                    let reason =
                        "cannot be \"decorrelated\" with the kind `constant`: it is a growth of its own";
                    reject(key, Rule::DecorrelatedConstantBackoff, reason, errors);
                }
            }
            Some(Kind::Exponential) | None => {}
        }
    }

    /// `first` must not exceed `max`.
    pub(super) fn check_order(&self, errors: &mut Errors) {
        if self.kind != Some(Kind::Exponential) {
            return;
        }
        let first = self.first.as_ref().map_or(Some(DEFAULT_FIRST), |given| given.value.literal());
        let max = self.max.as_ref().map_or(Some(DEFAULT_MAX), |given| given.value.literal());
        let (Some(first), Some(max)) = (first, max) else { return };
        if first <= max {
            return;
        }
        let (first, max) = (format_duration(first), format_duration(max));
        match (&self.first, &self.max) {
            (Some(_), Some(key)) => errors.on(
                &key.key,
                Rule::FirstAboveMax,
                format!("`max` is shorter than `first`, {max} against {first}; make it at least {first}"),
            ),
            (Some(key), None) => errors.on(
                &key.key,
                Rule::FirstAboveMax,
                format!(
                    "`first` is longer than `max`, which is {max} by default; \
                     write `max = \"{first}\"` or more"
                ),
            ),
            (None, Some(key)) => errors.on(
                &key.key,
                Rule::FirstAboveMax,
                format!(
                    "`max` is shorter than `first`, which is {first} by default; \
                     write `first = \"{max}\"` or less"
                ),
            ),
            (None, None) => {}
        }
    }
}

fn reject(key: &Ident, rule: Rule, reason: &str, errors: &mut Errors) {
    errors.on(key, rule, format!("`{key}` {reason}; remove it, or write `backoff(exp, ..)`"));
}
