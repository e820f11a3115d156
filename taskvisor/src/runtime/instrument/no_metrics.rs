//! The functions of `counting.rs` without the feature `metrics`.

use std::sync::{Arc, Weak};

use tokio::time::Instant;

use super::metrics::SeriesId;
use crate::event::EventName;
use crate::policy::Config;
use crate::runtime::cell::{FinishedAttempt, TaskCell, TaskEnd};
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::watch;
use crate::task::InterruptCause;
#[cfg(feature = "controller")]
use crate::task::RuntimeError;

#[derive(Debug, Default)]
pub(crate) struct Metrics(());

impl Metrics {
    #[inline(always)]
    pub(crate) fn new(_: &Config) -> Self {
        Self(())
    }

    #[inline(always)]
    pub(crate) fn series_id(&self, _: &str, _: DeclaredName) -> SeriesId {
        SeriesId::NONE
    }

    #[inline(always)]
    pub(crate) fn accepted(&self, _: &Arc<Shared>, _: &Arc<TaskCell>) {}

    #[inline(always)]
    pub(crate) fn updated(&self, _: &Arc<Shared>, _: &Arc<TaskCell>) {}

    #[inline(always)]
    pub(crate) fn attempt_begun(&self, _: &TaskCell, _: u64, _: PreviousAttempt) {}

    #[inline(always)]
    pub(crate) fn attempt_ended(&self, _: &TaskCell, _: EventName, _: &FinishedAttempt) -> PreviousAttempt {
        PreviousAttempt(())
    }

    #[inline(always)]
    pub(crate) fn attempt_dropped(&self, _: &TaskCell, _: Instant) {}

    #[inline(always)]
    pub(crate) fn state_changed(&self, _: &TaskCell) {}

    #[inline(always)]
    pub(crate) fn gave_up(&self, _: &TaskCell) {}

    #[inline(always)]
    pub(crate) fn ended(&self, _: &TaskCell, _: TaskEnd) {}

    #[cfg(feature = "controller")]
    #[inline(always)]
    pub(crate) fn queued(&self, _: &TaskCell) {}

    #[inline(always)]
    pub(crate) fn dequeued(&self, _: &TaskCell) {}

    #[cfg(feature = "controller")]
    #[inline(always)]
    pub(crate) fn slot_was_free(&self, _: &TaskCell) {}

    #[inline(always)]
    pub(crate) fn slot_acquired(&self, _: &TaskCell, _: Option<Instant>) {}

    #[cfg(feature = "controller")]
    #[inline(always)]
    pub(crate) fn refused(&self, _: &str, _: DeclaredName, _: &RuntimeError) {}

    #[inline(always)]
    pub(crate) fn shut_down(&self, _: &watch::Sender<ShutdownState>, _: Instant) {}
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredName(());

impl DeclaredName {
    #[inline(always)]
    pub(crate) fn new(_: Option<&'static str>) -> Self {
        Self(())
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PreviousAttempt(());

impl PreviousAttempt {
    #[inline(always)]
    pub(crate) fn interrupted_wait(&mut self, _: InterruptCause) {}
}

#[derive(Clone, Debug)]
pub(crate) struct StuckObserver;

impl StuckObserver {
    #[inline(always)]
    pub(crate) fn new(_: &TaskCell, _: &Weak<Shared>) -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn state_changed(&self, _: &TaskCell) {}
}
