//! The options about when a task runs: a grid, a calendar, and what happens to their ticks.

mod check;
mod cron;
#[cfg(feature = "schedule")]
mod cron_expression;
mod expand;
mod notation;
mod ticks;
mod zone;

use std::time::Duration;

use syn::LitStr;

use crate::attr::arguments::Argument;
use crate::attr::constant::Value;
use crate::attr::grammar::Form;
use crate::attr::keyword::words;
use crate::attr::scalar::Zero;
use crate::attr::value::OptionValue;

use self::ticks::{MISSED_TICKS, OVERLAPS};

pub(crate) use self::check::WrittenKeys;
pub(crate) use self::notation::{cron_in, is_cron, zone_in};
pub(crate) use self::ticks::{Missed, Overlap};

pub(crate) const OVERLAP: Form = Form::Keyword(&words::<_, 2>(OVERLAPS), "Overlap");

pub(crate) const MISSED: Form = Form::Keyword(&words::<_, 2>(MISSED_TICKS), "Missed");

/// The options that the attribute sets. `delay` is one of the settings, because it has no ticks.
#[derive(Default)]
pub(crate) struct ScheduleSettings {
    pub(crate) every: Option<OptionValue<Value<Duration>>>,
    pub(crate) cron: Option<OptionValue<Value<LitStr>>>,
    pub(crate) tz: Option<OptionValue<Value<LitStr>>>,
    pub(crate) start_delay: Option<OptionValue<Value<Duration>>>,
    pub(crate) overlap: Option<OptionValue<Value<Overlap>>>,
    pub(crate) missed: Option<OptionValue<Value<Missed>>>,
}

impl ScheduleSettings {
    /// Reads one option. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "every" => {
                let zero = Zero::Refused(
                    "it is the time between two ticks, such as \"30s\"; write `delay = \"0s\"` to repeat without a pause",
                );
                self.every = Some(argument.duration(zero)?);
            }
            "cron" => self.cron = Some(argument.cron()?),
            "tz" => self.tz = Some(argument.zone()?),
            "start_delay" => {
                let zero = Zero::Refused("a delay of zero has no effect; leave it out");
                self.start_delay = Some(argument.duration(zero)?);
            }
            "overlap" => self.overlap = Some(argument.keyword(OVERLAPS)?),
            "missed" => self.missed = Some(argument.keyword(MISSED_TICKS)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the task runs at ticks.
    pub(crate) fn has_ticks(&self) -> bool {
        self.every.is_some() || self.cron.is_some()
    }
}
