//! The name of a task in a snapshot, and the rule for all names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, Weak};

/// The problem of an empty name, in the words of the attributes.
pub(crate) const EMPTY_NAME: &str = "a name cannot be empty: events and errors show it";

/// Whether nothing of the text would be visible.
#[inline]
pub(crate) fn is_blank(text: &str) -> bool {
    // Every submission calls this. The first byte decides in almost all cases, so the Unicode check is rare.
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && text.trim_start().is_empty()
}

/// What has the name of a task.
pub(crate) trait Named: Send + Sync {
    fn name(&self) -> &str;
    /// Whether the owner of the name is a submission, whose name is a label.
    fn is_submission(&self) -> bool {
        false
    }
}

/// The name of a task. It dereferences to `str`, and a clone copies no text: it shares the task's own data, without keeping the
/// task alive.
///
/// ```
/// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let task = supervisor.add_task(TaskSpec::inherit(TaskFn::arc("ping", || async { Ok(()) })))?;
/// let name = task.status().name;
/// assert_eq!(name, "ping");
/// assert!(name.starts_with('p'));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TaskName(Arc<dyn Named>);

impl TaskName {
    pub(crate) fn of(task: Arc<dyn Named>) -> Self {
        Self(task)
    }

    /// A name that belongs to no task.
    pub(crate) fn of_text(text: Arc<str>) -> Self {
        Self(Arc::new(Text(text)))
    }

    pub(crate) fn is_of_submission(&self) -> bool {
        self.0.is_submission()
    }

    pub(crate) fn downgrade(&self) -> Weak<dyn Named> {
        Arc::downgrade(&self.0)
    }
}

struct Text(Arc<str>);

impl Named for Text {
    fn name(&self) -> &str {
        &self.0
    }
}

impl Deref for TaskName {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.name()
    }
}

impl AsRef<str> for TaskName {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for TaskName {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for TaskName {}

impl PartialOrd for TaskName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TaskName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for TaskName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialEq<str> for TaskName {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for TaskName {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for TaskName {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl From<TaskName> for String {
    fn from(name: TaskName) -> Self {
        name.to_string()
    }
}
