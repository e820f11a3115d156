//! When a task stops during a shutdown.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::attr::keyword::Keywords;
use crate::span::attribute_span;

pub(super) const STOP_ORDERS: &Keywords<StopOrder> =
    &[("first", StopOrder::First), ("last", StopOrder::Last)];

/// The values of `stop_order`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopOrder {
    First,
    Last,
}

impl StopOrder {
    pub(super) fn expand(self) -> TokenStream {
        match self {
            Self::First => quote_spanned!(attribute_span()=> __taskvisor::StopOrder::First),
            Self::Last => quote_spanned!(attribute_span()=> __taskvisor::StopOrder::Last),
        }
    }
}
