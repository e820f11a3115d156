//! What can be said about a task in its attribute.

use std::time::Duration;

use proc_macro2::TokenStream;
use syn::Expr;

use crate::arguments::{self, Argument, Grammar};
use crate::backoff::Backoff;
use crate::choice::Choices;
use crate::constant::Value;
use crate::declaration::Runtime;
use crate::errors::Errors;
use crate::scalar::Zero;
use crate::value::Given;

const GRAMMAR: Grammar = Grammar {
    options: &[
        ("name", "name = \"ping\""),
        ("restart", "restart = \"always\""),
        ("backoff", "backoff = \"exp\""),
        ("timeout", "timeout = \"5s\""),
        ("max_retries", "max_retries = 3"),
        ("every", "every = \"30s\""),
        ("stable_after", "stable_after = \"1m\""),
        ("crate", "crate = ::taskvisor"),
    ],
    instead: &[
        ("retries", "write `max_retries = 3`"),
        ("retry", "write `max_retries = 3`"),
        ("attempts", "write `max_retries = 2`, which counts the retries after the first attempt"),
        ("max_attempts", "write `max_retries = 2`, which counts the retries after the first attempt"),
        ("max_restarts", "write `max_retries = 3`"),
        ("policy", "write `restart = \"always\"`"),
        ("restart_policy", "write `restart = \"always\"`"),
        ("on_failure", "write `restart = \"on-failure\"`"),
        ("on_error", "write `restart = \"on-failure\"`"),
        ("always", "write `restart = \"always\"`"),
        ("never", "write `restart = \"never\"`"),
        ("interval", "write `every = \"30s\"` for the time between a success and the next attempt"),
        ("period", "write `every = \"30s\"` for the time between a success and the next attempt"),
        ("repeat", "write `every = \"30s\"` for the time between a success and the next attempt"),
        (
            "delay",
            "write `backoff(constant, first = \"1s\")` for the wait after a failure, \
             or `every = \"1s\"` for the wait after a success",
        ),
        ("backoff_policy", "write `backoff = \"exp\"`"),
        ("exp", "write `backoff = \"exp\"`"),
        ("constant", "write `backoff = \"constant\"`"),
        ("jitter", "it belongs to the backoff: write `backoff(exp, jitter = \"full\")`"),
        ("first", "it belongs to the backoff: write `backoff(exp, first = \"100ms\")`"),
        ("max", "it belongs to the backoff: write `backoff(exp, max = \"30s\")`"),
        ("max_delay", "write `backoff(exp, max = \"30s\")`"),
        ("factor", "it belongs to the backoff: write `backoff(exp, factor = 2.0)`"),
        ("deadline", "write `timeout = \"5s\"`"),
        ("reset_after", "write `stable_after = \"1m\"`"),
        ("id", "write `name = \"ping\"`"),
        ("grace", "it belongs to the application: write `#[taskvisor::main(grace = \"15s\")]`"),
        ("max_concurrent", "it belongs to the application: write `#[taskvisor::main(max_concurrent = 8)]`"),
    ],
};

const RESTARTS: &Choices<Restart> =
    &[("never", Restart::Never), ("on-failure", Restart::OnFailure), ("always", Restart::Always)];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Restart {
    Never,
    OnFailure,
    Always,
}

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<Given<Expr>>,
    pub(super) restart: Option<Given<Value<Restart>>>,
    pub(super) backoff: Option<Given<Backoff>>,
    pub(super) timeout: Option<Given<Value<Duration>>>,
    pub(super) max_retries: Option<Given<Value<u32>>>,
    pub(super) every: Option<Given<Value<Duration>>>,
    pub(super) stable_after: Option<Given<Value<Duration>>>,
    pub(super) runtime: Runtime,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        arguments::read_all(arguments, &GRAMMAR, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "name" => self.name = Some(argument.name()?),
            "restart" => self.restart = Some(argument.choice(RESTARTS)?),
            "backoff" => self.backoff = Some(Backoff::read(argument, errors)?),
            "timeout" => {
                let zero = Zero::Refused("no attempt could end in time; leave it out for no limit");
                self.timeout = Some(argument.duration(zero)?);
            }
            "max_retries" => {
                let none = "for a task that is never retried, write `restart = \"never\"`";
                self.max_retries = Some(argument.count(none)?);
            }
            "every" => self.every = Some(argument.duration(Zero::Allowed)?),
            "stable_after" => {
                let zero =
                    Zero::Refused("every attempt would count as stable, and no retry would be counted");
                self.stable_after = Some(argument.duration(zero)?);
            }
            "crate" => {
                self.runtime = Runtime::Unknown;
                self.runtime = Runtime::At(argument.crate_path()?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
