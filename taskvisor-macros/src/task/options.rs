//! The options of `#[task]`.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr};

use crate::attr::arguments::{self, Argument, Context};
use crate::attr::backoff;
use crate::attr::constant::Value;
use crate::attr::dependencies::Dependencies;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::limits::Limits;
use crate::attr::names::Names;
use crate::attr::rare::{ON_GIVE_UP, ON_SHUTDOWN, RareSettings};
use crate::attr::runtime_path::RuntimePath;
use crate::attr::schedule::{MISSED, OVERLAP, ScheduleSettings};
use crate::attr::settings::{READY, RESTART, STOP_ORDER, Settings};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Task,
    options: &[
        ("name", Form::Name, "name = \"ping\""),
        ("restart", RESTART, "restart = \"always\""),
        ("backoff", backoff::FORM, "backoff = \"exp\""),
        ("timeout", Form::Duration, "timeout = \"5s\""),
        ("max_retries", Form::Count, "max_retries = 3"),
        ("every", Form::Duration, "every = \"30s\""),
        ("cron", Form::Cron, "cron = \"0 3 * * *\""),
        ("tz", Form::Zone, "tz = \"Europe/Berlin\""),
        ("delay", Form::Duration, "delay = \"10s\""),
        ("start_delay", Form::Duration, "start_delay = \"10s\""),
        ("overlap", OVERLAP, "overlap = \"queue\""),
        ("missed", MISSED, "missed = \"skip\""),
        ("stable_after", Form::Duration, "stable_after = \"1m\""),
        ("stop_timeout", Form::Duration, "stop_timeout = \"2s\""),
        ("ready", READY, "ready = \"notify\""),
        ("start_timeout", Form::Duration, "start_timeout = \"30s\""),
        ("after", Form::Tasks, "after = [migrate]"),
        ("needs", Form::Tasks, "needs = [connect]"),
        ("interrupt_on_loss", Form::Duration, "interrupt_on_loss = \"5s\""),
        ("stop_order", STOP_ORDER, "stop_order = \"last\""),
        ("max_failures", Form::MaxFailures, "max_failures = \"5 in 10m\""),
        ("on_give_up", ON_GIVE_UP, "on_give_up = \"pause\""),
        ("fatal_if", Form::Predicate, "fatal_if = is_permanent"),
        ("critical", Form::Flag, "critical = true"),
        ("heartbeat", Form::Duration, "heartbeat = \"30s\""),
        ("on_shutdown", ON_SHUTDOWN, "on_shutdown = \"finish\""),
        ("instances", Form::Count, "instances = 4"),
        ("max_concurrent", Form::Count, "max_concurrent = 2"),
        ("rate_limit", Form::RateLimit, "rate_limit = \"10/m\""),
        ("burst", Form::Count, "burst = 3"),
        ("crate", Form::Path, "crate = ::taskvisor"),
    ],
};

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<OptionValue<Value<LitStr>>>,
    pub(super) settings: Settings,
    pub(super) schedule: ScheduleSettings,
    pub(super) rare: RareSettings,
    pub(super) limits: Limits,
    pub(super) dependencies: Dependencies,
    pub(super) runtime: RuntimePath,
    /// The keys of all options, with those whose values have mistakes.
    pub(super) written: Vec<Ident>,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, names: &Names, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let context = Context { grammar: &GRAMMAR, names };
        arguments::read_all(arguments, context, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options.check(names, errors);
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        self.written.push(argument.key.clone());
        match argument.key.to_string().as_str() {
            "name" => self.name = Some(argument.name()?),
            "crate" => {
                // Stays `Invalid` if reading fails.
                self.runtime = RuntimePath::Invalid;
                self.runtime = RuntimePath::Renamed(argument.crate_path()?);
            }
            _ => {
                let is_known =
                    self.dependencies.set(argument, errors)? || self.settings.set(argument, errors)?;
                return Ok(is_known
                    || self.schedule.set(argument)?
                    || self.rare.set(argument)?
                    || self.limits.set(argument)?);
            }
        }
        Ok(true)
    }
}
