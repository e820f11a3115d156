//! What the runtime tells others than subscribers: at the place where it happens, and not through the queues of events, which may
//! lose some. Without its feature, each module consists of empty functions, so that their callers need no condition.

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
