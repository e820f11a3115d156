//! Values that are one of a few names.

use quote::ToTokens;
use syn::{Expr, Lit};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::value::Given;
use crate::error::nearest::{alternatives, nearest, same_word};

/// The names that a value may have, and what each stands for.
pub(crate) type Choices<T> = [(&'static str, T)];

impl Argument<'_> {
    /// One of a few names in quotes, or a const expression.
    pub(crate) fn choice<T: Copy>(&self, choices: &Choices<T>) -> syn::Result<Given<Value<T>>> {
        let expression = self.expression()?;
        if let Expr::Lit(literal) = &expression {
            return Ok(self.given(Value::Literal(self.chosen(&literal.lit, choices)?)));
        }
        if let Some(name) = without_quotes(&expression, choices) {
            let message = format!("the value is written in quotes: \"{name}\"");
            return Err(syn::Error::new_spanned(&expression, message));
        }
        Ok(self.given(Value::Constant(Constant::new(expression))))
    }

    /// One of a few names in quotes, and nothing else.
    pub(crate) fn word<T: Copy>(&self, choices: &Choices<T>) -> syn::Result<Given<T>> {
        let Given { key, value } = self.choice(choices)?;
        match value {
            Value::Literal(value) => Ok(Given { key, value }),
            Value::Constant(constant) => {
                Err(self.wrong(constant.expression(), "the value is one of the names, in quotes"))
            }
        }
    }

    fn chosen<T: Copy>(&self, literal: &Lit, choices: &Choices<T>) -> syn::Result<T> {
        let names = || choices.iter().map(|(name, _)| *name);
        let expected = alternatives(names().map(|name| format!("\"{name}\"")));
        let Lit::Str(text) = literal else {
            return Err(syn::Error::new_spanned(literal, format!("`{}` is one of {expected}", self.key)));
        };
        let text = text.value();
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(*value);
        }
        let guess = nearest(&text, names()).map(|name| format!("did you mean \"{name}\"? "));
        let guess = guess.unwrap_or_default();
        let message = format!("unknown value \"{text}\" for `{}`; {guess}expected {expected}", self.key);
        Err(syn::Error::new_spanned(literal, message))
    }
}

/// The choice that was written without its quotes; lower case tells it from the name of a constant.
fn without_quotes<T>(expression: &Expr, choices: &Choices<T>) -> Option<&'static str> {
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
