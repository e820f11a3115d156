//! The properties of an expansion.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

use crate::ast::function::Function;
use crate::ast::unreadable;
use crate::expand::mistaken_function::strip_mistakes;

use super::trees::{self, Reported, exact, flat, mentions, printed, reported, with_body, without_attributes};
use super::usage::{Attribute, Usage};
use crate::tests::{with_items, without_generics};

/// What an attribute made of a usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Declared,
    Rejected,
    NotAFunction,
}

type Checked = Result<(), String>;

pub(super) fn check(usage: &Usage) -> Result<Verdict, String> {
    let expansion = usage.expand();
    let errors = reported(expansion.clone());
    let kept = declared_or_rejected(usage, &expansion, &errors)
        .and_then(|()| errors.iter().try_for_each(error_is_ours))
        .and_then(|()| errors_have_places(usage, &errors))
        .and_then(|()| item_is_kept(usage, &expansion, &errors))
        .and_then(|()| expansion_is_rust(usage, &expansion));
    kept.map_err(|broken| format!("{broken}\n    {usage:?}\nexpands to\n    {expansion}\n"))?;
    Ok(match (function(&usage.item).is_some(), errors.is_empty()) {
        (false, _) => Verdict::NotAFunction,
        (true, true) => Verdict::Declared,
        (true, false) => Verdict::Rejected,
    })
}

fn fail_if(broken: bool, problem: impl Into<String>) -> Checked {
    if broken { Err(problem.into()) } else { Ok(()) }
}

/// The attribute either declares the function or reports an error. With mistakes in the options alone it does both.
fn declared_or_rejected(usage: &Usage, expansion: &TokenStream, errors: &[Reported]) -> Checked {
    let declared =
        mentions(expansion.clone(), if usage.attribute == Attribute::Main { "run_main" } else { "submit" });
    fail_if(
        !declared && errors.is_empty() && !names_twice(usage) && !unreadable::is_reported(&usage.item),
        "nothing is declared, and no error says why",
    )?;
    let without_options = Usage { arguments: TokenStream::new(), ..usage.clone() };
    fail_if(
        declared && !errors.is_empty() && !reported(without_options.expand()).is_empty(),
        "declared in spite of a function with mistakes",
    )
}

/// Whether two arguments have the same name, which the compiler itself reports.
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
fn error_is_ours(error: &Reported) -> Checked {
    let (message, rule) = error.message.split_once('\n').unwrap_or((&error.message, ""));
    let names_a_rule = rule.starts_with("see `taskvisor::when_it_does_not_compile`, rule `");
    fail_if(!names_a_rule, format!("an error does not end with its rule: {message}"))?;
    let begins_well = message.starts_with(|letter: char| letter.is_lowercase() || letter == '`');
    fail_if(!begins_well, format!("an error begins like a sentence, or says nothing: {message}"))?;
    fail_if(message.ends_with('.'), format!("an error ends with a period: {message}"))?;
    fail_if(is_of_the_parser(message), format!("an error is in the parser's words: {message}"))
}

/// Whether the message is one of `syn`, which says what it expected, but not what to write.
fn is_of_the_parser(message: &str) -> bool {
    let says_more = [" as in ", ": ", "; ", " before the next option", " after the kind"];
    ["expected one of: ", "unexpected end of input", "unexpected token"]
        .iter()
        .any(|words| message.contains(words))
        || ["unexpected ", "cannot parse ", "unsupported "].iter().any(|words| message.starts_with(words))
        || message.starts_with("expected ") && !says_more.iter().any(|more| message.contains(more))
}

/// An error without a span of its own would underline the whole attribute.
fn errors_have_places(usage: &Usage, errors: &[Reported]) -> Checked {
    let nowhere = place(Span::call_site());
    if nowhere == UNKNOWN || usage.item.is_empty() {
        return Ok(());
    }
    let mut seen = BTreeSet::new();
    for Reported { message, first, last } in errors {
        let (first, last) = (place(*first), place(*last));
        fail_if(first == nowhere || last == nowhere, format!("an error points at no token: {message}"))?;
        fail_if(!seen.insert((first, message)), format!("an error is reported twice: {message}"))?;
    }
    Ok(())
}

/// How each span is printed without `--cfg taskvisor_places`.
const UNKNOWN: &str = "Span";

fn place(span: Span) -> String {
    format!("{span:?}")
}

/// The item is emitted first, or inside of `main`.
fn item_is_kept(usage: &Usage, expansion: &TokenStream, errors: &[Reported]) -> Checked {
    let Usage { attribute, item, .. } = usage;
    let (item, expansion) = (&without_generics(item.clone()), &without_generics(expansion.clone()));
    let kept = match (attribute, function(item)) {
        (Attribute::Main, Some(function)) if function.is_associated() => {
            is_cleaned(function, expansion, true)
        }
        (Attribute::Main, Some(function)) => is_main_around(function, expansion),
        (_, Some(function)) => {
            let may_be_cleaned =
                *attribute == Attribute::Job || mentions(item.clone(), "inject") || !errors.is_empty();
            is_untouched(item, expansion)
                || may_be_cleaned && is_cleaned(function, expansion, !errors.is_empty())
        }
        (_, None) => {
            let emitted = unreadable::emitted(item.clone(), attribute.role());
            is_untouched(&emitted, expansion)
        }
    };
    fail_if(!kept, "the item is changed")
}

/// Whether the item is emitted token for token, after at most one attribute.
fn is_untouched(item: &TokenStream, expansion: &TokenStream) -> bool {
    let (item, out) = (exact(item.clone()), exact(expansion.clone()));
    let begin: TokenStream = expansion.clone().into_iter().take(2).collect();
    let allows = without_attributes(begin, &is_allowance).is_empty();
    out.starts_with(&item) || allows && out.get(2..).is_some_and(|out| out.starts_with(&item))
}

/// Whether the function is emitted first without `#[inject]`, and, if it has mistakes, without those that the compiler would
/// report again.
fn is_cleaned(function: Function, expansion: &TokenStream, mistaken: bool) -> bool {
    let clean =
        |tokens| printed(without_attributes(tokens, &|attribute| is_cleaned_off(attribute, mistaken)));
    let out = clean(expansion.clone());
    let is_emitted = |function: &Function| {
        out.starts_with(&clean(quote!(#function)))
            || mistaken && out.starts_with(&clean(quote!(fn main() { #function })))
    };
    let mut stripped = function.clone();
    is_emitted(&function) || mistaken && strip_mistakes(&mut stripped) && is_emitted(&stripped)
}

fn is_cleaned_off(attribute: &[String], mistaken: bool) -> bool {
    let path = attribute.iter().take_while(|word| !["(", "[", "{", "="].contains(&word.as_str()));
    let last = path.last().map_or("", String::as_str);
    let changes_it = ["task", "job", "subscriber", "main"].contains(&last);
    mistaken && changes_it
        || attribute.first().is_some_and(|word| word == "inject")
        || is_allowance(attribute)
}

/// Whether it allows a lint, as the attributes do for code that they require.
fn is_allowance(attribute: &[String]) -> bool {
    let lints = ["unused_variables", "clippy::unused_async", "dead_code"];
    lints.iter().any(|lint| attribute.concat() == format!("allow({lint})"))
}

/// Whether there is one function of this name, with the user's function inside.
fn is_main_around(function: Function, expansion: &TokenStream) -> bool {
    let mut stripped = function.clone();
    strip_mistakes(&mut stripped);
    is_main_with(&function, expansion) || is_main_with(&stripped, expansion)
}

fn is_main_with(function: &Function, expansion: &TokenStream) -> bool {
    let Function { attributes, visibility, signature, body } = function;
    let name = &signature.ident;
    let Some(outer) = trees::body(expansion) else { return false };
    let head = flat(with_body(expansion, Group::new(Delimiter::None, TokenStream::new())));
    let declared = flat(quote!(#(#attributes)* #visibility fn #name() -> ::std::process::ExitCode));
    let rejected = flat(quote!(#visibility fn #name()));
    let quiet = |tokens| printed(without_attributes(tokens, &|attribute| is_cleaned_off(attribute, false)));
    (head == declared || head == rejected)
        && quiet(outer.stream()).starts_with(&quiet(quote!(#signature #body)))
}

/// The expansion is a list of items. For an item that is no function, only the part after the item is checked.
///
/// Another body gives the same expansion, except for the body and the lints about it: so a half-typed body changes nothing.
fn expansion_is_rust(usage: &Usage, expansion: &TokenStream) -> Checked {
    let Some(function) = function(&usage.item) else {
        let emitted = unreadable::emitted(usage.item.clone(), usage.attribute.role());
        let length = emitted.into_iter().count();
        return is_rust(expansion.clone().into_iter().skip(length).collect());
    };
    let written = flat(function.body);
    fail_if(!written.starts_with(&["{".to_owned()]), "what has no body is taken for a function")?;
    let body = trees::body(&usage.item).filter(|body| flat(TokenTree::from(body.clone()).into()) == written);
    let Some(body) = body else { return Ok(()) };
    let mut other = Group::new(Delimiter::Brace, quote!(__another_body));
    other.set_span(body.span());
    let twin = Usage { item: with_body(&usage.item, other), ..usage.clone() };
    let other_expansion = twin.expand();
    let put_back = with_body_put_back(other_expansion.clone(), &body);
    let quiet = |tokens| printed(without_attributes(tokens, &is_allowance));
    fail_if(quiet(put_back) != quiet(expansion.clone()), "the body is looked into")?;
    if syn::parse2::<syn::ItemFn>(twin.item).is_ok() { is_rust(other_expansion) } else { Ok(()) }
}

fn is_rust(tokens: TokenStream) -> Checked {
    syn::parse2::<syn::File>(with_items(tokens))
        .map(drop)
        .map_err(|error| format!("the expansion is not Rust: {error}"))
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
