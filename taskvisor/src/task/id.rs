//! The id of a task.

use std::fmt;
use std::num::{NonZeroU64, ParseIntError, TryFromIntError};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of an accepted task: unique in this process, and never reused.
///
/// Several tasks can hold one name, one after the other; each has its own id. Later tasks have larger ids.
///
/// ```
/// use taskvisor::TaskId;
///
/// let id: TaskId = "7".parse()?;
/// assert_eq!((id.get(), id.to_string().as_str()), (7, "7"));
/// assert!("0".parse::<TaskId>().is_err());
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(NonZeroU64);

impl TaskId {
    /// The least id.
    pub(crate) const MIN: Self = Self(NonZeroU64::MIN);

    pub(crate) fn next() -> Self {
        static ISSUED: AtomicU64 = AtomicU64::new(0);
        let number = ISSUED.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Self(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// Returns the id as a number. The first id is 1.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

/// Reads the number of an id, for example from a request. Zero is no id; another number may name no task.
impl TryFrom<u64> for TaskId {
    type Error = TryFromIntError;

    fn try_from(number: u64) -> Result<Self, TryFromIntError> {
        NonZeroU64::try_from(number).map(Self)
    }
}

/// Reads what `Display` writes.
impl FromStr for TaskId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
