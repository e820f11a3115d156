//! Helpers of the tests of tasks with instances.

use taskvisor::{
    RuntimeError, StopCause, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec,
};
use tests::{Harness, Rules};

pub(crate) const CONSUME: &str = "consume";

/// An attempt that runs until its stop request.
pub(crate) async fn until_canceled(ctx: TaskContext) -> Result<(), TaskError> {
    ctx.cancelled().await;
    Ok(())
}

/// A shared task whose attempts run until their stop request.
pub(crate) fn until_stopped() -> TaskRef {
    TaskFn::shared(CONSUME, until_canceled)
}

/// A spec of `consume` with this many instances, which run until their stop requests.
pub(crate) fn consume(harness: &Harness, instances: usize) -> TaskSpec {
    harness.spec(Rules::never(), until_stopped()).with_instances(instances)
}

/// A harness in which this many instances of `consume` run.
pub(crate) async fn running(instances: usize) -> (Harness, Vec<TaskHandle>) {
    let harness = Harness::new();
    let handles = harness.add_instances(consume(&harness, instances)).expect("the names are free");
    harness.settle().await;
    (harness, handles)
}

/// The names of the live instances.
pub(crate) fn names(supervisor: &Supervisor) -> Vec<String> {
    supervisor.instances(CONSUME).iter().map(|task| task.name().to_owned()).collect()
}

/// The names of this many instances.
pub(crate) fn numbered(instances: usize) -> Vec<String> {
    (0..instances).map(|number| format!("{CONSUME}/{number}")).collect()
}

/// The number of live instances whose attempts run.
pub(crate) fn running_now(supervisor: &Supervisor) -> usize {
    supervisor.instances(CONSUME).iter().filter(|task| task.status().phase.is_running()).count()
}

pub(crate) fn is_scaled(outcome: &taskvisor::Outcome) -> bool {
    matches!(outcome, taskvisor::Outcome::Canceled { cause: StopCause::Scale, .. })
}

/// Whether the name was taken.
pub(crate) fn is_taken(error: &RuntimeError, name: &str) -> bool {
    matches!(error, RuntimeError::NameTaken { name: taken, .. } if taken == name)
}

/// The reasons of a refused spec.
pub(crate) fn reasons(error: RuntimeError) -> String {
    match error {
        RuntimeError::InvalidSpec { reasons, .. } => reasons.join("; "),
        other => panic!("another error: {other}"),
    }
}
