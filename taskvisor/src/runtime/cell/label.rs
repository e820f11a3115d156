//! How a task uses its name, in two bytes: every task pays for their size.

use crate::runtime::instrument::metrics::SeriesId;

/// Whether a task holds its name, and which series measure it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellLabel(u16);

impl CellLabel {
    /// The bit that a [`SeriesId`] does not use.
    const HOLDS_NAME: u16 = 1 << 15;

    pub(super) fn new(holds_name: bool) -> Self {
        Self(if holds_name { Self::HOLDS_NAME } else { 0 })
    }

    #[inline]
    pub(super) fn holds_name(self) -> bool {
        self.0 & Self::HOLDS_NAME != 0
    }

    #[cfg(feature = "metrics")]
    #[inline]
    pub(super) fn series(self) -> SeriesId {
        SeriesId::from_bits(self.0)
    }

    pub(super) fn set_series(&mut self, id: SeriesId) {
        self.0 = self.0 & Self::HOLDS_NAME | id.bits();
    }
}
