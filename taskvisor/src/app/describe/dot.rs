//! The model as a graph in the language of Graphviz: what depends on what.
//!
//! Tasks are boxes, jobs ellipses; a solid edge is `needs`, a dashed one `after`. Subscribers are notes, and shown only if they select
//! tasks. The order is that of the declarations.

use std::collections::HashMap;

use super::model::Model;
use crate::sync::escape::escape_line;

pub(super) fn write(model: &Model) -> String {
    let mut graph = Graph::default();
    // First: the id of a task is its name, which edges refer to.
    for task in &model.tasks {
        let name = &task.declared.name;
        let label = match task.instances {
            Some(instances) => format!("{name} × {instances}"),
            None => name.clone(),
        };
        graph.node(name, &label, "shape = box");
    }
    for task in &model.tasks {
        graph.edges(&task.declared.name, &task.needs, "");
        graph.edges(&task.declared.name, &task.after, " [style = dashed]");
    }
    for job in &model.jobs {
        let name = &job.declared.name;
        let id = graph.node(&format!("job {name}"), name, "shape = ellipse");
        graph.edges(&id, &job.needs, "");
    }
    for subscriber in &model.subscribers {
        if let Some(tasks) = &subscriber.tasks {
            let name = &subscriber.declared.name;
            let id = graph.node(&format!("subscriber {name}"), name, "shape = note");
            graph.edges(&id, tasks, " [style = dotted]");
        }
    }
    format!("digraph {} {{\n  rankdir = LR;\n{}}}\n", quoted(&model.name), graph.lines.concat())
}

#[derive(Default)]
struct Graph {
    lines: Vec<String>,
    /// How many nodes have requested an id. Names of jobs need not be unique.
    ids: HashMap<String, usize>,
}

impl Graph {
    /// Adds a node. Returns its id, which differs from `id` if that one is taken.
    fn node(&mut self, id: &str, label: &str, shape: &str) -> String {
        let count = self.ids.entry(id.to_owned()).or_insert(0);
        *count += 1;
        let id = if *count == 1 { id.to_owned() } else { format!("{id} ({count})") };
        self.lines.push(format!("  {} [label = {}, {shape}];\n", quoted(&id), quoted(label)));
        id
    }

    /// Adds the edges to tasks, and those of the tasks that the setup has to add.
    fn edges(&mut self, from: &str, to: &[String], attributes: &str) {
        for name in to {
            if !self.ids.contains_key(name) {
                self.node(name, name, "shape = box, style = dashed");
            }
            let to = quoted(name);
            self.lines.push(format!("  {} -> {to}{attributes};\n", quoted(from)));
        }
    }
}

/// A quoted string. Control characters are escaped first, since the language has no escapes for them.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escape_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted(r#"a "b" \N c\"#), r#""a \"b\" \\N c\\""#);
        assert_eq!(quoted("a\nb"), r#""a\\nb""#);
    }

    #[test]
    fn jobs_of_one_name_are_different_nodes() {
        let mut graph = Graph::default();
        let ids = [(); 3].map(|()| graph.node("job sync", "sync", "shape = ellipse"));
        assert_eq!(ids, ["job sync", "job sync (2)", "job sync (3)"]);
    }
}
