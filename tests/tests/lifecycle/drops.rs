//! Values that record their drop, and values that panic when dropped.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sets a flag when dropped.
#[derive(Debug, Default)]
pub(crate) struct Witness(Arc<AtomicBool>);

/// The flag of a [`Witness`].
#[derive(Clone, Debug)]
pub(crate) struct Dropped(Arc<AtomicBool>);

impl Witness {
    pub(crate) fn new() -> (Self, Dropped) {
        let flag = Arc::default();
        (Self(Arc::clone(&flag)), Dropped(flag))
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Dropped {
    pub(crate) fn is_dropped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Sets a flag and panics when dropped.
#[derive(Debug)]
pub(crate) struct Bomb(#[expect(dead_code, reason = "it is dropped, not read")] Witness);

impl Bomb {
    pub(crate) fn new() -> (Self, Dropped) {
        let (witness, dropped) = Witness::new();
        (Self(witness), dropped)
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor");
    }
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bomb")
    }
}

impl Error for Bomb {}
