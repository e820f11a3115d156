//! What the runtime reports without events: spans and metrics. They are made where something happens, because the queues of events may lose
//! some. Each module has a form without its feature whose functions are empty, so that the code that calls them has no `cfg`.

#[cfg(feature = "metrics")]
mod ages;
#[cfg(feature = "metrics")]
mod counting;
#[cfg(feature = "metrics")]
mod describe;
#[cfg(feature = "metrics")]
mod labels;
pub(crate) mod metrics;
#[cfg(not(feature = "metrics"))]
mod no_metrics;
#[cfg(feature = "metrics")]
mod series;
#[cfg(feature = "metrics")]
mod series_table;
#[cfg(feature = "tracing")]
pub(crate) mod spans;

#[cfg(not(feature = "tracing"))]
pub(crate) mod spans {
    //! Without the feature `tracing` there are no spans.

    use crate::runtime::body::ErasedBody;
    use crate::runtime::cell::TaskCell;

    #[inline(always)]
    pub(crate) const fn may_be_enabled() -> bool {
        false
    }

    #[inline(always)]
    pub(crate) const fn begin_job(_: &mut ErasedBody, _: &TaskCell) {}

    #[inline(always)]
    pub(crate) const fn begin_attempt(_: &mut ErasedBody, _: &TaskCell, _: u64) {}
}
