//! Which task depends on which one.

use std::collections::HashSet;

use super::SupervisorHandle;
use crate::task::{DependencyEdge, TaskName};

impl SupervisorHandle {
    /// Returns the dependencies of the live tasks, those of the oldest task first. One for each pair of tasks: the instances of a task
    /// count as one. Dependencies of submissions are not among them. Empty once the supervisor was dropped and its tasks have ended.
    ///
    /// It is meant for operators' tools: it takes time linear in the number of tasks that depend on others.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// for (name, needs) in [("db", None), ("feed", Some("db"))] {
    ///     let task = TaskFn::arc(name, |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    ///     supervisor.add_task(TaskSpec::once(task).with_needs(needs))?;
    /// }
    /// let dependencies = supervisor.dependencies();
    /// assert_eq!(dependencies.len(), 1);
    /// assert_eq!(dependencies[0].to_string(), "`feed` needs `db`");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn dependencies(&self) -> Vec<DependencyEdge> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let mut found = Vec::new();
        // Instances have the same dependencies.
        let mut seen = HashSet::new();
        for dependent in shared.graph.dependents() {
            let cell = dependent.cell();
            if !cell.holds_name() {
                continue;
            }
            let task = TaskName::of_text(cell.base_name().into());
            for (node, kind) in dependent.links() {
                let edge = DependencyEdge { task: task.clone(), on: node.task_name(), kind: *kind };
                if cell.instance().is_none() || seen.insert(edge.clone()) {
                    found.push(edge);
                }
            }
        }
        found
    }
}
