//! A work, and the systems that run it.

use crate::count::Cost;
use crate::flavor::Flavor;

/// One work, run by several systems.
pub struct Work {
    /// The section of the table it is in.
    pub group: &'static str,
    pub name: &'static str,
    pub flavors: &'static [Flavor],
    pub shows: Shows,
    /// The first is raw Tokio, which the others are compared with.
    pub entries: &'static [Entry],
}

/// What a work measures besides time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Allocations,
    /// The memory that stays allocated during the work, too.
    LiveBytes,
    /// The work runs in other processes.
    OnlyTime,
}

/// A work as one system runs it.
pub struct Entry {
    pub system: System,
    /// How many operations one round has: fewer where each takes long.
    pub operations: u64,
    pub run: fn(Flavor, u64) -> Cost,
}

pub const fn entry(system: System, operations: u64, run: fn(Flavor, u64) -> Cost) -> Entry {
    Entry { system, operations, run }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum System {
    Raw,
    TaskFn,
    Task,
    Job,
    Published,
    TaskSupervisor,
    Ractor,
    Kameo,
}

impl System {
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw tokio",
            Self::TaskFn => "taskvisor, TaskFn",
            Self::Task => "taskvisor, #[task]",
            Self::Job => "taskvisor, #[job]",
            Self::Published => "published 0.9.0",
            Self::TaskSupervisor => "task-supervisor 0.5",
            Self::Ractor => "ractor 0.16",
            Self::Kameo => "kameo 0.22",
        }
    }
}
