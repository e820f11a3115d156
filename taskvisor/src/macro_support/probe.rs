//! Compile-time checks of types in generated code.

use std::error::Error;
use std::marker::PhantomData;

use crate::runtime::body::FromContext;

/// Tests a property of a type at compile time, also through type aliases.
///
/// The types with the property have an inherent constant, which takes precedence over the trait constant that all types
/// have.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T, E> Probe<Result<T, E>> {
    /// True: the type is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// The answer for a type that is not a `Result`.
pub trait NotAResult {
    /// False: the type is not a `Result`.
    const IS_RESULT: bool = false;
}

impl<T> NotAResult for Probe<T> {}

impl Probe<Result<(), Box<dyn Error>>> {
    /// True: the error type is a box of any error.
    pub const IS_BOXED: bool = true;
}

/// The answer for a type whose error is not a box of any error.
pub trait NotBoxed {
    /// False: the error type is not a box of any error.
    const IS_BOXED: bool = false;
}

impl<T> NotBoxed for Probe<T> {}

impl<T: FromContext> Probe<T> {
    /// True: the type is an extractor.
    pub const IS_EXTRACTOR: bool = true;
}

/// The answer for a type that is not an extractor.
pub trait NotAnExtractor {
    /// False: the type is not an extractor.
    const IS_EXTRACTOR: bool = false;
}

impl<T> NotAnExtractor for Probe<T> {}

impl<T: Send + Sync + 'static> Probe<T> {
    /// True: the type can be sent to and shared with other threads.
    pub const IS_SHAREABLE: bool = true;
}

/// The answer for a type that cannot be sent to or shared with other threads.
pub trait NotShareable {
    /// False: the type cannot be sent to or shared with other threads.
    const IS_SHAREABLE: bool = false;
}

impl<T> NotShareable for Probe<T> {}

impl<T: Send + 'static> Probe<T> {
    /// True: the type can be sent to another thread.
    pub const IS_SENDABLE: bool = true;
}

/// The answer for a type that cannot be sent to another thread.
pub trait NotSendable {
    /// False: the type cannot be sent to another thread.
    const IS_SENDABLE: bool = false;
}

impl<T> NotSendable for Probe<T> {}
