//! What follows when a task gives up.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::attr::keyword::Keywords;
use crate::span::attribute_span;

pub(super) const ON_GIVE_UP_ACTIONS: &Keywords<OnGiveUp> =
    &[("fail", OnGiveUp::Fail), ("pause", OnGiveUp::Pause)];

/// The values of `on_give_up`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnGiveUp {
    Fail,
    Pause,
}

impl OnGiveUp {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::Fail => quote_spanned!(attribute_span()=> __taskvisor::OnGiveUp::Fail),
            Self::Pause => quote_spanned!(attribute_span()=> __taskvisor::OnGiveUp::Pause),
        }
    }
}
