//! The part of the events of a supervisor that the dashboard keeps: the latest ones for the readers of `GET /events`, and how tasks ended.
//!
//! ```text
//! supervisor ──> queue of the subscriber ──> Recorder ──> EventRing ──> EventStream of each reader
//!                                                    └──> EndedTasks <── snapshot
//! ```
//!
//! A task pays for the subscriber what it pays for any other: one entry in a bounded queue. Readers cost tasks nothing: a reader is a
//! cursor into the ring and has no queue, and the recorder never waits for it.

mod ended;
mod message;
mod recorder;
mod ring;
mod stream;
#[cfg(test)]
mod test_support;

pub(crate) use ended::EndedTask;
pub(crate) use ring::{EventRing, IdError, MAX_STREAMS};
pub(crate) use stream::StreamStart;
