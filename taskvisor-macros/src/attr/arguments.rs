//! The list in an attribute's parentheses: the grammar of its options, and the parser.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Token};

use crate::error::advice::{Advice, OptionsOf};
use crate::error::nearest::{alternatives, begins_like, resembling, same_word};
use crate::error::rule::Rule;
use crate::error::{Errors, parse_to_the_end};

/// The options of one attribute.
pub(crate) struct Grammar {
    /// The attribute; it selects the advice for other words.
    pub(crate) of: OptionsOf,
    /// Each option with an example.
    pub(crate) options: &'static [(&'static str, &'static str)],
}

impl Grammar {
    fn example(&self, option: &str) -> Option<&'static str> {
        self.options.iter().find(|(name, _)| *name == option).map(|(_, example)| *example)
    }

    /// The error of an option that does not exist, at `tokens`.
    fn unknown(&self, tokens: impl ToTokens, written: &str) -> syn::Error {
        let unknown = match self.of {
            OptionsOf::Backoff => Rule::UnknownBackoffPart,
            _ => Rule::UnknownOption,
        };
        let (rule, suggestion) = match self.suggestion(written) {
            Some(Suggestion::Option(name)) => {
                (unknown, format!("did you mean `{name}`? {}", self.expected()))
            }
            Some(Suggestion::Advice(advice)) => (advice.rule, advice.text.to_owned()),
            None => (unknown, self.expected()),
        };
        rule.error(tokens, format!("unknown option `{written}`; {suggestion}"))
    }

    /// The nearest word: an exact word of the table, then the most similar word, then one with the same beginning; an option
    /// wins over a word of the table at the same distance.
    fn suggestion(&self, written: &str) -> Option<Suggestion> {
        let options: Vec<_> =
            self.options.iter().map(|(name, _)| (*name, Suggestion::Option(name))).collect();
        let words: Vec<_> =
            self.of.advice().map(|(word, advice)| (word, Suggestion::Advice(advice))).collect();
        let exact =
            words.iter().find(|(word, _)| same_word(word, written)).map(|(_, suggestion)| *suggestion);
        // A short word resembles too many others to be a typing error of one of them.
        let long = || words.iter().copied().filter(|(word, _)| word.len() > 3);
        exact
            .or_else(|| resembling(written, options.iter().copied().chain(long())))
            .or_else(|| begins_like(written, options.iter().copied()))
            .or_else(|| begins_like(written, long()))
    }

    fn no_option(&self) -> String {
        format!("this is no option; {}", self.expected())
    }

    fn expected(&self) -> String {
        format!("expected {}", alternatives(self.options.iter().map(|(name, _)| format!("`{name}`"))))
    }
}

/// What to write instead of an unknown word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suggestion {
    Option(&'static str),
    /// The advice for a word of the table.
    Advice(Advice),
}

/// One option during parsing: its key, and the input after the key.
pub(crate) struct Argument<'input> {
    pub(crate) key: Ident,
    /// An example of this option, for messages.
    pub(crate) example: &'static str,
    pub(crate) input: ParseStream<'input>,
}

impl Argument<'_> {
    /// An error at the key.
    pub(crate) fn error(&self, rule: Rule, problem: impl std::fmt::Display) -> syn::Error {
        rule.error(&self.key, problem)
    }
}

/// Stores one option; returns `false` if the option is unknown.
pub(crate) type ReadOne<'a> = dyn FnMut(&Argument<'_>, &mut Errors) -> syn::Result<bool> + 'a;

/// Reads all tokens of an attribute.
pub(crate) fn read_all(tokens: TokenStream, grammar: &Grammar, errors: &mut Errors, set: &mut ReadOne<'_>) {
    let parser = |input: ParseStream<'_>| {
        read_list(input, grammar, errors, set);
        Ok(())
    };
    // Unparsed tokens inside brackets belong to a value. If there are errors, one of them reports that value.
    if let Err(error) = parse_to_the_end(tokens, parser) {
        if errors.is_empty() {
            errors.push(Rule::MissingOptionName.error_at(error.span(), grammar.no_option()));
        }
    }
}

/// Reads options up to the end of `input`; a mistake in one does not hide the mistakes in the next.
pub(crate) fn read_list(
    input: ParseStream<'_>,
    grammar: &Grammar,
    errors: &mut Errors,
    set: &mut ReadOne<'_>,
) {
    let mut seen = Vec::new();
    while !input.is_empty() {
        if let Err(error) = read_option(input, grammar, errors, &mut seen, set) {
            errors.push(error);
            skip_to_comma(input);
        }
        if let Err(error) = end_of_option(input) {
            errors.push(error);
            skip_to_comma(input);
            let _ = input.parse::<Token![,]>();
        }
    }
}

fn read_option(
    input: ParseStream<'_>,
    grammar: &Grammar,
    errors: &mut Errors,
    seen: &mut Vec<Ident>,
    set: &mut ReadOne<'_>,
) -> syn::Result<()> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error(Rule::MissingOptionName.message(grammar.no_option())));
    }
    let key = input.call(Ident::parse_any)?;
    let (word, tokens) = hyphenated(&key, input)?;
    let Some(example) = grammar.example(&word) else {
        return Err(grammar.unknown(tokens, &word));
    };
    if seen.contains(&key) {
        return Err(Rule::DuplicateOption.error(key, format!("`{word}` is given twice; keep one of the two")));
    }
    seen.push(key.clone());
    let argument = Argument { key, example, input };
    if set(&argument, errors)? { Ok(()) } else { Err(grammar.unknown(&argument.key, &word)) }
}

/// Reads `on-error` as one word, which gives better advice than `on`.
fn hyphenated(key: &Ident, input: ParseStream<'_>) -> syn::Result<(String, TokenStream)> {
    let mut word = key.to_string();
    let mut tokens = key.to_token_stream();
    while input.peek(Token![-]) && input.peek2(Ident::peek_any) {
        input.parse::<Token![-]>()?.to_tokens(&mut tokens);
        let part = input.call(Ident::parse_any)?;
        word = format!("{word}-{part}");
        part.to_tokens(&mut tokens);
    }
    Ok((word, tokens))
}

fn end_of_option(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(drop);
    }
    Err(input.error(Rule::MissingComma.message("expected `,` before the next option")))
}

/// Skips to the next option after a mistake.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

/// Reads names between commas, each once; `duplicate` is the rule against a second time.
pub(crate) fn read_names(
    list: ParseStream<'_>,
    read: fn(ParseStream<'_>) -> syn::Result<Ident>,
    duplicate: Rule,
    errors: &mut Errors,
) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    while !list.is_empty() {
        match read(list) {
            Ok(name) if names.contains(&name) => {
                errors.on(&name, duplicate, format!("`{name}` is named twice; keep one of the two"));
            }
            Ok(name) => names.push(name),
            Err(error) => errors.push(error),
        }
        skip_to_comma(list);
        let _ = list.parse::<Token![,]>();
    }
    names
}
