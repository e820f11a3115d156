//! Tasks with instances: several tasks of one declaration, whose number can change.
//!
//! | file | what it holds |
//! |---|---|
//! | `template.rs` | what a new instance is created from, and a task that is started again |
//! | `set.rs` | the instances of one declaration |
//! | `sets.rs` | the instances of all declarations of a supervisor, by base name |
//!
//! Each instance is a task like any other: its own name, cell and actor. The set only knows which cells belong together and how many
//! there must be. `supervisor/scale.rs` starts and stops instances.

mod set;
mod sets;
mod template;

use std::sync::{Arc, Weak};

pub(crate) use self::set::{InstanceSet, Missing};
pub(crate) use self::sets::InstanceSets;
pub(crate) use self::template::{BodySource, MakeBody, NOT_SHARED, TaskTemplate};

/// Which instance a task is.
// Weak, because the set owns its cells. The supervisor owns the set while an instance is live.
#[derive(Clone, Debug)]
pub(crate) struct InstanceOf {
    pub(crate) set: Weak<InstanceSet>,
    /// The base name.
    pub(crate) name: Arc<str>,
    /// Its number.
    pub(crate) index: usize,
}

impl InstanceOf {
    pub(crate) fn new(set: &Arc<InstanceSet>, index: usize) -> Self {
        Self { set: Arc::downgrade(set), name: Arc::clone(set.shared_name()), index }
    }
}
