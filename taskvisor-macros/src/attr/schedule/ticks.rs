//! What happens to ticks that cannot run when they are due.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::attr::keyword::Keywords;
use crate::span::attribute_span;

pub(super) const OVERLAPS: &Keywords<Overlap> = &[("skip", Overlap::Skip), ("queue", Overlap::Queue)];

pub(super) const MISSED_TICKS: &Keywords<Missed> = &[("once", Missed::Once), ("skip", Missed::Skip)];

/// The values of `overlap`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlap {
    Skip,
    Queue,
}

/// The values of `missed`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    Once,
    Skip,
}

impl Overlap {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::Skip => quote_spanned!(attribute_span()=> __taskvisor::Overlap::Skip),
            Self::Queue => quote_spanned!(attribute_span()=> __taskvisor::Overlap::Queue),
        }
    }
}

impl Missed {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::Once => quote_spanned!(attribute_span()=> __taskvisor::Missed::Once),
            Self::Skip => quote_spanned!(attribute_span()=> __taskvisor::Missed::Skip),
        }
    }
}
