//! The graph of the dependencies.

use serde::{Deserialize, Serialize};

use super::PhaseName;

/// `GET /graph`: the tasks that depend on other tasks, and their dependencies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct GraphAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The tasks, by name.
    pub nodes: Vec<Node>,
    /// The dependencies.
    pub edges: Vec<Edge>,
    /// Whether the answer leaves out nodes or edges: it lists at most 2,000 of each.
    pub truncated: bool,
}

/// A task in the graph.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Node {
    /// The name. That of a task with instances has no number.
    pub name: String,
    /// Its phase. `null` if no task of this name is live or is kept after its end.
    pub phase: Option<PhaseName>,
    /// Whether the task is ready.
    pub ready: bool,
    /// Whether it needs attention, as `GET /status` says, or its phase is `null`.
    pub needs_attention: bool,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Edge {
    /// The task that depends on the other one.
    pub from: String,
    /// The task that it depends on.
    pub to: String,
    /// The option that declares it.
    pub kind: EdgeKind,
}

/// The option that declares a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EdgeKind {
    /// `after`: until that task is ready once.
    After,
    /// `needs`: before every attempt.
    Needs,
}
