//! What the shape of the source promises: files short enough to read, imports that go one way, nothing unsafe.
//!
//! Every check is also run on a sample that breaks its rule, because a check that finds nothing proves nothing.

mod token;
mod workspace;
mod length;
mod hygiene;
mod path;
mod module;
mod direction;
