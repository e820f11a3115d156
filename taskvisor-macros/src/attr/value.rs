//! The value of an option: an expression, a list, a path.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseBuffer, ParseStream};
use syn::{Expr, Ident, Lit, LitStr, Path, Token, token};

use crate::attr::arguments::Argument;
use crate::attr::grammar::Form;
use crate::error::rule::Rule;
use crate::text::text_of;

/// The value of an option, with its key, so that a later check can point at it.
pub(crate) struct OptionValue<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

impl Argument<'_> {
    pub(crate) fn option_value<T>(&self, value: T) -> OptionValue<T> {
        OptionValue { key: self.key.clone(), value }
    }

    /// The error of an invalid value; it ends with the option as it should be written, or with an example.
    pub(crate) fn wrong(&self, tokens: impl ToTokens, rule: Rule, problem: &str) -> syn::Error {
        self.wrong_value(tokens, rule, problem, "")
    }

    /// The same for an expression, which may be the name of a constant.
    pub(crate) fn wrong_expression(&self, expression: &Expr, rule: Rule, problem: &str) -> syn::Error {
        self.wrong_value(expression, rule, problem, way_to_constant(expression))
    }

    fn wrong_value(&self, tokens: impl ToTokens, rule: Rule, problem: &str, end: &str) -> syn::Error {
        let write = match self.corrected(tokens.to_token_stream()) {
            Some(option) => format!("write `{option}`"),
            None => format!("write, for example, `{}`", self.example),
        };
        rule.error(tokens, format!("{problem}; {write}{end}"))
    }

    /// The value of an option that is written `key = value`.
    pub(crate) fn expression(&self) -> syn::Result<Expr> {
        self.equals_sign()?;
        let start = self.input.fork();
        let expression = self.input.parse::<Expr>().map_err(|error| {
            Rule::MissingValue.error_at(error.span(), format!("expected a value, as in `{}`", self.example))
        })?;
        let expression = ungrouped(expression);
        if let Some(error) = self.several_words(&expression, &start).or_else(|| self.unsuitable(&expression))
        {
            return Err(error);
        }
        Ok(expression)
    }

    /// The error of `timeout = 5 seconds` or `name = health check`, which miss their quotes.
    fn several_words(&self, first: &Expr, start: ParseStream<'_>) -> Option<syn::Error> {
        let is_text = matches!(first, Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)));
        let takes_text = matches!(
            self.form,
            Form::Duration
                | Form::Name
                | Form::Keyword(..)
                | Form::Count
                | Form::MaxFailures
                | Form::RateLimit
                | Form::Cron
                | Form::Zone
        );
        if self.input.is_empty() || self.input.peek(Token![,]) || is_text || !takes_text {
            return None;
        }
        let words = up_to_comma(start);
        if words.to_string().contains('=') {
            return None;
        }
        let option = self.corrected(words.clone())?;
        Some(match self.form {
            Form::Count => {
                Rule::WrongValueType.error(words, format!("a count is a number alone; write `{option}`"))
            }
            _ => {
                Rule::MissingQuotes.error(words, format!("the value is written in quotes; write `{option}`"))
            }
        })
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
        let written = text_of(path.to_token_stream());
        let problem = format!(
            "the path must start with `::` or `crate`, because generated code uses it in a scope of its own; \
             write `crate = ::{written}` for a dependency, or `crate = crate::{written}` for a re-export"
        );
        Err(Rule::RuntimePathRelative.error(&path, problem))
    }

    /// The list of an option that is written `key(..)`; `rule` requires its parentheses.
    pub(crate) fn parentheses(&self, rule: Rule) -> syn::Result<ParseBuffer<'_>> {
        if !self.input.peek(token::Paren) {
            let rest = self.input.fork();
            let _ = rest.parse::<Token![:]>();
            let _ = rest.parse::<Token![=]>();
            let write = match self.corrected(up_to_comma(&rest)) {
                Some(option) => format!("; write `{option}`"),
                None => format!(", as in `{}`", self.example),
            };
            return Err(self.error(rule, format!("`{}` takes a list{write}", self.key)));
        }
        let content;
        syn::parenthesized!(content in self.input);
        Ok(content)
    }

    /// The list of an option that is written `key = [..]`; `rule` requires its brackets.
    pub(crate) fn brackets(&self, rule: Rule) -> syn::Result<ParseBuffer<'_>> {
        self.equals_sign()?;
        if !self.input.peek(token::Bracket) {
            return Err(self.not_a_list(rule));
        }
        let content;
        syn::bracketed!(content in self.input);
        Ok(content)
    }

    /// The error of a list without its brackets. Reads the names of a list that misses them.
    fn not_a_list(&self, rule: Rule) -> syn::Error {
        let start = self.input.fork();
        let mut names = up_to_comma(self.input);
        if let Some(error) = self.unsuitable_word(&names, &names.to_string().replace(['"', ' '], "")) {
            return error;
        }
        while self.is_name_ahead() {
            let _ = self.input.parse::<Token![,]>().map(|comma| comma.to_tokens(&mut names));
            names.extend(up_to_comma(self.input));
        }
        let problem = match self.corrected(names) {
            Some(option) => format!("expected a list; write `{option}`"),
            None => format!("expected a list, as in `{}`", self.example),
        };
        start.error(rule.message(problem))
    }

    /// Whether a comma follows, and then a name or a path, which is no option.
    fn is_name_ahead(&self) -> bool {
        let fork = self.input.fork();
        if fork.parse::<Token![,]>().is_err() {
            return false;
        }
        match fork.call(Path::parse_mod_style) {
            Ok(path) => {
                let is_option = |word: &Ident| self.context.grammar.option(&word.to_string()).is_some();
                !fork.peek(Token![=]) && !path.get_ident().is_some_and(is_option)
            }
            Err(_) => false,
        }
    }

    /// The error of another sign than `=` at the start of the input.
    fn no_equals_sign(&self, start: ParseStream<'_>) -> syn::Error {
        let rest = start.fork();
        while rest.peek(Token![:]) || rest.peek(Token![=]) || rest.peek(Token![>]) {
            let _ = rest.parse::<proc_macro2::TokenTree>();
        }
        let problem = match self.corrected(up_to_comma(&rest)) {
            Some(option) => format!("expected `=`; write `{option}`"),
            None => format!("expected `=`, as in `{}`", self.example),
        };
        start.error(Rule::MissingEqualsSign.message(problem))
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
            return Err(self.no_equals_sign(self.input));
        }
        let start = self.input.fork();
        self.input.parse::<Token![=]>()?;
        // `==` and `=>` begin with `=` too.
        if self.input.peek(Token![=]) || self.input.peek(Token![>]) {
            return Err(self.no_equals_sign(&start));
        }
        if self.input.is_empty() || self.input.peek(Token![,]) { Err(missing()) } else { Ok(()) }
    }
}

/// The end of an error of a word that may be the name of a constant.
pub(super) fn way_to_constant(value: &Expr) -> &'static str {
    let is_word = |path: &Path| path.get_ident().is_some_and(|word| word != "None");
    match value {
        Expr::Path(path) if is_word(&path.path) => "; a constant is written in capitals, or with its path",
        _ => "",
    }
}

/// The tokens up to the next comma, which are read.
pub(crate) fn up_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<proc_macro2::TokenTree>() {
            Ok(token) => token.to_tokens(&mut tokens),
            Err(_) => break,
        }
    }
    tokens
}

/// The expression without parentheses, and without the invisible group of a `macro_rules` fragment.
fn ungrouped(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => ungrouped(*group.expr),
        Expr::Paren(paren) => ungrouped(*paren.expr),
        other => other,
    }
}
