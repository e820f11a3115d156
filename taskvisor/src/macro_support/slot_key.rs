//! Formats the key of a job's slot.

use std::cell::Cell;
use std::fmt::{Arguments, Write};
use std::sync::Arc;

/// The capacity above which a buffer is not kept, so that one long key does not occupy memory for ever.
const MAX_KEPT: usize = 1024;

thread_local! {
    /// Keys are formatted here, so that a submission allocates only the key itself.
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };
}

/// Formats the key of a slot.
///
/// # Panics
///
/// Panics if the `Display` of an argument panics or returns an error, as `format!` does.
#[must_use]
pub fn slot_key(arguments: Arguments<'_>) -> Arc<str> {
    if let Some(key) = arguments.as_str() {
        return key.into();
    }
    // Taken out while the user's `Display` runs: it may submit a job itself. The buffer is gone while the thread ends.
    let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    buffer.write_fmt(arguments).expect("an argument of the slot returned an error from `Display`");
    let key = buffer.as_str().into();
    if buffer.capacity() <= MAX_KEPT {
        let _ = BUFFER.try_with(|kept| kept.set(buffer));
    }
    key
}
