//! Slots.

use serde::{Deserialize, Serialize};

/// `GET /slots`: the taken slots.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SlotListAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The slots, those with the most waiting submissions first.
    pub slots: Vec<SlotAnswer>,
    /// How many slots are taken, also beyond those that are listed.
    pub total: u64,
}

/// A taken slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SlotAnswer {
    /// Its key.
    pub key: String,
    /// How many owners the slot has at most.
    pub capacity: u64,
    /// The submissions that own it, the oldest first. At most 20.
    pub owners: Vec<SlotMember>,
    /// How many submissions own it.
    pub owners_total: u64,
    /// The submissions that wait for it, in the order in which they will run. At most 20.
    pub waiting: Vec<SlotMember>,
    /// How many submissions wait for it.
    pub waiting_total: u64,
    /// Whether more submissions arrive than leave: the first one has waited for at least 10 s, and more than two submissions for each place
    /// of the capacity wait that were queued since the oldest owner acquired the slot.
    pub growing: bool,
}

/// A submission that owns a slot, or waits for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SlotMember {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it acquired the slot, or entered the queue.
    pub since: String,
}
