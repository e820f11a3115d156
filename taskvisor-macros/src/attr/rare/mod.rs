//! The options that most declarations leave out: giving up, heartbeats, and the end of the application.

mod check;
mod expand;
mod flag;
mod max_failures;
mod on_give_up;
mod on_shutdown;
mod predicate;
pub(crate) mod shortest_time;

use std::time::Duration;

use syn::ExprPath;

use crate::attr::arguments::Argument;
use crate::attr::constant::Value;
use crate::attr::grammar::Form;
use crate::attr::keyword::words;
use crate::attr::scalar::Zero;
use crate::attr::value::OptionValue;

use self::on_give_up::ON_GIVE_UP_ACTIONS;
use self::on_shutdown::ON_SHUTDOWN_ACTIONS;

pub(crate) use self::check::Retries;
pub(crate) use self::max_failures::{MAX, MaxFailures};
pub(crate) use self::on_give_up::OnGiveUp;
pub(crate) use self::on_shutdown::OnShutdown;

pub(crate) const ON_GIVE_UP: Form = Form::Keyword(&words::<_, 2>(ON_GIVE_UP_ACTIONS), "OnGiveUp");

pub(crate) const ON_SHUTDOWN: Form = Form::Keyword(&words::<_, 2>(ON_SHUTDOWN_ACTIONS), "OnShutdown");

/// The options that the attribute sets.
#[derive(Default)]
pub(crate) struct RareSettings {
    pub(crate) max_failures: Option<OptionValue<Value<MaxFailures>>>,
    pub(crate) on_give_up: Option<OptionValue<Value<OnGiveUp>>>,
    /// The function that decides whether an error is fatal.
    pub(crate) fatal_if: Option<OptionValue<ExprPath>>,
    pub(crate) critical: Option<OptionValue<Value<bool>>>,
    pub(crate) heartbeat: Option<OptionValue<Value<Duration>>>,
    pub(crate) on_shutdown: Option<OptionValue<Value<OnShutdown>>>,
}

impl RareSettings {
    /// Reads one option. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "max_failures" => self.max_failures = Some(argument.max_failures()?),
            "on_give_up" => self.on_give_up = Some(argument.keyword(ON_GIVE_UP_ACTIONS)?),
            "fatal_if" => self.fatal_if = Some(argument.predicate()?),
            "critical" => self.critical = Some(argument.flag()?),
            "heartbeat" => {
                let zero = Zero::Refused(
                    "every attempt would miss it; write the longest time between two calls of `ctx.heartbeat()`, or leave it out",
                );
                self.heartbeat = Some(argument.duration(zero)?);
            }
            "on_shutdown" => self.on_shutdown = Some(argument.keyword(ON_SHUTDOWN_ACTIONS)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
