//! The error of a task that fails.

/// Without data, so that boxing it allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct Oops;

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}
