//! The options of instances, permits and rate limits.

mod check;
mod expand;
mod rate_limit;

use syn::Ident;

use crate::attr::arguments::Argument;
use crate::attr::constant::Value;
use crate::attr::value::OptionValue;

pub(crate) use self::rate_limit::{RateLimit, parse};

/// The largest number of instances, as in the runtime.
const MAX_INSTANCES: u32 = 10_000;

/// The options that the attribute sets.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) instances: Option<OptionValue<Value<u32>>>,
    pub(crate) max_concurrent: Option<OptionValue<Value<u32>>>,
    pub(crate) rate_limit: Option<OptionValue<Value<RateLimit>>>,
    pub(crate) burst: Option<OptionValue<Value<u32>>>,
    /// The keys of the options that are written, also of those whose values have mistakes.
    written: Vec<Ident>,
}

impl Limits {
    /// Reads one option. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>) -> syn::Result<bool> {
        let key = argument.key.to_string();
        if !["instances", "max_concurrent", "rate_limit", "burst"].contains(&key.as_str()) {
            return Ok(false);
        }
        self.written.push(argument.key.clone());
        match key.as_str() {
            "instances" => {
                let function = &argument.context.names.function;
                let none = format!(
                    "without an instance the task never runs; for that, call `app.disable::<{function}>()` in the setup"
                );
                self.instances = Some(argument.count_up_to(MAX_INSTANCES, TOO_MANY_INSTANCES, &none)?);
            }
            "max_concurrent" => {
                self.max_concurrent =
                    Some(argument.count("no attempt could begin; leave it out for no limit")?);
            }
            "rate_limit" => self.rate_limit = Some(argument.rate_limit()?),
            _ => {
                self.burst = Some(
                    argument
                        .count("no attempt could begin; leave it out for attempts that are evenly spaced")?,
                );
            }
        }
        Ok(true)
    }

    /// Whether the option is written, also with a mistake in its value.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.written.iter().any(|key| key == option)
    }
}

const TOO_MANY_INSTANCES: &str = "`instances` is above 10,000, and each instance is a task of its own; declare fewer, or write a \
                                  `#[job]`, which is submitted for each piece of work";
