//! How each system is set up: one way for all works.

pub mod kameo;
pub mod ours;
pub mod published;
pub mod ractor;
pub mod task_supervisor;
