//! The backoff of a task or of a job: a name, a list, or a const expression.

mod check;
pub(crate) mod delays;
mod expand;
pub(crate) mod normalized;
mod notation;

use std::time::Duration;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, token};

use crate::attr::arguments::{self, Argument, Context, skip_to_comma};
use crate::attr::constant::{Constant, Value};
use crate::attr::grammar::{Form, Grammar};
use crate::attr::keyword::{Keywords, words};
use crate::attr::scalar::Zero;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::nearest::{alternatives, nearest};
use crate::error::rule::Rule;
use crate::error::values::advice;

use self::notation::{in_another_notation, other_value, parts_behind};

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Backoff,
    options: &[
        ("first", Form::Duration, "first = \"100ms\""),
        ("max", Form::Duration, "max = \"30s\""),
        ("factor", Form::Factor, "factor = 2.0"),
        ("jitter", Form::Keyword(JITTER_WORDS, "JitterPolicy"), "jitter = \"full\""),
    ],
};

const KINDS: &Keywords<Kind> =
    &[("exp", Kind::Exponential), ("constant", Kind::Constant), ("none", Kind::None)];

const KIND_WORDS: &[&str] = &words::<_, 3>(KINDS);

/// The form of the option without its list.
pub(crate) const FORM: Form = Form::Keyword(KIND_WORDS, "BackoffKind");

const JITTERS: &Keywords<Jitter> = &[
    ("none", Jitter("None")),
    ("equal", Jitter("Equal")),
    ("full", Jitter("Full")),
    ("decorrelated", Jitter("Decorrelated")),
];

const JITTER_WORDS: &[&str] = &words::<_, 4>(JITTERS);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Constant,
    Exponential,
}

/// The runtime's name for a kind of jitter.
#[derive(Clone, Copy, Debug)]
struct Jitter(&'static str);

pub(crate) enum Backoff {
    Constant(Constant),
    Parts(Box<Parts>),
    /// Invalid; already reported.
    Invalid,
}

#[derive(Default)]
pub(crate) struct Parts {
    /// Absent only if invalid and reported.
    kind: Option<Kind>,
    first: Option<OptionValue<Value<Duration>>>,
    max: Option<OptionValue<Value<Duration>>>,
    factor: Option<OptionValue<Value<f64>>>,
    jitter: Option<OptionValue<Value<Jitter>>>,
}

impl Backoff {
    pub(crate) fn read(argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<OptionValue<Self>> {
        if let Some(error) = other_value(argument).or_else(|| parts_behind(argument)) {
            return Err(error);
        }
        if !argument.input.peek(token::Paren) {
            let OptionValue { key, value } = argument.keyword(KINDS)?;
            let value = match value {
                Value::Literal(kind) => Self::Parts(Box::new(Parts { kind: Some(kind), ..Parts::default() })),
                Value::Constant(constant) => Self::Constant(constant),
            };
            return Ok(OptionValue { key, value });
        }
        let list = argument.parentheses(Rule::MissingBackoffKind)?;
        if list.is_empty() {
            return Err(argument.error(
                Rule::MissingBackoffKind,
                "`backoff` needs a kind, as in `backoff(exp, first = \"100ms\")`",
            ));
        }
        if let Some(error) = in_another_notation(&list) {
            errors.push(error);
            return Ok(argument.option_value(Self::Invalid));
        }
        let mut parts = Parts::default();
        let mut mistakes = Errors::default();
        match read_kind(argument, &list) {
            Ok(kind) => parts.kind = Some(kind),
            Err(error) => mistakes.push(error),
        }
        let context = Context { grammar: &GRAMMAR, ..argument.context };
        arguments::read_list(&list, context, &mut mistakes, &mut |argument, _| parts.set(argument));
        // An invalid part must not count as an omitted one.
        if mistakes.is_empty() {
            parts.check_order(&mut mistakes);
        }
        parts.check_kind(&mut mistakes);
        let backoff = if mistakes.is_empty() { Self::Parts(Box::new(parts)) } else { Self::Invalid };
        errors.append(mistakes);
        Ok(argument.option_value(backoff))
    }
}

/// Reads the first word of the list, and the comma after it.
fn read_kind(argument: &Argument<'_>, list: ParseStream<'_>) -> syn::Result<Kind> {
    if list.peek(Ident::peek_any) && list.peek2(Token![=]) {
        return Err(list.error(
            Rule::MissingBackoffKind.message("the kind comes first, as in `backoff(exp, first = \"100ms\")`"),
        ));
    }
    let kind = parse_kind(argument, list);
    skip_to_comma(list);
    let _ = list.parse::<Token![,]>();
    kind
}

fn parse_kind(argument: &Argument<'_>, list: ParseStream<'_>) -> syn::Result<Kind> {
    if list.peek(LitStr) {
        let text = list.parse::<LitStr>()?;
        if let Some(error) = argument.unsuitable_word(&text, &text.value()) {
            return Err(error);
        }
        let message = format!("the kind is written without quotes here: `backoff({})`", text.value());
        return Err(Rule::BackoffKindInQuotes.error(text, message));
    }
    if !list.peek(Ident::peek_any) {
        return Err(list.error(
            Rule::MissingBackoffKind.message("expected a kind, as in `backoff(exp, first = \"100ms\")`"),
        ));
    }
    let word = list.call(Ident::parse_any)?;
    if !list.is_empty() && !list.peek(Token![,]) {
        return Err(list.error(Rule::MissingComma.message("expected `,` after the kind")));
    }
    let written = word.to_string();
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == written) {
        return Ok(*kind);
    }
    let expected = alternatives(KIND_WORDS.iter().map(|name| format!("`{name}`")));
    let suggestion = match advice(argument.context.grammar.of, "backoff", &written) {
        Some(advice) => advice.to_owned(),
        None => {
            let guess = nearest(&written, KIND_WORDS.iter().copied());
            let guess = guess.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
            format!("{guess}expected {expected}")
        }
    };
    Err(Rule::UnknownBackoffKind.error(word, format!("unknown backoff `{written}`; {suggestion}")))
}

impl Parts {
    fn set(&mut self, argument: &Argument<'_>) -> syn::Result<bool> {
        let zero = Zero::Refused("for no wait at all, write `backoff = \"none\"`");
        match argument.key.to_string().as_str() {
            "first" => self.first = Some(argument.duration(zero)?),
            "max" => self.max = Some(argument.duration(zero)?),
            "factor" => {
                let reason = "it multiplies the wait after each failure; \
                              for equal waits, write `backoff = \"constant\"`";
                self.factor = Some(argument.factor(reason)?);
            }
            "jitter" => self.jitter = Some(argument.keyword(JITTERS)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
