//! `taskvisor graph`.

use std::process::ExitCode;

use taskvisor_axum::answer::{EdgeKind, GraphAnswer, Node, PhaseName};

use super::Output;
use super::describe::phase_paint;
use crate::client::Client;
use crate::display::{Cell, Paint, Screen, Table};
use crate::error::CommandError;

pub(super) fn run(client: &Client, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get("/graph")?;
    output.print(&answer, |screen| {
        show(screen, &answer.read()?);
        Ok(())
    })
}

/// One row for each dependency. The name of a task is in the first of its rows only.
fn show(screen: &mut Screen, graph: &GraphAnswer) {
    if graph.edges.is_empty() {
        screen.line(&[("no task depends on another one", Paint::Faint)]);
        return;
    }
    let mut edges: Vec<_> = graph.edges.iter().collect();
    edges.sort_by(|one, other| (&one.from, &one.to).cmp(&(&other.from, &other.to)));
    let mut table = Table::new(&["TASK", "STATE", "OPTION", "DEPENDS ON", "STATE"]);
    let mut previous = None;
    for edge in edges {
        let is_first = previous.replace(&edge.from) != Some(&edge.from);
        let (task, state) =
            if is_first { (Cell::new(&edge.from), state(graph, &edge.from)) } else { Default::default() };
        let option = match edge.kind {
            EdgeKind::After => "after",
            EdgeKind::Needs => "needs",
            _ => "",
        };
        table.row([task, state, Cell::new(option), Cell::new(&edge.to), self::state(graph, &edge.to)]);
    }
    screen.table(&table);
    if graph.truncated {
        screen.line(&[("the service has left out the rest: there are too many", Paint::Warning)]);
    }
}

fn state(graph: &GraphAnswer, name: &str) -> Cell {
    let Some(node) = graph.nodes.iter().find(|node| node.name == name) else {
        return Cell::painted("not listed", Paint::Faint);
    };
    let Some(phase) = node.phase else {
        return Cell::painted("never seen", Paint::Faint);
    };
    let ready = if node.ready { ", ready" } else { "" };
    let attention = if node.needs_attention { ", needs attention" } else { "" };
    Cell::painted(&format!("{}{ready}{attention}", phase_word(phase)), paint(node, phase))
}

fn paint(node: &Node, phase: PhaseName) -> Paint {
    if node.needs_attention { Paint::Bad } else { phase_paint(phase) }
}

fn phase_word(phase: PhaseName) -> &'static str {
    match phase {
        PhaseName::Waiting => "waiting",
        PhaseName::Running => "running",
        PhaseName::BackingOff => "backing off",
        PhaseName::Sleeping => "sleeping",
        PhaseName::Paused => "paused",
        PhaseName::Stuck => "stuck",
        PhaseName::Ended => "ended",
        _ => "unknown",
    }
}
