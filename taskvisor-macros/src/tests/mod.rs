//! The attributes from tokens to tokens, without a compiler.

mod advice;
mod arbitrary;
mod constants;
mod dependencies;
mod functions;
mod jobs;
mod limits;
mod mistakes;
mod notations;
mod parameters;
mod rare;
mod schedule;
mod selected_tasks;
mod shortest_times;
mod snapshots;
mod values;

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::error::advice::OptionsOf;

fn tokens(source: &str) -> TokenStream {
    TokenStream::from_str(source).unwrap_or_else(|_| panic!("the test's source is not Rust: {source}"))
}

/// The tokens without the empty list of generic parameters that an attribute adds to the function, which comes first.
fn without_generics(function: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = function.into_iter().collect();
    let is = |token: Option<&TokenTree>, text: &str| token.is_some_and(|token| token.to_string() == text);
    if let Some(word) = tokens.iter().position(|token| is(Some(token), "fn")) {
        if is(tokens.get(word + 2), "<") && is(tokens.get(word + 3), ">") {
            tokens.drain(word + 2..word + 4);
        }
    }
    tokens.into_iter().collect()
}

/// The tokens with the generated items of a name, instead of the macro that emits them once.
fn with_items(expansion: TokenStream) -> TokenStream {
    let mut unwrapped = TokenStream::new();
    let mut tokens = expansion.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let attribute = match (&token, tokens.peek()) {
            (TokenTree::Punct(punct), Some(TokenTree::Group(attribute))) if punct.as_char() == '#' => {
                items_of(attribute.stream())
            }
            _ => None,
        };
        match attribute {
            // Without the attribute and its macro, which is a word, `!`, a name and braces.
            Some(items) => {
                unwrapped.extend(items);
                tokens.by_ref().take(5).for_each(drop);
            }
            None => unwrapped.extend([token]),
        }
    }
    unwrapped
}

/// The items in `beside(use select as declaration; declaration! { "mark" items })`.
fn items_of(attribute: TokenStream) -> Option<TokenStream> {
    let mut attribute: Vec<TokenTree> = attribute.into_iter().collect();
    let Some(TokenTree::Group(arguments)) = attribute.pop() else { return None };
    if attribute.pop()?.to_string() != "beside" {
        return None;
    }
    let Some(TokenTree::Group(items)) = arguments.stream().into_iter().last() else { return None };
    Some(items.stream().into_iter().skip(1).collect())
}

/// What `expand` makes of `#[attribute(arguments)] item`, as readable code.
fn expanded(expand: fn(TokenStream, TokenStream) -> TokenStream, arguments: &str, item: &str) -> String {
    let expansion = with_items(expand(tokens(arguments), tokens(item)));
    prettyplease::unparse(&syn::parse2(expansion).expect("the expansion is Rust"))
}

/// The messages of all errors in an expansion, in the order in which they stand there.
fn messages(expansion: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion).expect("the expansion is Rust");
    let macros = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    macros
        .filter(|mac| mac.path.segments.last().is_some_and(|last| last.ident == "compile_error"))
        .map(|mac| mac.parse_body::<syn::LitStr>().expect("an error has a message").value())
        .collect()
}

/// The same for an entry point, whose errors stand inside of its `main`.
fn messages_inside(expansion: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion).expect("the expansion is Rust");
    let Some(syn::Item::Fn(main)) = file.items.into_iter().next() else { panic!("there is no main") };
    let macros = main.block.stmts.into_iter().filter_map(|statement| match statement {
        syn::Stmt::Macro(statement) => Some(statement.mac),
        syn::Stmt::Item(syn::Item::Macro(item)) => Some(item.mac),
        _ => None,
    });
    let errors =
        macros.filter(|mac| mac.path.segments.last().is_some_and(|last| last.ident == "compile_error"));
    errors.map(|mac| mac.parse_body::<syn::LitStr>().expect("an error has a message").value()).collect()
}

/// All lists of options.
const LISTS: [OptionsOf; 5] =
    [OptionsOf::Task, OptionsOf::Job, OptionsOf::Subscriber, OptionsOf::Main, OptionsOf::Backoff];

/// The messages for options in this list, on the functions of a task, a job, a subscriber and a setup.
fn messages_for(list: OptionsOf, options: &str, functions: [&str; 4]) -> Vec<String> {
    let [task, job, subscriber, main] = functions;
    let expand =
        |expand: fn(TokenStream, TokenStream) -> TokenStream, item| expand(tokens(options), tokens(item));
    match list {
        OptionsOf::Task => messages(expand(crate::task::task, task)),
        OptionsOf::Job => messages(expand(crate::job::job, job)),
        OptionsOf::Subscriber => messages(expand(crate::subscriber::subscriber, subscriber)),
        OptionsOf::Main => messages_inside(expand(crate::entry::main, main)),
        OptionsOf::Backoff => messages_for(OptionsOf::Task, &format!("backoff(exp, {options})"), functions),
    }
}

/// The messages, without the one of a `cron` whose feature this build does not have.
fn with_every_feature(mut messages: Vec<String>) -> Vec<String> {
    if !cfg!(feature = "schedule") {
        messages.retain(|message| !message.ends_with("rule `cron-without-feature`"));
    }
    messages
}

/// There is this one message.
#[track_caller]
fn one(messages: Vec<String>, beginning: &str) {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].starts_with(beginning), "{}", messages[0]);
}
