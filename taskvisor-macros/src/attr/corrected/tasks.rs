//! The tasks of a list.

use proc_macro2::{Delimiter, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Lit, Path};

use crate::attr::names::{is_punct, split};
use crate::text::text_of;

use super::{content, without_brackets};

/// The items of a task's type that stand in place of the task: `ping::spec()` and `ping::NAME`.
const ITEMS: [&str; 2] = ["spec", "NAME"];

/// The paths of a list: also in quotes, of another macro, with dots, or as calls. Each item must be one.
pub(in crate::attr) fn tasks_in(tokens: TokenStream) -> Option<String> {
    let is_around = |token: &TokenTree| match token {
        TokenTree::Ident(word) => word == "vec",
        token => is_punct(token, '&') || is_punct(token, '!'),
    };
    let mut list = tokens.clone().into_iter().skip_while(is_around);
    let list = match (list.next(), list.next()) {
        (Some(TokenTree::Group(list)), None) => without_brackets(list.stream()),
        _ => tokens,
    };
    let items = split(with_commas(list));
    let paths: Option<Vec<String>> = items.into_iter().map(path_of).collect();
    let mut found: Vec<String> = Vec::new();
    for path in paths?.iter().flat_map(|path| path.split(", ")) {
        if !found.iter().any(|other| other == path) {
            found.push(path.to_owned());
        }
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// The list with commas between its items, which other signs may separate, or none.
fn with_commas(list: TokenStream) -> TokenStream {
    let comma = || TokenTree::Punct(Punct::new(',', Spacing::Alone));
    let mut after_word = false;
    let mut separated = TokenStream::new();
    for token in list {
        let is_separator = ['+', ';', '|'].iter().any(|sign| is_punct(&token, *sign));
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if after_word && is_word {
            separated.extend([comma()]);
        }
        after_word = is_word;
        separated.extend([if is_separator { comma() } else { token }]);
    }
    separated
}

/// The path in one item. A text may have several.
fn path_of(item: TokenStream) -> Option<String> {
    let text = syn::parse2::<Lit>(item.clone()).ok();
    if let Some(Lit::Str(_)) = text {
        let text = text.as_ref().map(content).unwrap_or_default();
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        let paths: Option<Vec<String>> =
            words.map(|word| word.parse().ok().and_then(|tokens| path_in(&tokens))).collect();
        return paths.map(|paths| paths.join(", ")).filter(|paths| !paths.is_empty());
    }
    let is_call = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis && group.stream().is_empty(),
        _ => false,
    };
    let tokens: Vec<TokenTree> = item.into_iter().filter(|token| !is_punct(token, '&')).collect();
    path_in(&tokens.into_iter().filter(|token| !is_call(token)).collect())
}

/// The path that the tokens are, without an item of the task's type at its end.
fn path_in(tokens: &TokenStream) -> Option<String> {
    let in_path = |token: TokenTree| match token {
        TokenTree::Ident(word) => raw(&word).into_token_stream(),
        dot if is_punct(&dot, '.') => quote!(::),
        other => other.into(),
    };
    let tokens: TokenStream = tokens.clone().into_iter().flat_map(in_path).collect();
    let path = syn::parse::Parser::parse2(Path::parse_mod_style, tokens.clone()).ok()?;
    let written = text_of(tokens);
    let last = path.segments.last()?.ident.to_string();
    let owner = written.strip_suffix(&last).and_then(|before| before.strip_suffix("::"));
    if let Some(owner) = owner.filter(|owner| ITEMS.contains(&last.as_str()) && !owner.is_empty()) {
        return Some(owner.to_owned());
    }
    // A word in capitals is a constant, and one that begins with a capital is a type.
    let is_function =
        !["self", "super", "crate"].contains(&last.as_str()) && !last.starts_with(char::is_uppercase);
    is_function.then_some(written)
}

/// A keyword as the raw identifier of a function.
fn raw(word: &Ident) -> Ident {
    let written = word.to_string();
    let is_other =
        ["self", "super", "crate", "$crate", "Self", "_", "true", "false"].contains(&written.as_str());
    if is_other || syn::parse_str::<Ident>(&written).is_ok() {
        return word.clone();
    }
    Ident::new_raw(&written, Span::call_site())
}
