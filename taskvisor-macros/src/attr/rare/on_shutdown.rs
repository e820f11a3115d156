//! What a shutdown does to the running attempt.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::attr::keyword::Keywords;
use crate::span::attribute_span;

pub(super) const ON_SHUTDOWN_ACTIONS: &Keywords<OnShutdown> =
    &[("cancel", OnShutdown::Cancel), ("finish", OnShutdown::Finish)];

/// The values of `on_shutdown`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnShutdown {
    Cancel,
    Finish,
}

impl OnShutdown {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::Cancel => quote_spanned!(attribute_span()=> __taskvisor::OnShutdown::Cancel),
            Self::Finish => quote_spanned!(attribute_span()=> __taskvisor::OnShutdown::Finish),
        }
    }
}
