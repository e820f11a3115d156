//! The options of `#[subscriber]`.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path, Token};

use crate::attr::arguments::{self, Argument, Context};
use crate::attr::constant::Value;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::names::{Names, is_punct};
use crate::attr::runtime_path::RuntimePath;
use crate::attr::task_list;
use crate::attr::value::{OptionValue, up_to_comma};
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::nearest::{alternatives, nearest};
use crate::error::rule::Rule;
use crate::error::values::advice;

use super::tasks;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Subscriber,
    options: &[
        ("on", Form::Events(EVENTS), "on(Failed, TimedOut)"),
        ("task", Form::Tasks, "task = [connect]"),
        ("queue", Form::Count, "queue = 1024"),
        ("name", Form::Name, "name = \"alerts\""),
        ("crate", Form::Path, "crate = ::taskvisor"),
    ],
};

const EVENTS: &[&str] = &[
    "Added",
    "Queued",
    "Admitted",
    "Delayed",
    "Scheduled",
    "Skipped",
    "Started",
    "Ready",
    "NotReady",
    "Succeeded",
    "Failed",
    "TimedOut",
    "Panicked",
    "Canceled",
    "Interrupted",
    "Stalled",
    "Snoozed",
    "Aborted",
    "Backoff",
    "RunFailed",
    "GaveUp",
    "Ended",
    "Removed",
    "Operated",
    "Refused",
    "StillStarting",
    "StillStopping",
    "ClockStepped",
    "Reloaded",
    "ShutdownRequested",
    "Stopped",
    "SubscriberPanicked",
];

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<OptionValue<Value<LitStr>>>,
    pub(super) queue: Option<OptionValue<Value<u32>>>,
    /// The selected events; all of them by default.
    pub(super) on: Option<Vec<Ident>>,
    /// The selected tasks; all of them by default. Empty if the list has a mistake.
    pub(super) tasks: Option<Vec<Path>>,
    pub(super) runtime: RuntimePath,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, names: &Names, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let context = Context { grammar: &GRAMMAR, names };
        arguments::read_all(arguments, context, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        if let (Some(tasks), Some(events)) = (&options.tasks, &options.on) {
            tasks::check(tasks, events, errors);
        }
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "on" => self.on = Some(read_events(argument, errors)?),
            "task" => {
                // Stays empty if reading fails.
                self.tasks = Some(Vec::new());
                self.tasks = Some(task_list::read(argument, &tasks::RULES, errors)?);
            }
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
    if let Some(error) = all_events(argument) {
        return Err(error);
    }
    let list = argument.parentheses(Rule::OnWithoutParentheses)?;
    if list.is_empty() {
        return Err(argument
            .error(Rule::EmptyOn, "`on` names no event; name at least one, or leave `on` out to see all"));
    }
    if let Some(error) = in_another_notation(argument, &list) {
        let _ = list.parse::<TokenStream>();
        return Err(error);
    }
    let mut events = Vec::new();
    for event in arguments::read_names(&list, parse_word, Rule::DuplicateEvent, errors) {
        match check_event(argument, &event) {
            Ok(()) => events.push(event),
            Err(error) => errors.push(error),
        }
    }
    Ok(events)
}

/// The error of `on = all`, `on = "*"` or `on = None`.
fn all_events(argument: &Argument<'_>) -> Option<syn::Error> {
    let fork = argument.input.fork();
    fork.parse::<Token![=]>().ok()?;
    let tokens = up_to_comma(&fork);
    argument.unsuitable_word(&tokens, &tokens.to_string().replace('"', ""))
}

/// The error of a list of known events that is written in another way: in quotes, as paths, or without commas.
fn in_another_notation(argument: &Argument<'_>, list: ParseStream<'_>) -> Option<syn::Error> {
    let tokens: TokenStream = list.fork().parse().ok()?;
    let is_name = |token: &TokenTree| matches!(token, TokenTree::Ident(_));
    let mut expects_name = true;
    let misplaced = tokens.clone().into_iter().find(|token| {
        let is_right = if expects_name { is_name(token) } else { is_punct(token, ',') };
        expects_name = !expects_name;
        !is_right
    });
    let Some(misplaced) = misplaced else { return several_in_another_case(argument, tokens) };
    if let Some(error) = argument.unsuitable_word(&tokens, &tokens.to_string().replace('"', "")) {
        return Some(error);
    }
    let first = tokens.clone().into_iter().next();
    if first.is_some_and(|first| is_punct(&first, '!'))
        || list.fork().parse::<Ident>().is_ok_and(|word| word == "not")
    {
        return argument.unsuitable_word(&misplaced, "not");
    }
    let last = tokens.clone().into_iter().last();
    if last.is_some_and(|last| matches!(last, TokenTree::Ident(word) if word == "ALL")) {
        return argument.unsuitable_word(&tokens, "all");
    }
    let option = argument.corrected(tokens);
    let is_in_quotes = matches!(misplaced, TokenTree::Literal(_));
    let rule = if is_in_quotes { Rule::UnknownEvent } else { Rule::PathInOn };
    let problem = if is_in_quotes { "an event is written without quotes" } else { "an event is one word" };
    option.map(|option| rule.error(misplaced, format!("{problem}; write `{option}`")))
}

/// The error of several events that are known in another case, as in `on(failed, timed_out)`.
fn several_in_another_case(argument: &Argument<'_>, tokens: TokenStream) -> Option<syn::Error> {
    let is_unknown = |token: &TokenTree| match token {
        TokenTree::Ident(word) => !EVENTS.iter().any(|event| word == event),
        _ => false,
    };
    let mut unknown = tokens.clone().into_iter().filter(is_unknown);
    let (first, _) = (unknown.next()?, unknown.next()?);
    let option = argument.corrected(tokens)?;
    Some(Rule::UnknownEvent.error(&first, format!("unknown event `{first}`; write `{option}`")))
}

fn parse_word(list: ParseStream<'_>) -> syn::Result<Ident> {
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
    Ok(event)
}

fn check_event(argument: &Argument<'_>, event: &Ident) -> syn::Result<()> {
    let written = event.to_string();
    if EVENTS.contains(&written.as_str()) {
        return Ok(());
    }
    if written == "Lagged" {
        let problem = "`Lagged` is always published to the subscriber that lagged; leave it out";
        return Err(Rule::LaggedInOn.error(event, problem));
    }
    if let Some(advice) = advice(OptionsOf::Subscriber, "on", &written) {
        return Err(Rule::UnknownEvent.error(event, format!("unknown event `{written}`; {advice}")));
    }
    if let Some(error) = argument.unsuitable_word(event, &written) {
        return Err(error);
    }
    let guess = nearest(&written, EVENTS.iter().copied());
    let guess = guess.map(|event| format!("did you mean `{event}`? ")).unwrap_or_default();
    Err(Rule::UnknownEvent.error(event, format!("unknown event `{written}`; {guess}{}", expected())))
}

fn expected() -> String {
    format!("expected {}", alternatives(EVENTS.iter().map(|event| format!("`{event}`"))))
}
