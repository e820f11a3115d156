//! When a task is ready.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::attr::keyword::Keywords;
use crate::span::attribute_span;

pub(super) const READINESS: &Keywords<Readiness> =
    &[("start", Readiness::Start), ("success", Readiness::Success), ("notify", Readiness::Notify)];

/// The values of `ready`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readiness {
    Start,
    Success,
    Notify,
}

impl Readiness {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::Start => quote_spanned!(attribute_span()=> __taskvisor::Readiness::Start),
            Self::Success => quote_spanned!(attribute_span()=> __taskvisor::Readiness::Success),
            Self::Notify => quote_spanned!(attribute_span()=> __taskvisor::Readiness::Notify),
        }
    }
}
