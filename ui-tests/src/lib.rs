//! Compile-time messages of the attributes.
