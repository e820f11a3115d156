//! The option `name`.

use quote::{ToTokens, quote};
use syn::{Expr, Lit, LitStr};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;
use crate::text::text_of;

const EMPTY: &str = "a name cannot be empty: events and errors show it";

impl Argument<'_> {
    /// A name: a string that is not empty, or a const expression.
    pub(crate) fn name(&self) -> syn::Result<OptionValue<Value<LitStr>>> {
        let expression = self.expression()?;
        if let Expr::Lit(literal) = &expression {
            return match &literal.lit {
                Lit::Str(text) if text.value().trim().is_empty() => {
                    Err(self.wrong(text, Rule::EmptyName, EMPTY))
                }
                Lit::Str(text) => Ok(self.option_value(Value::Literal(text.clone()))),
                other => Err(self.wrong(other, Rule::WrongValueType, "a name is a string")),
            };
        }
        if let Some(error) = self.no_name(&expression) {
            return Err(error);
        }
        let mut constant = Constant::new(expression);
        constant.require(Rule::EmptyName, quote!(!__TASKVISOR_VALUE.trim_ascii().is_empty()), EMPTY);
        Ok(self.option_value(Value::Constant(constant)))
    }

    /// The error of an expression that is no constant string: a word without quotes, a call that makes a `String`.
    fn no_name(&self, expression: &Expr) -> Option<syn::Error> {
        let written = text_of(expression.to_token_stream());
        if written == format!("{}::NAME", self.context.names.function) {
            let problem =
                format!("`{written}` is made of this option; leave `name` out for the function's name");
            return Some(Rule::WrongValueType.error(expression, problem));
        }
        if is_words(expression, &self.context.names.function) {
            return Some(self.wrong_expression(
                expression,
                Rule::MissingQuotes,
                "a name is written in quotes",
            ));
        }
        if let Expr::Macro(call) = expression {
            if call.mac.path.is_ident("format") {
                let problem = "a name is a constant, and `format!` makes a `String`; write `concat!` instead";
                return Some(Rule::WrongValueType.error(expression, problem));
            }
        }
        self.is_wrapped(expression)
            .then(|| self.wrong(expression, Rule::WrongValueType, "a name is a string"))
    }
}

/// Whether the expression is words in lower case, as `ping` and `health-check` are, or the module and the name of the function,
/// as in `billing::ping`. A constant is in capitals, or has another path.
fn is_words(expression: &Expr, function: &str) -> bool {
    match expression {
        Expr::Path(path) => {
            let segments = &path.path.segments;
            let is_function = segments.len() == 2 && segments[1].ident == function;
            segments.last().is_some_and(|last| {
                let name = last.ident.to_string();
                last.arguments.is_none()
                    && name.contains(char::is_lowercase)
                    && (segments.len() == 1 || is_function)
            })
        }
        Expr::Binary(binary) => {
            matches!(binary.op, syn::BinOp::Sub(_) | syn::BinOp::Div(_))
                && is_words(&binary.left, function)
                && is_words(&binary.right, function)
        }
        Expr::Field(field) => is_words(&field.base, function),
        _ => false,
    }
}
