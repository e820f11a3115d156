//! Random tokens.

use std::ffi::CString;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use quote::quote;

use super::usage::{ATTRIBUTES, Attribute, Usage};

/// Random options, over random tokens or something like a function.
pub(super) fn usages() -> BoxedStrategy<Usage> {
    let item = prop_oneof![stream(12), like_a_function()];
    (attribute(), stream(12), item)
        .prop_map(|(attribute, arguments, item)| Usage::new(attribute, arguments, item))
        .boxed()
}

pub(super) fn attribute() -> impl Strategy<Value = Attribute> {
    select(&ATTRIBUTES[..])
}

pub(super) fn stream(most: usize) -> impl Strategy<Value = TokenStream> {
    vec(tree(), 0..=most).prop_map(TokenStream::from_iter)
}

pub(super) fn tree() -> impl Strategy<Value = TokenTree> {
    let leaf = prop_oneof![
        4 => word().prop_map(TokenTree::Ident),
        4 => punct().prop_map(TokenTree::Punct),
        3 => literal().prop_map(TokenTree::Literal),
    ];
    leaf.prop_recursive(4, 12, 4, |inner| {
        (delimiter(), vec(inner, 0..4))
            .prop_map(|(delimiter, content)| group(delimiter, TokenStream::from_iter(content)))
    })
}

pub(super) fn group(delimiter: Delimiter, content: TokenStream) -> TokenTree {
    TokenTree::Group(Group::new(delimiter, content))
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    select(vec![Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None])
}

/// A function in which random tokens may make some part invalid.
fn like_a_function() -> impl Strategy<Value = TokenStream> {
    let head = prop_oneof![
        8 => Just(quote!(async fn ping)),
        1 => Just(quote!(pub(crate) async fn r#loop)),
        1 => Just(quote!(const unsafe extern "C" fn main)),
        1 => (stream(3), stream(3)).prop_map(|(before, behind)| quote!(#[#before] async fn ping<#behind>)),
    ];
    let inputs = prop_oneof![
        4 => Just(TokenStream::new()),
        4 => Just(quote!(event: &Event)),
        1 => stream(8),
        1 => stream(3).prop_map(|of_type| quote!(a: #of_type)),
    ];
    let output =
        prop_oneof![8 => Just(TokenStream::new()), 1 => stream(4).prop_map(|output| quote!(-> #output))];
    (head, inputs, output, stream(4))
        .prop_map(|(head, inputs, output, body)| quote!(#head(#inputs) #output { #body }))
}

const WORDS: &str = "
    abstract as async await box break const continue crate do dyn else enum extern false fn for gen if impl
    in let loop macro match mod move mut pub ref return safe self Self static struct super trait true try
    type union unsafe use where while yield _ x ünï ping main name timeout restart backoff exp slot
    admission on Failed queue crates grace flavor inject cfg doc task job u8 str State TaskContext Event App
    Option tenant after needs
";

const RAW: &str = "loop type name fn x";

fn any_of(words: &'static str) -> impl Strategy<Value = &'static str> {
    select(words.split_whitespace().collect::<Vec<_>>())
}

fn word() -> impl Strategy<Value = Ident> {
    let named = |name: &'static str| Ident::new(name, Span::call_site());
    let raw = |name: &'static str| Ident::new_raw(name, Span::call_site());
    prop_oneof![9 => any_of(WORDS).prop_map(named), 1 => any_of(RAW).prop_map(raw)]
}

/// A `'` may precede any token, and so begin a lifetime or not.
fn punct() -> impl Strategy<Value = Punct> {
    let letter = prop_oneof![
        2 => select(vec![',', '=', ':', '-', '&', '#', '<', '>', '!']),
        1 => select("=<>!~+-*/%^&|@.,;:#$?'".chars().collect::<Vec<_>>()),
    ];
    (letter, any::<bool>())
        .prop_map(|(letter, joint)| Punct::new(letter, if joint { Spacing::Joint } else { Spacing::Alone }))
}

/// Literals that can only be built from text.
const WRITTEN: &str = r##"
    5s 5_parsecs 0x1F_u8 0b1 0o17 1_000 1e999 1.5e-7f32 1f64 0x1f64 2. 1E5 0xFFFFFFFFFFFFFFFFF -1 -1.5f64
    99999999999999999999999999999999999999999999 r"raw" r#"{tenant}"# br"raw" cr"raw" "a"suffix 'a'suffix b'\x00'
    "\u{1F600}"
"##;

const TEXTS: &[&str] = &[
    "",
    " ",
    "5s",
    "1m 30s",
    "5",
    "-5s",
    "always",
    "on_failure",
    "exp",
    "full",
    "{tenant}",
    "{",
    "{}",
    "{x:>w$.*}",
    "}{",
    "ping",
    "::taskvisor",
    "my-crate",
    "\u{0}",
    "ä{ä",
];

fn literal() -> impl Strategy<Value = Literal> {
    let text = prop_oneof![select(TEXTS).prop_map(str::to_owned), ".*", "[{}a:$.*0-9 ]{0,12}"];
    let float = any::<f64>().prop_filter("a literal is finite", |float| float.is_finite());
    prop_oneof![
        6 => text.prop_map(|text| Literal::string(&text)),
        2 => any_of(WRITTEN).prop_filter_map("no literal", |written| written.parse().ok()),
        1 => any::<u128>().prop_map(Literal::u128_unsuffixed),
        1 => any::<i64>().prop_map(Literal::i64_unsuffixed),
        1 => any::<u8>().prop_map(Literal::u8_suffixed),
        1 => any::<i128>().prop_map(Literal::i128_suffixed),
        1 => (0..10_usize).prop_map(Literal::usize_unsuffixed),
        1 => float.clone().prop_map(Literal::f64_unsuffixed),
        1 => float.prop_map(Literal::f64_suffixed),
        1 => any::<char>().prop_map(Literal::character),
        1 => any::<u8>().prop_map(Literal::byte_character),
        1 => vec(any::<u8>(), 0..4).prop_map(|bytes| Literal::byte_string(&bytes)),
        1 => "[^\u{0}]{0,4}".prop_map(|text| Literal::c_string(&CString::new(text).unwrap_or_default())),
    ]
}
