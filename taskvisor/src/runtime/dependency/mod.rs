//! Tasks that depend on other tasks.
//!
//! | file | what it holds |
//! |---|---|
//! | `node.rs` | a task that others depend on: its name and its latest cell |
//! | `dependent.rs` | a task or a submission that depends on others |
//! | `graph.rs` | all nodes and dependents of a supervisor |
//! | `names.rs` | which task a name means |
//! | `cycle.rs` | the search for a cycle |
//! | `edge.rs` | the edge from a dependent to one task |
//! | `instance_edge.rs` | the edge from a dependent to a task with instances |
//! | `edges.rs` | what the actor of a dependent polls before its attempts and during them |
//! | `blame.rs` | failures that an outage explains |
//! | `recovery.rs` | when a dependent starts after an outage |
//! | `waves.rs` | the order of a shutdown |
//!
//! Whether a task is ready is decided by its cell alone, under its lock; a node only remembers the cell, because it outlives it. A
//! transition of a task therefore costs the wake-ups of its dependents, and a task without dependents pays nothing.

mod blame;
mod cycle;
mod dependent;
mod edge;
mod edges;
mod graph;
mod instance_edge;
mod names;
mod node;
mod recovery;
mod waves;

pub(crate) use blame::Outage;
#[cfg_attr(
    not(feature = "macros"),
    allow(unused_imports, reason = "an application checks before it starts")
)]
pub(crate) use cycle::path as cycle_path;
pub(crate) use dependent::{Dependent, LinkRequest, Linked};
pub(crate) use edges::{BrokenDependency, Edges, EdgesPoll};
pub(crate) use graph::Graph;
#[cfg_attr(
    not(feature = "macros"),
    allow(unused_imports, reason = "an application checks before it starts")
)]
pub(crate) use names::repeated_dependency;
pub(crate) use waves::{FinishingAttempts, StopWaves, waves};
