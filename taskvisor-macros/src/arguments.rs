//! The list in an attribute's parentheses: which options there are, and reading them one by one.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Token};

use crate::errors::{Errors, parse_to_the_end};
use crate::nearest::{alternatives, nearest, same_word};

/// The options of one attribute.
pub(crate) struct Grammar {
    /// Each option, and how it is written.
    pub(crate) options: &'static [(&'static str, &'static str)],
    /// Words that people try, and what to write instead of each, in lists that attributes may share.
    pub(crate) instead: &'static [&'static [(&'static str, &'static str)]],
}

impl Grammar {
    fn example(&self, option: &str) -> Option<&'static str> {
        self.options.iter().find(|(name, _)| *name == option).map(|(_, example)| *example)
    }

    fn unknown(&self, written: &str) -> String {
        let instead = || self.instead.iter().copied().flatten();
        if let Some((_, advice)) = instead().find(|(word, _)| same_word(word, written)) {
            return format!("unknown option `{written}`; {advice}");
        }
        let names = self.options.iter().map(|(name, _)| *name);
        match nearest(written, names.chain(instead().map(|(word, _)| *word))) {
            Some(option) if self.example(option).is_some() => {
                format!("unknown option `{written}`; did you mean `{option}`? {}", self.expected())
            }
            Some(word) => {
                let advice = instead().find(|(known, _)| *known == word).map(|(_, advice)| advice);
                format!("unknown option `{written}`; {}", advice.unwrap_or(&""))
            }
            None => format!("unknown option `{written}`; {}", self.expected()),
        }
    }

    fn expected(&self) -> String {
        format!("expected {}", alternatives(self.options.iter().map(|(name, _)| format!("`{name}`"))))
    }
}

/// One option where it is read: its key, and the input behind the key.
pub(crate) struct Argument<'input> {
    pub(crate) key: Ident,
    /// How this option is written, for messages.
    pub(crate) example: &'static str,
    pub(crate) input: ParseStream<'input>,
}

impl Argument<'_> {
    /// The error that the key itself deserves.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> syn::Error {
        syn::Error::new_spanned(&self.key, message)
    }
}

/// What an option is read into; `false` says that it is none of this reader's.
pub(crate) type ReadOne<'a> = dyn FnMut(&Argument<'_>, &mut Errors) -> syn::Result<bool> + 'a;

/// Reads all tokens of an attribute.
pub(crate) fn read_all(tokens: TokenStream, grammar: &Grammar, errors: &mut Errors, set: &mut ReadOne<'_>) {
    let parser = |input: ParseStream<'_>| {
        read_list(input, grammar, errors, set);
        Ok(())
    };
    // What is left over inside of brackets belongs to a value, which mostly has been reported.
    if let Err(error) = parse_to_the_end(tokens, parser) {
        if errors.is_empty() {
            errors.push(syn::Error::new(error.span(), format!("this is no option; {}", grammar.expected())));
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
        return Err(input.error(format!("this is no option; {}", grammar.expected())));
    }
    let key = input.call(Ident::parse_any)?;
    let (word, tokens) = hyphenated(&key, input)?;
    let Some(example) = grammar.example(&word) else {
        return Err(syn::Error::new_spanned(tokens, grammar.unknown(&word)));
    };
    if seen.contains(&key) {
        return Err(syn::Error::new_spanned(key, format!("`{word}` is given twice; keep one of the two")));
    }
    seen.push(key.clone());
    let argument = Argument { key, example, input };
    if set(&argument, errors)? { Ok(()) } else { Err(argument.error(grammar.unknown(&word))) }
}

/// `on-error` is no option, but reading it as one word gives it a better answer than `on`.
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
    Err(input.error("expected `,` before the next option"))
}

/// After a mistake, goes on where the next option begins.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

/// Reads names between commas, each once.
pub(crate) fn read_names(
    list: ParseStream<'_>,
    read: fn(ParseStream<'_>) -> syn::Result<Ident>,
    errors: &mut Errors,
) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    while !list.is_empty() {
        match read(list) {
            Ok(name) if names.contains(&name) => {
                errors.on(&name, format!("`{name}` is named twice; keep one of the two"));
            }
            Ok(name) => names.push(name),
            Err(error) => errors.push(error),
        }
        skip_to_comma(list);
        let _ = list.parse::<Token![,]>();
    }
    names
}
