//! What an actor keeps for its gates: the permit, and the edges of a dependent.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::Semaphore;

use super::permit::Permit;
use crate::runtime::dependency::Edges;

/// A permit alone, or the edges with the permit in one box.
// Boxed, so that it is as large as a permit alone: a sleeping task pays for this size too, and few tasks have edges.
pub(super) enum GateParts {
    Permit(Permit),
    Edges(Box<EdgeParts>),
}

pub(super) struct EdgeParts {
    pub(super) edges: Edges,
    permit: Option<Permit>,
}

impl GateParts {
    /// The edges of a task, which has no permit yet.
    pub(super) fn with_edges(edges: Edges) -> Self {
        Self::Edges(Box::new(EdgeParts { edges, permit: None }))
    }

    /// Acquires a permit, or continues to wait for it. Ready while one is held.
    pub(super) fn poll_permit(
        this: &mut Option<Self>,
        permits: &Arc<Semaphore>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let permit = match this.get_or_insert_with(|| Self::Permit(Permit::new(permits))) {
            Self::Permit(permit) => permit,
            Self::Edges(parts) => parts.permit.get_or_insert_with(|| Permit::new(permits)),
        };
        permit.poll(context)
    }

    /// Releases the permit of an attempt. Keeps what acquires the next one.
    #[inline]
    pub(super) fn release_permit(&mut self) {
        match self {
            Self::Permit(permit) => permit.release(),
            Self::Edges(parts) => {
                if let Some(permit) = &mut parts.permit {
                    permit.release();
                }
            }
        }
    }

    /// Releases the permit, or stops waiting for it.
    pub(super) fn leave_permits(this: &mut Option<Self>) {
        match this {
            Some(Self::Edges(parts)) => parts.permit = None,
            _ => *this = None,
        }
    }

    pub(super) fn edges(&self) -> Option<&Edges> {
        match self {
            Self::Permit(_) => None,
            Self::Edges(parts) => Some(&parts.edges),
        }
    }

    pub(super) fn edges_mut(&mut self) -> Option<&mut Edges> {
        match self {
            Self::Permit(_) => None,
            Self::Edges(parts) => Some(&mut parts.edges),
        }
    }
}
