//! The errors of a backoff in another notation.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Ident, Lit, LitStr, Token, token};

use crate::attr::arguments::Argument;
use crate::attr::corrected::content;
use crate::attr::duration;
use crate::attr::value::up_to_comma;
use crate::error::rule::Rule;
use crate::text::text_of;

use super::normalized::{is_normal, misplaced, normalized};
use super::{GRAMMAR, KIND_WORDS};

/// The error of `backoff = (..)`, `backoff { .. }`, `backoff: exp` and the like, if every item is recognized.
pub(super) fn other_value(argument: &Argument<'_>) -> Option<syn::Error> {
    let input = argument.input;
    if input.peek(token::Paren) || input.is_empty() || input.peek(Token![,]) {
        return None;
    }
    let fork = input.fork();
    let (has_sign, _) = (fork.parse::<Token![=]>().is_ok(), fork.parse::<Token![:]>());
    let is_group = fork.peek(token::Paren) || fork.peek(token::Bracket) || fork.peek(token::Brace);
    let is_duration = fork.fork().parse::<Lit>().is_ok_and(|literal| match &literal {
        Lit::Str(_) | Lit::Int(_) => duration::parse(&content(&literal)).is_ok_and(|time| !time.is_zero()),
        _ => false,
    });
    if has_sign && !is_group && !is_duration {
        return None;
    }
    let value = up_to_comma(&fork);
    let kind = if is_duration { Some("constant") } else { None };
    let backoff = normalized(kind, value.clone())?;
    Some(match has_sign {
        true => Rule::ValueWithArguments.error(
            &value,
            format!("`{}` is no value of `backoff`; write `{backoff}`", text_of(value.clone())),
        ),
        false => {
            input.error(Rule::MissingEqualsSign.message(format!("expected `=` or `(`; write `{backoff}`")))
        }
    })
}

/// The error of parts behind the backoff: `backoff = "exp", first = "1s"`. Reads the parts.
pub(super) fn parts_behind(argument: &Argument<'_>) -> Option<syn::Error> {
    let fork = argument.input.fork();
    let _ = fork.parse::<Token![=]>();
    let mut tokens = up_to_comma(&fork);
    let first = fork.fork();
    if !begins_with_part(&fork) {
        return None;
    }
    while begins_with_part(&fork) {
        let _ = fork.parse::<Token![,]>().map(|comma| comma.to_tokens(&mut tokens));
        tokens.extend(up_to_comma(&fork));
    }
    let backoff = normalized(None, tokens)?;
    argument.input.advance_to(&fork);
    let _ = first.parse::<Token![,]>();
    let problem = format!("this belongs to the backoff; write `{backoff}`");
    Some(first.error(Rule::OptionAtWrongLevel.message(problem)))
}

/// Whether a comma, a part and `=` follow.
fn begins_with_part(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    let is_part = |word: Ident| GRAMMAR.options.iter().any(|(name, ..)| word == name);
    fork.parse::<Token![,]>().is_ok() && fork.parse::<Ident>().is_ok_and(is_part) && fork.peek(Token![=])
}

/// The error of a list if every item is recognized, but stands in another place than here. Reads the list then.
pub(super) fn in_another_notation(list: ParseStream<'_>) -> Option<syn::Error> {
    let tokens: TokenStream = list.fork().parse().ok()?;
    if is_normal(tokens.clone()) {
        return None;
    }
    let backoff = normalized(None, tokens.clone())?;
    let is_kind = |word: &Ident| KIND_WORDS.iter().any(|kind| word == kind);
    let has_kind = list.fork().parse::<Ident>().is_ok_and(|word| is_kind(&word)) && !list.peek2(Token![=]);
    let (rule, problem) = if has_kind {
        (Rule::MissingOptionName, "after the kind, each value has a name")
    } else if is_kind_in_quotes(list) {
        (Rule::BackoffKindInQuotes, "the kind is written without quotes here")
    } else {
        (Rule::MissingBackoffKind, "the kind comes first")
    };
    let at = misplaced(tokens);
    let _ = list.parse::<TokenStream>();
    Some(rule.error(at, format!("{problem}; write `{backoff}`")))
}

/// Whether the list begins with a kind in quotes.
fn is_kind_in_quotes(list: ParseStream<'_>) -> bool {
    let text = list.fork().parse::<LitStr>().map(|text| text.value());
    text.is_ok_and(|text| KIND_WORDS.contains(&text.as_str()))
}
