//! The parameter that says which instance runs.

use super::{FromContext, Needs, TaskContext};

/// The number of the instance that runs, from 0, as a parameter of a task with [`instances`](crate::TaskSpec::with_instances).
///
/// A task without instances that has this parameter is refused when it is added, and so is a submission. In a
/// [`TestContext`](crate::TestContext) without an instance the number is 0.
///
/// ```
/// use taskvisor::{Instance, Supervisor, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let consume = TaskFn::shared("consume", |Instance(number): Instance| async move { Ok(println!("worker {number}")) });
/// let supervisor = Supervisor::default();
/// let workers = supervisor.add_instances(TaskSpec::once(consume).with_instances(4))?;
/// assert_eq!(workers[3].name(), "consume/3");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance(pub usize);

impl FromContext for Instance {
    fn from_context(context: &TaskContext) -> Self {
        // Only instances have this parameter: all other tasks are refused. In a context for a unit test, it is the first instance.
        Self(context.instance().unwrap_or_default())
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.instance();
    }
}

impl TaskContext {
    /// Returns the number of the instance that runs, from 0. `None` for a task without
    /// [`instances`](crate::TaskSpec::with_instances).
    #[must_use]
    pub fn instance(&self) -> Option<usize> {
        self.cell().instance().map(|instance| instance.index)
    }
}
