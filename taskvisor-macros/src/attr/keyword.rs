//! Values that are one of a few keywords.

use quote::ToTokens;
use syn::{Expr, Lit};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::value::OptionValue;
use crate::error::nearest::{alternatives, nearest, same_word};
use crate::error::rule::Rule;

/// The keywords of an option, with their meanings.
pub(crate) type Keywords<T> = [(&'static str, T)];

impl Argument<'_> {
    /// A keyword in quotes, or a const expression.
    pub(crate) fn keyword<T: Copy>(&self, choices: &Keywords<T>) -> syn::Result<OptionValue<Value<T>>> {
        let expression = self.expression()?;
        if let Expr::Lit(literal) = &expression {
            return Ok(self.option_value(Value::Literal(self.chosen(&literal.lit, choices)?)));
        }
        if let Some(name) = without_quotes(&expression, choices) {
            let message = format!("the value is written in quotes: \"{name}\"");
            return Err(Rule::MissingQuotes.error(&expression, message));
        }
        Ok(self.option_value(Value::Constant(Constant::new(expression))))
    }

    /// A keyword in quotes.
    pub(crate) fn word<T: Copy>(&self, choices: &Keywords<T>) -> syn::Result<OptionValue<T>> {
        let OptionValue { key, value } = self.keyword(choices)?;
        match value {
            Value::Literal(value) => Ok(OptionValue { key, value }),
            Value::Constant(constant) => Err(self.wrong(
                constant.expression(),
                Rule::WrongValueType,
                "the value is one of the names, in quotes",
            )),
        }
    }

    fn chosen<T: Copy>(&self, literal: &Lit, choices: &Keywords<T>) -> syn::Result<T> {
        let names = || choices.iter().map(|(name, _)| *name);
        let expected = alternatives(names().map(|name| format!("\"{name}\"")));
        let Lit::Str(text) = literal else {
            return Err(Rule::WrongValueType.error(literal, format!("`{}` is one of {expected}", self.key)));
        };
        let text = text.value();
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(*value);
        }
        let guess = nearest(&text, names()).map(|name| format!("did you mean \"{name}\"? "));
        let guess = guess.unwrap_or_default();
        let message = format!("unknown value \"{text}\" for `{}`; {guess}expected {expected}", self.key);
        Err(Rule::UnknownValue.error(literal, message))
    }
}

/// A keyword without its quotes; lower case distinguishes it from the name of a constant.
fn without_quotes<T>(expression: &Expr, choices: &Keywords<T>) -> Option<&'static str> {
    let written = match expression {
        Expr::Path(path) => path.to_token_stream(),
        Expr::Binary(binary) => binary.to_token_stream(),
        Expr::Call(call) => call.func.to_token_stream(),
        _ => return None,
    };
    let written = written.to_string();
    let is_word = written.chars().all(|letter| letter.is_lowercase() || matches!(letter, '_' | '-' | ' '));
    choices.iter().map(|(name, _)| *name).find(|name| is_word && same_word(name, &written))
}
