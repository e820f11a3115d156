//! The options of `#[subscriber]`.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Token};

use crate::attr::arguments::{self, Argument, Grammar};
use crate::attr::constant::Value;
use crate::attr::runtime_path::RuntimePath;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::nearest::{alternatives, nearest};
use crate::error::rule::Rule;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Subscriber,
    options: &[
        ("on", "on(Failed, TimedOut)"),
        ("queue", "queue = 1024"),
        ("name", "name = \"alerts\""),
        ("crate", "crate = ::taskvisor"),
    ],
};

const EVENTS: &[&str] = &[
    "Added",
    "Queued",
    "Admitted",
    "Delayed",
    "Started",
    "Ready",
    "NotReady",
    "Succeeded",
    "Failed",
    "TimedOut",
    "Panicked",
    "Canceled",
    "Interrupted",
    "Aborted",
    "Backoff",
    "Ended",
    "Removed",
    "Refused",
    "ShutdownRequested",
    "Stopped",
    "SubscriberPanicked",
];

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<OptionValue<Expr>>,
    pub(super) queue: Option<OptionValue<Value<u32>>>,
    /// The selected events; all of them by default.
    pub(super) on: Option<Vec<Ident>>,
    pub(super) runtime: RuntimePath,
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
            "on" => self.on = Some(read_events(argument, errors)?),
            "queue" => self.queue = Some(argument.count("without room, every event would be lost")?),
            "name" => self.name = Some(argument.name()?),
            "crate" => {
                // Stays `Invalid` if reading fails.
                self.runtime = RuntimePath::Invalid;
                self.runtime = RuntimePath::Renamed(argument.crate_path()?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn read_events(argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    let list = argument.parentheses(Rule::OnWithoutParentheses)?;
    if list.is_empty() {
        return Err(argument
            .error(Rule::EmptyOn, "`on` names no event; name at least one, or leave `on` out to see all"));
    }
    Ok(arguments::read_names(&list, read_event, Rule::DuplicateEvent, errors))
}

fn read_event(list: ParseStream<'_>) -> syn::Result<Ident> {
    if !list.peek(Ident::peek_any) {
        return Err(list.error(
            Rule::UnknownEvent
                .message("expected the name of an event without quotes, as in `on(Failed, TimedOut)`"),
        ));
    }
    let event = list.call(Ident::parse_any)?;
    if !list.is_empty() && !list.peek(Token![,]) {
        return Err(list.error(
            Rule::PathInOn.message("expected `,`: an event is one word, as in `on(Failed, TimedOut)`"),
        ));
    }
    let written = event.to_string();
    if EVENTS.contains(&written.as_str()) {
        return Ok(event);
    }
    if written == "Lagged" {
        let problem = "`Lagged` is always published to the subscriber that lagged; leave it out";
        return Err(Rule::LaggedInOn.error(event, problem));
    }
    let guess = nearest(&written, EVENTS.iter().copied());
    let guess = guess.map(|event| format!("did you mean `{event}`? ")).unwrap_or_default();
    Err(Rule::UnknownEvent.error(event, format!("unknown event `{written}`; {guess}{}", expected())))
}

fn expected() -> String {
    format!("expected {}", alternatives(EVENTS.iter().map(|event| format!("`{event}`"))))
}
