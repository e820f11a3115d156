//! Values that are one of a few keywords.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Lit, Path};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::grammar::Form;
use crate::attr::names::is_punct;
use crate::attr::unsuitable::shown;
use crate::attr::value::{OptionValue, way_to_constant};
use crate::attr::wrapped::argument_of_wrapper;
use crate::error::nearest::{alternatives, nearest, same_word};
use crate::error::rule::Rule;
use crate::text::text_of;

/// The keywords of an option, with their meanings.
pub(crate) type Keywords<T> = [(&'static str, T)];

/// The words of keywords.
pub(crate) const fn words<T: Copy, const N: usize>(keywords: &[(&'static str, T)]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut index = 0;
    while index < N {
        words[index] = keywords[index].0;
        index += 1;
    }
    words
}

impl Argument<'_> {
    /// A keyword in quotes, or a const expression.
    pub(crate) fn keyword<T: Copy>(&self, choices: &Keywords<T>) -> syn::Result<OptionValue<Value<T>>> {
        let expression = self.expression()?;
        if let Expr::Lit(literal) = &expression {
            return Ok(self.option_value(Value::Literal(self.chosen(&literal.lit, choices)?)));
        }
        if let Some(error) = self.no_constant(&expression) {
            return Err(error);
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
                if choices.len() == 1 {
                    "the value is one word, in quotes"
                } else {
                    "the value is one of the names, in quotes"
                },
            )),
        }
    }

    fn chosen<T: Copy>(&self, literal: &Lit, choices: &Keywords<T>) -> syn::Result<T> {
        let Lit::Str(text) = literal else {
            let is = if choices.len() == 1 { "is always" } else { "is one of" };
            let problem = format!("`{}` {is} {}", self.key, self.expected());
            let write = self.corrected(literal.to_token_stream());
            let write = write.map(|option| format!("; write `{option}`")).unwrap_or_default();
            return Err(Rule::WrongValueType.error(literal, format!("{problem}{write}")));
        };
        let written = text.value();
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == written) {
            return Ok(*value);
        }
        Err(self
            .text_with_arguments(text, &written)
            .unwrap_or_else(|| self.unknown_value(literal, &written, "")))
    }

    /// The error of a word that is no keyword.
    fn unknown_value(&self, tokens: impl ToTokens, word: &str, end: &str) -> syn::Error {
        let guess = nearest(word, self.keywords().iter().copied());
        let guess = guess.map(|name| format!("did you mean \"{name}\"? ")).unwrap_or_default();
        let written = shown(&tokens);
        let problem =
            format!("unknown value {written} for `{}`; {guess}expected {}{end}", self.key, self.expected());
        Rule::UnknownValue.error(tokens, problem)
    }

    pub(super) fn keywords(&self) -> &'static [&'static str] {
        match self.form {
            Form::Keyword(words, _) => words,
            _ => &[],
        }
    }

    fn expected(&self) -> String {
        alternatives(self.keywords().iter().map(|name| format!("\"{name}\"")))
    }

    /// The error of an expression that is no constant: a keyword without its quotes, or with arguments.
    fn no_constant(&self, expression: &Expr) -> Option<syn::Error> {
        match expression {
            Expr::Path(path) => self
                .policy_without_call(expression, &path.path)
                .or_else(|| self.no_constant_path(expression, &path.path)),
            Expr::Array(array) if !self.is_wrapped(expression) => {
                array.elems.iter().find_map(|element| self.no_constant(element))
            }
            Expr::Tuple(tuple) if !self.is_wrapped(expression) => {
                tuple.elems.iter().find_map(|element| self.no_constant(element))
            }
            Expr::Binary(_) | Expr::Block(_) => {
                let tokens = expression.to_token_stream();
                if has_code(tokens.clone()) {
                    return None;
                }
                let words = text_of(tokens.clone());
                if !words.contains(char::is_lowercase) {
                    return None;
                }
                let with_arguments = || self.text_with_arguments(expression, &words);
                self.without_quotes(expression)
                    .or_else(with_arguments)
                    .or_else(|| self.unsuitable_word(expression, &words))
            }
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => self.call(expression, &path.path, call.args.to_token_stream()),
                _ => None,
            },
            Expr::Struct(call) => self.call(expression, &call.path, call.fields.to_token_stream()),
            _ if self.is_wrapped(expression) => {
                Some(self.wrong(expression, Rule::WrongValueType, "the value is a word in quotes"))
            }
            _ => None,
        }
    }

    /// The error of `BackoffPolicy::exp`. The type has no constants.
    fn policy_without_call(&self, expression: &Expr, path: &Path) -> Option<syn::Error> {
        let owner = path.segments.iter().rev().nth(1)?;
        let is_policy = self.key == "backoff" && owner.ident == "BackoffPolicy";
        if is_policy { self.without_quotes(expression) } else { None }
    }

    /// A path in capitals is a constant, and a variant of the option's own type too.
    fn no_constant_path(&self, expression: &Expr, path: &Path) -> Option<syn::Error> {
        let word = self.word_of(path)?;
        if let Some(error) = self.without_quotes(expression) {
            return Some(error);
        }
        let is_own = path.segments.len() > 1 && word.starts_with(char::is_uppercase);
        let is_near = nearest(&word, self.keywords().iter().copied()).is_some();
        let end = way_to_constant(expression);
        self.unsuitable_value(path, &word, end)
            .or_else(|| (is_own || is_near).then(|| self.unknown_value(path, &word, end)))
    }

    /// The last word of a path that can be no constant: a word alone, or no variant of the option's own type.
    fn word_of(&self, path: &Path) -> Option<String> {
        let Form::Keyword(words, of_type) = self.form else { return None };
        let mut segments = path.segments.iter().rev();
        let word = segments.next()?.ident.to_string();
        let owner = segments.next();
        let is_of_own_type = owner.is_some_and(|owner| owner.ident == of_type);
        let is_variant = is_of_own_type && words.iter().any(|keyword| variant(keyword) == word);
        let is_word = word.contains(char::is_lowercase) && !is_variant && (owner.is_none() || is_of_own_type);
        is_word.then_some(word)
    }

    fn without_quotes(&self, expression: &Expr) -> Option<syn::Error> {
        self.corrected(expression.to_token_stream())?;
        Some(self.wrong_expression(expression, Rule::MissingQuotes, "the value is written in quotes"))
    }

    /// The error of a keyword with arguments, such as `queue(10)`, and of the option's name in place of the keyword.
    fn call(&self, whole: &Expr, function: &Path, arguments: TokenStream) -> Option<syn::Error> {
        let word = function.segments.last()?.ident.to_string();
        if self.key == word && function.segments.len() == 1 {
            let option = self.with_arguments("", arguments)?;
            let problem = format!("`{word}` is named twice; write `{option}`");
            return Some(Rule::ValueWithArguments.error(whole, problem));
        }
        if let Some(error) = argument_of_wrapper(whole).and_then(|argument| self.no_constant(argument)) {
            return Some(error);
        }
        let Form::Keyword(keywords, of_type) = self.form else { return None };
        // A variant takes no arguments either.
        let owner = function.segments.iter().rev().nth(1);
        let is_variant = owner.is_some_and(|owner| owner.ident == of_type);
        let word = if is_variant { Some(word) } else { self.word_of(function) };
        let known = word.and_then(|word| keywords.iter().find(|keyword| same_word(keyword, &word)));
        if let Some(keyword) = known {
            let end = match (owner, arguments.is_empty()) {
                (None, true) => format!(
                    "; a function of your own is written with its path: `self::{}`",
                    text_of(whole.to_token_stream())
                ),
                _ => String::new(),
            };
            let option = self.with_arguments(keyword, arguments)?;
            return Some(self.refused_call(whole, &option, &end));
        }
        self.is_wrapped(whole)
            .then(|| self.wrong(whole, Rule::WrongValueType, "the value is a word in quotes"))
    }

    /// The same for a text, such as `"on-failure:3"`, and for a backoff that is a duration.
    fn text_with_arguments(&self, text: impl ToTokens, written: &str) -> Option<syn::Error> {
        let end = written.find(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_')?;
        let keyword = self.keywords().iter().find(|keyword| same_word(keyword, &written[..end]))?;
        let arguments = written[end..].trim_matches(['(', ')', ':', '=', ' ', '[', ']', '{', '}', ',']);
        // A duration is no token without its quotes.
        let quoted = |argument: &str| match crate::attr::duration::parse(argument) {
            Ok(time) if !time.is_zero() => format!("\"{argument}\""),
            _ => argument.to_owned(),
        };
        let item = |item: &str| match item.split_once(['=', ':']) {
            Some((key, value)) => format!("{} = {}", key.trim(), quoted(value.trim())),
            None => quoted(item.trim()),
        };
        let arguments: Vec<String> = arguments.split(',').map(item).collect();
        let option = self.with_arguments(keyword, arguments.join(", ").parse().ok()?)?;
        Some(self.refused_call(text, &option, ""))
    }

    fn refused_call(&self, whole: impl ToTokens, option: &str, end: &str) -> syn::Error {
        let written = text_of(whole.to_token_stream());
        Rule::ValueWithArguments
            .error(whole, format!("`{written}` is no value of `{}`; write `{option}`{end}", self.key))
    }
}

/// Whether the tokens contain a path, a macro or a statement. They may be a constant of the option's type then, whatever words
/// they contain.
fn has_code(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_code(group.stream()),
        token => ['!', ';', ':'].iter().any(|sign| is_punct(&token, *sign)),
    })
}

/// The variant of a keyword: `OnFailure` of `on-failure`.
fn variant(keyword: &str) -> String {
    let capitalized = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    keyword.split(['-', '_']).map(capitalized).collect()
}
