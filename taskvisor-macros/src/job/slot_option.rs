//! The option `slot`: a text with the names of arguments in it, or a constant.

use quote::{ToTokens, quote};
use syn::{Expr, Ident, Lit, LitStr, Token};

use crate::attr::arguments::Argument;
use crate::attr::constant::Constant;
use crate::attr::value::up_to_comma;
use crate::error::rule::Rule;

use super::template::{Placeholder, placeholders};

/// The key under which submissions compete.
#[derive(Default)]
pub(super) enum Slot {
    #[default]
    None,
    /// A text with the names of arguments in it.
    Format(LitStr),
    /// One key for all submissions.
    Constant(Constant),
    /// Invalid; already reported.
    Invalid,
}

const EMPTY: &str = "a slot cannot be empty: it is the key under which submissions compete";

pub(super) fn read(argument: &Argument<'_>) -> syn::Result<Slot> {
    match argument.expression()? {
        Expr::Lit(literal) => match literal.lit {
            Lit::Str(text) if text.value().trim().is_empty() => {
                Err(argument.wrong(text, Rule::EmptySlot, EMPTY))
            }
            Lit::Str(text) => match values_of_placeholders(argument, &text) {
                Some(error) => Err(error),
                None => Ok(Slot::Format(text)),
            },
            other => Err(argument.wrong(other, Rule::WrongValueType, "a slot is a format string in quotes")),
        },
        other if is_constant(&other, argument) => Ok(Slot::Constant(constant(other))),
        other => Err(no_slot(&other, argument)),
    }
}

/// The error of an argument, a word or a call in place of the text.
fn no_slot(expression: &Expr, argument: &Argument<'_>) -> syn::Error {
    let problem = "a slot is a text in quotes, in which the arguments are named";
    if argument.context.names.parameter_in(expression.to_token_stream()).is_some() {
        return argument.wrong(expression, Rule::SlotWithoutQuotes, problem);
    }
    argument.wrong_expression(expression, Rule::SlotWithoutQuotes, problem)
}

/// Whether the expression may be a constant, which is written in capitals, or with its path.
fn is_constant(expression: &Expr, argument: &Argument<'_>) -> bool {
    let tokens = expression.to_token_stream();
    if argument.context.names.parameter_in(tokens.clone()).is_some() {
        return false;
    }
    match expression {
        Expr::Path(path) => path.path.get_ident().is_none_or(is_capital),
        Expr::Macro(call) => !call.mac.path.is_ident("format"),
        Expr::Field(field) => is_constant(&field.base, argument),
        Expr::Binary(_) | Expr::Tuple(_) | Expr::Array(_) | Expr::Closure(_) => false,
        Expr::Call(_) | Expr::MethodCall(_) => !argument.is_wrapped(expression),
        _ => true,
    }
}

fn is_capital(word: &Ident) -> bool {
    !word.to_string().contains(char::is_lowercase)
}

fn constant(expression: Expr) -> Constant {
    let mut constant = Constant::new(expression);
    constant.require(Rule::EmptySlot, quote!(!__TASKVISOR_VALUE.trim_ascii().is_empty()), EMPTY);
    let has_no_brace = quote!({
        let bytes = __TASKVISOR_VALUE.as_bytes();
        let mut index = 0;
        while index < bytes.len() && bytes[index] != b'{' {
            index += 1;
        }
        index == bytes.len()
    });
    constant.require(
        Rule::PlaceholderInConstant,
        has_no_brace,
        "a constant slot has no placeholders, and is one key for all submissions; write the text in quotes here",
    );
    constant
}

/// The error of values behind the text, as `format!` takes them: `slot = "tenant-{}", tenant`. Reads the values.
fn values_of_placeholders(argument: &Argument<'_>, text: &LitStr) -> Option<syn::Error> {
    let input = argument.input;
    let is_positional = |placeholder: &Placeholder| matches!(placeholder, Placeholder::Positional(_));
    if !placeholders(&text.value()).iter().any(is_positional) {
        return None;
    }
    let mut tokens = text.to_token_stream();
    let (mut has_values, mut are_names) = (false, true);
    while input.peek(Token![,]) && input.peek2(Ident) && !input.peek3(Token![=]) {
        let fork = input.fork();
        let (_, word) = (fork.parse::<Token![,]>(), fork.parse::<Ident>());
        if !word.is_ok_and(|word| argument.context.names.has_parameter(&word)) {
            break;
        }
        has_values |= input.parse::<Token![,]>().is_ok();
        let value = up_to_comma(input);
        are_names &= value.clone().into_iter().count() == 1;
        tokens.extend(value);
    }
    has_values.then(|| {
        let option = argument.corrected(tokens).filter(|_| are_names);
        let write = option
            .map(|option| format!("; write `{option}`"))
            .unwrap_or_else(|| "; pass a field as an argument of its own".to_owned());
        let problem = format!("the arguments of a slot are named in its text, not behind it{write}");
        Rule::PositionalPlaceholder.error(text, problem)
    })
}
