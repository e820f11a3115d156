//! The structure of the sources: layers, folders, file lengths, and constructs that would bypass these checks;
//! and that the README agrees with the sources.
//!
//! Each check of the sources also runs on a sample that breaks its rule, which proves that the check can fail.

mod workspace;
mod paths;
mod layers;
mod layout;
mod hygiene;
mod readme;
mod option_sources;
mod options;
mod programs;
