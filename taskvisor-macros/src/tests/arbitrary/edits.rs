//! Valid usages with a few edited tokens, as while they are typed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::random_tokens;
use super::usage::{Usage, VALID};

/// An edit of one token, at any depth.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    Delete,
    Duplicate,
    SwapWithNext,
    /// Everything behind it is not typed yet.
    CutBehind,
    Hide,
    Insert(TokenTree),
    Replace(TokenTree),
}

impl Edit {
    /// The tokens after the edit at the token with this number; groups count before what is in them.
    pub(super) fn of(&self, stream: TokenStream, number: usize) -> TokenStream {
        let mut left = Some(number);
        self.walk(stream, &mut left)
    }

    fn walk(&self, stream: TokenStream, left: &mut Option<usize>) -> TokenStream {
        let mut out = Vec::new();
        let mut trees = stream.into_iter();
        while let Some(tree) = trees.next() {
            match left {
                Some(0) => {
                    *left = None;
                    let next = if matches!(self, Self::SwapWithNext) { trees.next() } else { None };
                    out.extend(next);
                    self.apply(tree, &mut out);
                }
                None if matches!(self, Self::CutBehind) => break,
                None => out.push(tree),
                Some(number) => {
                    *number -= 1;
                    out.push(self.inside(tree, left));
                }
            }
        }
        out.into_iter().collect()
    }

    fn inside(&self, tree: TokenTree, left: &mut Option<usize>) -> TokenTree {
        match tree {
            TokenTree::Group(group) => {
                random_tokens::group(group.delimiter(), self.walk(group.stream(), left))
            }
            other => other,
        }
    }

    fn apply(&self, tree: TokenTree, out: &mut Vec<TokenTree>) {
        match self {
            Self::Delete => {}
            Self::Duplicate => out.extend([tree.clone(), tree]),
            Self::SwapWithNext => out.push(tree),
            Self::CutBehind => out.push(match tree {
                TokenTree::Group(group) => random_tokens::group(group.delimiter(), TokenStream::new()),
                other => other,
            }),
            Self::Hide => out.push(Group::new(Delimiter::None, tree.into()).into()),
            Self::Insert(new) => out.extend([new.clone(), tree]),
            Self::Replace(new) => out.push(new.clone()),
        }
    }
}

/// How many tokens there are, at any depth.
pub(super) fn count(stream: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => count(group.stream()),
        _ => 0,
    };
    stream.into_iter().map(|tree| 1 + inside(tree)).sum()
}

/// Each edit that needs no other token, at each token of each valid usage.
pub(super) fn single() -> impl Iterator<Item = Usage> {
    use Edit::{CutBehind, Delete, Duplicate, Hide, SwapWithNext};
    VALID.iter().flat_map(|(attribute, arguments, item)| {
        let right = Usage::parse(*attribute, arguments, item);
        let in_arguments = count(right.arguments.clone());
        let all = in_arguments + count(right.item.clone());
        let edits = [Delete, Duplicate, SwapWithNext, CutBehind, Hide];
        let edited = move |number| edits.clone().map(|edit| edited(&right, &edit, number, in_arguments));
        (0..all).flat_map(edited)
    })
}

fn edited(usage: &Usage, edit: &Edit, number: usize, in_arguments: usize) -> Usage {
    let Usage { attribute, arguments, item } = usage.clone();
    match number.checked_sub(in_arguments) {
        None => Usage::new(attribute, edit.of(arguments, number), item),
        Some(number) => Usage::new(attribute, arguments, edit.of(item, number)),
    }
}

/// Valid usages after a few random edits.
pub(super) fn usages() -> BoxedStrategy<Usage> {
    let edit = prop_oneof![
        Just(Edit::Delete),
        Just(Edit::Duplicate),
        Just(Edit::SwapWithNext),
        Just(Edit::CutBehind),
        Just(Edit::Hide),
        random_tokens::tree().prop_map(Edit::Insert),
        random_tokens::tree().prop_map(Edit::Replace),
    ];
    (select(VALID), vec((edit, any::<Index>()), 0..4))
        .prop_map(|((attribute, arguments, item), edits)| {
            edits.into_iter().fold(Usage::parse(attribute, arguments, item), |usage, (edit, at)| {
                let in_arguments = count(usage.arguments.clone());
                let all = in_arguments + count(usage.item.clone());
                if all == 0 { usage } else { edited(&usage, &edit, at.index(all), in_arguments) }
            })
        })
        .boxed()
}

/// Valid usages with a random body.
pub(super) fn bodies() -> BoxedStrategy<Usage> {
    (select(VALID), random_tokens::stream(8))
        .prop_map(|((attribute, arguments, item), body)| {
            let Usage { arguments, item, .. } = Usage::parse(attribute, arguments, item);
            let item = super::trees::with_body(&item, Group::new(Delimiter::Brace, body));
            Usage::new(attribute, arguments, item)
        })
        .boxed()
}
