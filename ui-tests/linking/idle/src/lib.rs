//! A library that declares nothing.
