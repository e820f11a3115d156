//! The list of the tasks: filtered, sorted by name, one page at a time.

use std::collections::{BTreeMap, HashSet};

use taskvisor::TaskStatus;

use super::Snapshot;
use super::history::count;
use super::phase::phase_name;
use crate::answer::{PhaseName, TaskAnswer, TaskListAnswer, VERSION};
use crate::events::{EndedTask, EventRing};

/// What a request selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaskQuery {
    /// How many tasks a page has at most.
    pub(crate) limit: usize,
    /// The name after which the page begins.
    pub(crate) after: Option<String>,
    /// The names. Empty for all.
    pub(crate) names: HashSet<String>,
    /// A part of the name, in lower case.
    pub(crate) contains: Option<String>,
    pub(crate) phase: Option<PhaseName>,
    /// Whether the rows list the latest attempts.
    pub(crate) attempts: bool,
}

/// The source of a row.
enum Row<'a> {
    Live(&'a TaskStatus),
    Ended(&'a EndedTask),
}

impl Snapshot<'_> {
    pub(crate) fn task_list(&self, query: &TaskQuery) -> TaskListAnswer {
        let (live, ended) = self.all_tasks();
        // By name. Two rows of one name are possible for a moment, while one task ends and the next one of its name is added.
        let mut rows = BTreeMap::new();
        for task in &ended {
            rows.insert((task.name.as_str(), 0), Row::Ended(task));
        }
        for status in live.iter().filter(|status| !status.is_submission()) {
            rows.insert((&*status.name, status.id.get()), Row::Live(status));
        }
        rows.retain(|(name, _), row| query.selects(name, row));
        let total = rows.len();
        if let Some(after) = query.after.as_deref() {
            rows.retain(|(name, _), _| *name > after);
        }
        let rest = rows.len();
        let mut tasks = Vec::with_capacity(rest.min(query.limit));
        for (_, row) in rows.into_iter().take(query.limit) {
            tasks.push(self.row(&row, query.attempts));
        }
        let is_last = tasks.len() == rest;
        let next_cursor = tasks.last().filter(|_| !is_last).map(|last| cursor(&last.name));
        TaskListAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            tasks,
            total: count(total),
            next_cursor,
        }
    }

    /// The statuses of all live tasks and submissions, and the ended tasks whose names no live task has.
    pub(super) fn all_tasks(&self) -> (Vec<TaskStatus>, Vec<EndedTask>) {
        // A task that ends in between is in neither list for a moment. In the other order it could be in both.
        let mut ended = self.ring.map(EventRing::ended_tasks).unwrap_or_default();
        let live = self.supervisor.tasks();
        if !ended.is_empty() {
            // The end of a task is published before its name is free.
            let tasks = live.iter().filter(|row| !row.is_submission());
            let names: HashSet<&str> = tasks
                .flat_map(|row| std::iter::once(row).chain(row.instances()))
                .map(|row| &*row.name)
                .collect();
            ended.retain(|task| !names.contains(task.name.as_str()));
        }
        (live, ended)
    }

    fn row(&self, row: &Row<'_>, with_attempts: bool) -> TaskAnswer {
        match row {
            Row::Live(status) => self.live_task(status, with_attempts),
            Row::Ended(task) => self.ended_task(task),
        }
    }
}

impl TaskQuery {
    /// How many tasks a page has by default.
    pub(crate) const DEFAULT_LIMIT: usize = 100;
    /// How many tasks a page has at most.
    pub(crate) const MAX_LIMIT: usize = 1_000;

    fn selects(&self, name: &str, row: &Row<'_>) -> bool {
        let phase = match row {
            Row::Live(status) => phase_name(status),
            Row::Ended(_) => PhaseName::Ended,
        };
        (self.names.is_empty() || self.names.contains(name))
            && self.contains.as_deref().is_none_or(|part| name.to_lowercase().contains(part))
            && self.phase.is_none_or(|wanted| wanted == phase)
    }
}

/// The beginning of each cursor. It shows that a text is a cursor, and not a name that was written by hand.
const CURSOR: &str = "after:";

fn cursor(name: &str) -> String {
    format!("{CURSOR}{name}")
}

/// The name after which the page of a cursor begins.
pub(crate) fn parse_cursor(cursor: &str) -> Option<String> {
    cursor.strip_prefix(CURSOR).map(str::to_owned)
}
