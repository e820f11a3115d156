//! The settings of attempts: timeouts, restart, retries, backoff.

mod check;
mod expand;
mod readiness;
mod stop_order;

use std::time::Duration;

use crate::attr::arguments::Argument;
use crate::attr::backoff::Backoff;
use crate::attr::constant::Value;
use crate::attr::grammar::Form;
use crate::attr::keyword::{Keywords, words};
use crate::attr::scalar::Zero;
use crate::attr::value::OptionValue;
use crate::error::Errors;

use self::readiness::READINESS;
use self::stop_order::STOP_ORDERS;

pub(crate) use self::readiness::Readiness;
pub(crate) use self::stop_order::StopOrder;

const RESTARTS: &Keywords<Restart> =
    &[("never", Restart::Never), ("on-failure", Restart::OnFailure), ("always", Restart::Always)];

pub(crate) const RESTART: Form = Form::Keyword(&words::<_, 3>(RESTARTS), "RestartPolicy");

pub(crate) const READY: Form = Form::Keyword(&words::<_, 3>(READINESS), "Readiness");

pub(crate) const STOP_ORDER: Form = Form::Keyword(&words::<_, 2>(STOP_ORDERS), "StopOrder");

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    Never,
    OnFailure,
    Always,
}

/// The settings that the attribute sets.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) restart: Option<OptionValue<Value<Restart>>>,
    pub(crate) backoff: Option<OptionValue<Backoff>>,
    pub(crate) timeout: Option<OptionValue<Value<Duration>>>,
    pub(crate) max_retries: Option<OptionValue<Value<u32>>>,
    pub(crate) delay: Option<OptionValue<Value<Duration>>>,
    pub(crate) stable_after: Option<OptionValue<Value<Duration>>>,
    pub(crate) stop_timeout: Option<OptionValue<Value<Duration>>>,
    pub(crate) ready: Option<OptionValue<Value<Readiness>>>,
    pub(crate) start_timeout: Option<OptionValue<Value<Duration>>>,
    pub(crate) interrupt_on_loss: Option<OptionValue<Value<Duration>>>,
    pub(crate) stop_order: Option<OptionValue<Value<StopOrder>>>,
    pub(crate) expires: Option<OptionValue<Value<Duration>>>,
}

impl Settings {
    /// Reads one setting. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "restart" => self.restart = Some(argument.keyword(RESTARTS)?),
            "backoff" => self.backoff = Some(Backoff::read(argument, errors)?),
            "timeout" => {
                let zero = Zero::Refused("no attempt could end in time; leave it out for no limit");
                self.timeout = Some(argument.duration(zero)?);
            }
            "max_retries" => {
                let none = "for no retry at all, write `restart = \"never\"`";
                self.max_retries = Some(argument.count(none)?);
            }
            "delay" => self.delay = Some(argument.duration(Zero::Allowed)?),
            "stable_after" => {
                let zero =
                    Zero::Refused("every attempt would count as stable, and no retry would be counted");
                self.stable_after = Some(argument.duration(zero)?);
            }
            "stop_timeout" => {
                let zero = Zero::Refused("no attempt could ever clean up; leave it out for the whole grace");
                self.stop_timeout = Some(argument.duration(zero)?);
            }
            "ready" => self.ready = Some(argument.keyword(READINESS)?),
            "start_timeout" => {
                let zero = Zero::Refused("no attempt could be ready in time; leave it out for 30 s");
                self.start_timeout = Some(argument.duration(zero)?);
            }
            "interrupt_on_loss" => {
                let zero = Zero::Refused(
                    "it is the time that a needed task has to be ready again; write \"1ms\" for an interrupt at once, or leave it \
                     out for none",
                );
                self.interrupt_on_loss = Some(argument.duration(zero)?);
            }
            "stop_order" => self.stop_order = Some(argument.keyword(STOP_ORDERS)?),
            "expires" => {
                let zero = Zero::Refused("no submission could start in time; leave it out for no limit");
                self.expires = Some(argument.duration(zero)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
