//! A task or a submission that depends on others.

use std::sync::Arc;
use std::time::Duration;

use super::node::Node;
use crate::runtime::body::{Dependencies, Location};
use crate::runtime::cell::TaskCell;
use crate::task::DependencyKind;

/// A live task or submission that depends on others, or that stops last.
#[derive(Debug)]
pub(crate) struct Dependent {
    pub(super) cell: Arc<TaskCell>,
    /// The source line of its declaration.
    pub(super) location: Option<&'static Location>,
    pub(super) links: Box<[(Arc<Node>, DependencyKind)]>,
    pub(super) interrupt_on_loss: Option<Duration>,
    pub(super) stops_last: bool,
}

/// What a task or a submission says about others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkRequest<'a> {
    pub(crate) dependencies: &'a Dependencies,
    pub(crate) location: Option<&'static Location>,
    pub(crate) interrupt_on_loss: Option<Duration>,
    pub(crate) stops_last: bool,
}

/// The tasks that a link makes needed.
pub(crate) type Linked = Vec<Arc<TaskCell>>;

impl Dependent {
    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    pub(crate) fn links(&self) -> &[(Arc<Node>, DependencyKind)] {
        &self.links
    }

    pub(crate) fn interrupt_on_loss(&self) -> Option<Duration> {
        self.interrupt_on_loss
    }

    pub(crate) fn stops_last(&self) -> bool {
        self.stops_last
    }
}
