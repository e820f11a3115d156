//! The graph of the dependencies.

use std::collections::{BTreeMap, HashMap, HashSet};

use taskvisor::{DependencyKind, TaskStatus};

use super::Snapshot;
use super::attention::Found;
use super::detail::base_name;
use super::phase::phase_name;
use crate::answer::{Edge, EdgeKind, GraphAnswer, Node, PhaseName, VERSION};
use crate::events::EndedTask;

/// How many nodes, and how many edges, are answered.
const MAX_LISTED: usize = 2_000;

impl Snapshot<'_> {
    pub(crate) fn graph(&self) -> GraphAnswer {
        let (live, ended) = self.all_tasks();
        let dependencies = self.supervisor.dependencies();
        let health = self.supervisor.health();
        let attention = self.attention(&health, &live, &ended, &[]);
        let needs_attention: HashSet<&str> = attention.iter().filter_map(Found::task).collect();
        let of_instances: HashSet<&str> = needs_attention.iter().map(|name| base_name(name)).collect();
        let tasks = live.iter().filter(|row| !row.is_submission());
        let live: HashMap<&str, &TaskStatus> = tasks.map(|row| (&*row.name, row)).collect();
        let ended: HashMap<&str, &EndedTask> = ended.iter().map(|task| (task.name.as_str(), task)).collect();
        let mut nodes = BTreeMap::new();
        for name in dependencies.iter().flat_map(|edge| [&*edge.task, &*edge.on]) {
            nodes.entry(name).or_insert_with(|| {
                let (phase, ready) = match (live.get(name), ended.get(name)) {
                    (Some(status), _) => (Some(phase_name(status)), status.ready_since.is_some()),
                    (None, Some(task)) => (Some(PhaseName::Ended), task.completed),
                    (None, None) => (None, false),
                };
                // A task with instances needs attention if one of them does. One without may be named `shard/3`.
                let has_instances = live.get(name).is_some_and(|row| !row.instances().is_empty());
                let needs_attention = phase.is_none()
                    || needs_attention.contains(name)
                    || (has_instances && of_instances.contains(name));
                Node { name: name.to_owned(), phase, ready, needs_attention }
            });
        }
        let truncated = nodes.len() > MAX_LISTED || dependencies.len() > MAX_LISTED;
        let edges = dependencies.iter().take(MAX_LISTED).map(|edge| Edge {
            from: edge.task.to_string(),
            to: edge.on.to_string(),
            kind: if edge.kind == DependencyKind::After { EdgeKind::After } else { EdgeKind::Needs },
        });
        GraphAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            edges: edges.collect(),
            nodes: nodes.into_values().take(MAX_LISTED).collect(),
            truncated,
        }
    }
}
