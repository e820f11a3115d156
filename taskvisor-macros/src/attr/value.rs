//! The value of an option: an expression, a list, a path.

use quote::ToTokens;
use syn::parse::ParseBuffer;
use syn::{Expr, Ident, LitStr, Path, Token, token};

use crate::attr::arguments::Argument;
use crate::error::rule::Rule;

/// The value of an option, with its key, so that a later check can point at it.
pub(crate) struct OptionValue<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

impl Argument<'_> {
    pub(crate) fn option_value<T>(&self, value: T) -> OptionValue<T> {
        OptionValue { key: self.key.clone(), value }
    }

    /// The error of an invalid value; it ends with an example.
    pub(crate) fn wrong(&self, tokens: impl ToTokens, rule: Rule, problem: &str) -> syn::Error {
        rule.error(tokens, format!("{problem}; write, for example, `{}`", self.example))
    }

    /// The value of an option that is written `key = value`.
    pub(crate) fn expression(&self) -> syn::Result<Expr> {
        self.equals_sign()?;
        let mut expression = self.input.parse::<Expr>().map_err(|error| {
            Rule::MissingValue.error_at(error.span(), format!("expected a value, as in `{}`", self.example))
        })?;
        // A `macro_rules` fragment is wrapped in an invisible group.
        while let Expr::Group(group) = expression {
            expression = *group.expr;
        }
        Ok(expression)
    }

    /// The path of the runtime crate.
    pub(crate) fn crate_path(&self) -> syn::Result<Path> {
        self.equals_sign()?;
        if self.input.peek(LitStr) {
            return Err(self.wrong(
                self.input.parse::<LitStr>()?,
                Rule::RuntimePathInQuotes,
                "a path is written without quotes",
            ));
        }
        let path = self.input.call(Path::parse_mod_style).map_err(|error| {
            Rule::WrongValueType.error_at(error.span(), format!("expected a path, as in `{}`", self.example))
        })?;
        let absolute = path.leading_colon.is_some()
            || path.segments.first().is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
        let keywords = ["crate", "self", "super", "Self"];
        let named = path.segments.iter().skip(usize::from(path.leading_colon.is_none()));
        if let Some(keyword) =
            named.map(|part| &part.ident).find(|name| keywords.iter().any(|word| *name == word))
        {
            return Err(self.wrong(keyword, Rule::RuntimePathRelative, "only names follow in a path"));
        }
        if absolute {
            return Ok(path);
        }
        Err(Rule::RuntimePathRelative.error(
            &path,
            "the path must start with `::` or `crate`, because generated code uses it in a scope of its own; \
             write `crate = ::name` for a renamed dependency, or `crate = crate::path` for a re-export",
        ))
    }

    /// The list of an option that is written `key(..)`; `rule` requires its parentheses.
    pub(crate) fn parentheses(&self, rule: Rule) -> syn::Result<ParseBuffer<'_>> {
        if !self.input.peek(token::Paren) {
            return Err(self.error(rule, format!("`{}` takes a list, as in `{}`", self.key, self.example)));
        }
        let content;
        syn::parenthesized!(content in self.input);
        Ok(content)
    }

    /// The list of an option that is written `key = [..]`; `rule` requires its brackets.
    pub(crate) fn brackets(&self, rule: Rule) -> syn::Result<ParseBuffer<'_>> {
        self.equals_sign()?;
        if !self.input.peek(token::Bracket) {
            return Err(self.input.error(rule.message(format!("expected a list, as in `{}`", self.example))));
        }
        let content;
        syn::bracketed!(content in self.input);
        Ok(content)
    }

    /// Checks for missing input first, because the end of the input has no token to point at.
    fn equals_sign(&self) -> syn::Result<()> {
        let missing = || {
            self.error(Rule::MissingValue, format!("`{}` needs a value, as in `{}`", self.key, self.example))
        };
        if self.input.is_empty() || self.input.peek(Token![,]) {
            return Err(missing());
        }
        if !self.input.peek(Token![=]) {
            let problem = format!("expected `=`, as in `{}`", self.example);
            return Err(self.input.error(Rule::MissingEqualsSign.message(problem)));
        }
        self.input.parse::<Token![=]>()?;
        if self.input.is_empty() || self.input.peek(Token![,]) { Err(missing()) } else { Ok(()) }
    }
}
