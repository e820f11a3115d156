//! An option that is true if it stands alone.

use quote::ToTokens;
use syn::{Expr, Lit, Token, token};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;

const FLAG: &str = "the value is `true` or `false`, without quotes";

impl Argument<'_> {
    /// `true` or `false`, a const expression, or no value, which is `true`.
    pub(crate) fn flag(&self) -> syn::Result<OptionValue<Value<bool>>> {
        if !self.has_value() {
            return Ok(self.option_value(Value::Literal(true)));
        }
        let expression = self.expression()?;
        let value = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(value) => Value::Literal(value.value),
                _ => return Err(self.wrong(literal, Rule::WrongValueType, FLAG)),
            },
            Expr::Path(path)
                if path.path.get_ident().is_some()
                    && self.corrected(expression.to_token_stream()).is_some() =>
            {
                return Err(self.wrong_expression(&expression, Rule::WrongValueType, FLAG));
            }
            _ if self.is_wrapped(&expression) => {
                return Err(self.wrong(&expression, Rule::WrongValueType, FLAG));
            }
            _ => Value::Constant(Constant::new(expression)),
        };
        Ok(self.option_value(value))
    }

    /// Whether a value follows, with or without its equals sign. Another word is the next option, whose comma is missing.
    fn has_value(&self) -> bool {
        let input = self.input;
        input.peek(Token![=]) || input.peek(Token![:]) || input.peek(token::Paren) || input.peek(Lit)
    }
}
