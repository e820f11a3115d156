//! What an attribute promises, whatever it is given.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

use crate::ast::function::Function;

use super::trees::{self, Reported, exact, flat, mentions, printed, reported, with_body, without_attributes};
use super::usage::{Attribute, Usage};

/// What a usage came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    Declared,
    Refused,
    NoFunction,
}

type Kept = Result<(), String>;

pub(super) fn keep(usage: &Usage) -> Result<Answer, String> {
    let expansion = usage.expand();
    let errors = reported(expansion.clone());
    let kept = declared_or_refused(usage, &expansion, &errors)
        .and_then(|()| errors.iter().try_for_each(error_is_ours))
        .and_then(|()| errors_have_places(usage, &errors))
        .and_then(|()| item_is_kept(usage, &expansion, &errors))
        .and_then(|()| expansion_is_rust(usage, &expansion));
    kept.map_err(|broken| format!("{broken}\n    {usage:?}\nexpands to\n    {expansion}\n"))?;
    Ok(match (function(&usage.item).is_some(), errors.is_empty()) {
        (false, _) => Answer::NoFunction,
        (true, true) => Answer::Declared,
        (true, false) => Answer::Refused,
    })
}

fn unless(broken: bool, promise: impl Into<String>) -> Kept {
    if broken { Err(promise.into()) } else { Ok(()) }
}

/// Either all is declared, or an error says why not.
///
/// With mistakes in its options alone it is declared all the same, so that its users compile and its types are checked.
fn declared_or_refused(usage: &Usage, expansion: &TokenStream, errors: &[Reported]) -> Kept {
    let declared =
        mentions(expansion.clone(), if usage.attribute == Attribute::Main { "run_main" } else { "submit" });
    unless(
        !declared && errors.is_empty() && !names_twice(usage),
        "nothing is declared, and no error says why",
    )?;
    let without_options = Usage { arguments: TokenStream::new(), ..usage.clone() };
    unless(
        declared && !errors.is_empty() && !reported(without_options.expand()).is_empty(),
        "declared in spite of a function with mistakes",
    )
}

/// Of two arguments of one name the compiler speaks.
fn names_twice(usage: &Usage) -> bool {
    let Some(function) = function(&usage.item) else { return false };
    let mut patterns: Vec<_> = function
        .signature
        .inputs
        .iter()
        .map(|input| match input {
            syn::FnArg::Receiver(_) => "self".to_owned(),
            syn::FnArg::Typed(typed) => match &*typed.pat {
                syn::Pat::Ident(pattern) => pattern.ident.to_string(),
                other => quote!(#other).to_string(),
            },
        })
        .collect();
    let all = patterns.len();
    patterns.sort();
    patterns.dedup();
    patterns.len() < all && usage.attribute == Attribute::Job
}

/// A sentence of ours begins in lower case or with code, has no period, and is followed by the name of its rule.
fn error_is_ours(error: &Reported) -> Kept {
    let (message, rule) = error.message.split_once('\n').unwrap_or((&error.message, ""));
    let names_a_rule = rule.starts_with("see `taskvisor::when_it_does_not_compile`, rule `");
    unless(!names_a_rule, format!("an error does not end with its rule: {message}"))?;
    let begins_well = message.starts_with(|letter: char| letter.is_lowercase() || letter == '`');
    unless(!begins_well, format!("an error begins like a sentence, or says nothing: {message}"))?;
    unless(message.ends_with('.'), format!("an error ends with a period: {message}"))?;
    unless(is_of_the_parser(message), format!("an error is in the parser's words: {message}"))
}

/// Whether `syn` said so. It says what it expected, and no more; our errors say what to write.
fn is_of_the_parser(message: &str) -> bool {
    let says_more = [" as in ", ": ", "; ", " before the next option", " after the kind"];
    ["expected one of: ", "unexpected end of input", "unexpected token"]
        .iter()
        .any(|words| message.contains(words))
        || ["unexpected ", "cannot parse ", "unsupported "].iter().any(|words| message.starts_with(words))
        || message.starts_with("expected ") && !says_more.iter().any(|more| message.contains(more))
}

/// An error without a place of its own would underline the whole attribute.
fn errors_have_places(usage: &Usage, errors: &[Reported]) -> Kept {
    let nowhere = place(Span::call_site());
    if nowhere == UNKNOWN || usage.item.is_empty() {
        return Ok(());
    }
    let mut seen = BTreeSet::new();
    for Reported { message, first, last } in errors {
        let (first, last) = (place(*first), place(*last));
        unless(first == nowhere || last == nowhere, format!("an error points at no token: {message}"))?;
        unless(!seen.insert((first, message)), format!("an error is reported twice: {message}"))?;
    }
    Ok(())
}

/// What each place reads as, unless tokens are built with `--cfg taskvisor_places`.
const UNKNOWN: &str = "Span";

fn place(span: Span) -> String {
    format!("{span:?}")
}

/// The item comes first, or is inside of `main`.
fn item_is_kept(usage: &Usage, expansion: &TokenStream, errors: &[Reported]) -> Kept {
    let Usage { attribute, item, .. } = usage;
    let kept = match (attribute, function(item)) {
        (Attribute::Main, Some(function)) => is_main_around(function, expansion),
        (_, Some(function)) => {
            let may_be_cleaned =
                *attribute == Attribute::Job || mentions(item.clone(), "inject") || !errors.is_empty();
            is_untouched(item, expansion)
                || may_be_cleaned && is_cleaned(function, expansion, !errors.is_empty())
        }
        (_, None) => is_untouched(item, expansion),
    };
    unless(!kept, "the item is changed")
}

/// To the last detail; one attribute may stand before it.
fn is_untouched(item: &TokenStream, expansion: &TokenStream) -> bool {
    let (item, out) = (exact(item.clone()), exact(expansion.clone()));
    let begin: TokenStream = expansion.clone().into_iter().take(2).collect();
    let allows = without_attributes(begin, &is_allowance).is_empty();
    out.starts_with(&item) || allows && out.get(2..).is_some_and(|out| out.starts_with(&item))
}

/// The function comes first as the parser prints it, but for what only our attributes understand; and, where it has
/// mistakes, but for those of which the compiler would speak once more.
fn is_cleaned(function: Function, expansion: &TokenStream, mistaken: bool) -> bool {
    let Function { attributes, visibility, mut signature, body } = function;
    let clean =
        |tokens| printed(without_attributes(tokens, &|attribute| is_cleaned_off(attribute, mistaken)));
    let out = clean(expansion.clone());
    let as_written = clean(quote!(#(#attributes)* #visibility #signature #body));
    if mistaken && signature.asyncness.is_some() {
        (signature.constness, signature.variadic) = (None, None);
    }
    out.starts_with(&as_written)
        || out.starts_with(&clean(quote!(#(#attributes)* #visibility #signature #body)))
}

fn is_cleaned_off(attribute: &[String], mistaken: bool) -> bool {
    let path = attribute.iter().take_while(|word| !["(", "[", "{", "="].contains(&word.as_str()));
    let last = path.last().map_or("", String::as_str);
    let changes_it = ["task", "job", "subscriber", "main"].contains(&last);
    mistaken && changes_it
        || attribute.first().is_some_and(|word| word == "inject")
        || is_allowance(attribute)
}

/// What the attributes add, so that lints stay quiet about what they demand.
fn is_allowance(attribute: &[String]) -> bool {
    let lints = ["unused_variables", "clippy::unused_async", "dead_code"];
    lints.iter().any(|lint| attribute.concat() == format!("allow({lint})"))
}

/// There is one function, of this name, and the user's own is inside.
fn is_main_around(function: Function, expansion: &TokenStream) -> bool {
    let Function { attributes, visibility, signature, body } = function;
    let name = &signature.ident;
    let Some(outer) = trees::body(expansion) else { return false };
    let head = flat(with_body(expansion, Group::new(Delimiter::None, TokenStream::new())));
    let declared = flat(quote!(#(#attributes)* #visibility fn #name() -> ::std::process::ExitCode));
    let refused = flat(quote!(#visibility fn #name()));
    let quiet = |tokens| printed(without_attributes(tokens, &is_allowance));
    (head == declared || head == refused)
        && quiet(outer.stream()).starts_with(&quiet(quote!(#signature #body)))
}

/// Whatever was a function comes out as items; what was none, with nothing but items behind it.
///
/// With another body it is the same expansion, but for the body and for what lints say of it: so a half-typed one
/// changes nothing.
fn expansion_is_rust(usage: &Usage, expansion: &TokenStream) -> Kept {
    let Some(function) = function(&usage.item) else {
        let length = usage.item.clone().into_iter().count();
        return is_rust(expansion.clone().into_iter().skip(length).collect());
    };
    let written = flat(function.body);
    unless(!written.starts_with(&["{".to_owned()]), "what has no body is taken for a function")?;
    let body = trees::body(&usage.item).filter(|body| flat(TokenTree::from(body.clone()).into()) == written);
    let Some(body) = body else { return Ok(()) };
    let mut other = Group::new(Delimiter::Brace, quote!(__another_body));
    other.set_span(body.span());
    let twin = Usage { item: with_body(&usage.item, other), ..usage.clone() };
    let other_expansion = twin.expand();
    let put_back = with_body_put_back(other_expansion.clone(), &body);
    let quiet = |tokens| printed(without_attributes(tokens, &is_allowance));
    unless(quiet(put_back) != quiet(expansion.clone()), "the body is looked into")?;
    if syn::parse2::<syn::ItemFn>(twin.item).is_ok() { is_rust(other_expansion) } else { Ok(()) }
}

fn is_rust(tokens: TokenStream) -> Kept {
    syn::parse2::<syn::File>(tokens).map(drop).map_err(|error| format!("the expansion is not Rust: {error}"))
}

fn with_body_put_back(stream: TokenStream, body: &Group) -> TokenStream {
    let put_back = |tree| match tree {
        TokenTree::Group(group) if group.stream().to_string() == "__another_body" => body.clone().into(),
        TokenTree::Group(group) => {
            let mut rest = Group::new(group.delimiter(), with_body_put_back(group.stream(), body));
            rest.set_span(group.span());
            rest.into()
        }
        other => other,
    };
    stream.into_iter().map(put_back).collect()
}

/// The function, as the attributes read it: of its body only that it is there.
fn function(item: &TokenStream) -> Option<Function> {
    syn::parse2(item.clone()).ok()
}
