//! What an actor keeps for its gates: permits, the turn at a rate limit, and the edges of a dependent.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::Semaphore;

use super::permit::Permit;
use crate::runtime::dependency::Edges;
use crate::runtime::limits::{AttemptLimits, RateTurn};

/// A permit of the supervisor alone, or all parts in one box.
// Boxed, so that it is as large as a permit alone: a sleeping task pays for this size too, and few tasks have more.
pub(super) enum GateParts {
    Permit(Permit),
    All(Box<AllParts>),
}

#[derive(Default)]
pub(super) struct AllParts {
    pub(super) edges: Option<Edges>,
    /// Of the declaration. Acquired before that of the supervisor.
    own_permit: Option<Permit>,
    permit: Option<Permit>,
    rate: Option<RateTurn>,
}

impl GateParts {
    /// All parts. Those that do not exist are added.
    pub(super) fn all(this: &mut Option<Self>) -> &mut AllParts {
        if !matches!(this, Some(Self::All(_))) {
            let permit = match this.take() {
                Some(Self::Permit(permit)) => Some(permit),
                _ => None,
            };
            *this = Some(Self::All(Box::new(AllParts { permit, ..AllParts::default() })));
        }
        match this {
            Some(Self::All(all)) => all,
            _ => unreachable!("they were added above"),
        }
    }

    /// Acquires a permit of the supervisor, or continues to wait for it. Ready while one is held.
    pub(super) fn poll_permit(
        this: &mut Option<Self>,
        permits: &Arc<Semaphore>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let permit = match this.get_or_insert_with(|| Self::Permit(Permit::new(permits))) {
            Self::Permit(permit) => permit,
            Self::All(all) => all.permit.get_or_insert_with(|| Permit::new(permits)),
        };
        permit.poll(context)
    }

    /// Releases the permits of an attempt. Keeps what acquires the next ones.
    #[inline]
    pub(super) fn release_permits(&mut self) {
        match self {
            Self::Permit(permit) => permit.release(),
            Self::All(all) => all.release_permits(),
        }
    }

    /// Releases the permits or stops waiting for them, and leaves the rate limit.
    pub(super) fn leave_limits(this: &mut Option<Self>) {
        match this {
            Some(Self::All(all)) => {
                (all.own_permit, all.permit, all.rate) = (None, None, None);
            }
            _ => *this = None,
        }
    }

    pub(super) fn edges(&self) -> Option<&Edges> {
        match self {
            Self::Permit(_) => None,
            Self::All(all) => all.edges.as_ref(),
        }
    }

    pub(super) fn rate_turn_mut(&mut self) -> Option<&mut RateTurn> {
        match self {
            Self::Permit(_) => None,
            Self::All(all) => all.rate.as_mut(),
        }
    }

    pub(super) fn edges_mut(&mut self) -> Option<&mut Edges> {
        match self {
            Self::Permit(_) => None,
            Self::All(all) => all.edges.as_mut(),
        }
    }
}

impl AllParts {
    /// Acquires a permit of the declaration, as `GateParts::poll_permit`.
    pub(super) fn poll_own_permit(
        &mut self,
        permits: &Arc<Semaphore>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        self.own_permit.get_or_insert_with(|| Permit::new(permits)).poll(context)
    }

    /// The turn at the rate limit. Added if there is none.
    pub(super) fn rate_turn(&mut self, limits: &Arc<AttemptLimits>) -> &mut RateTurn {
        self.rate.get_or_insert_with(|| RateTurn::new(limits))
    }

    pub(super) fn release_permits(&mut self) {
        for permit in [&mut self.own_permit, &mut self.permit].into_iter().flatten() {
            permit.release();
        }
    }

    /// Uses the token of the rate limit: the attempt has begun.
    pub(super) fn use_token(&mut self) {
        if let Some(turn) = &mut self.rate {
            turn.use_token();
        }
    }
}
