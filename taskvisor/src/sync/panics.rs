//! Containment of panics in user code.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls `code`. If it panics, returns the message of the panic.
// Unwind safety is asserted: a panic can leave only the user's own value half-changed, and every caller drops that value or
// leaves it to its owner. No value of this crate is borrowed mutably across the call.
pub(crate) fn contain<T>(code: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(message)
}

/// Drops a value of the user, and contains a panic of its destructor.
pub(crate) fn discard<T>(value: T) {
    // The panic hook has reported the panic already.
    let _ = contain(|| drop(value));
}

/// A value of the user whose destructor may panic: the panic does not reach the code that drops it.
#[derive(Clone, Debug)]
pub(crate) struct Contained<T>(Option<T>);

impl<T> Contained<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The place of a value that does not exist yet.
    pub(crate) fn empty() -> Self {
        Self(None)
    }

    /// Returns the value. `None` once it was taken out.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            discard(value);
        }
    }
}

fn message(payload: Box<dyn Any + Send>) -> String {
    let text = match payload.downcast_ref::<&'static str>() {
        Some(text) => (*text).to_owned(),
        None => match payload.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => String::from("a panic without a message"),
        },
    };
    // The destructor of a payload may panic too, and so may that of the second payload. Leaking the second one ends this.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    text
}
