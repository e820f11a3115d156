//! The list of the tasks: filtered, sorted by name, one page at a time.

use std::collections::HashSet;

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

impl Row<'_> {
    fn name(&self) -> &str {
        match self {
            Row::Live(status) => &status.name,
            Row::Ended(task) => &task.name,
        }
    }

    fn key(&self) -> (&str, u64) {
        match self {
            Row::Live(status) => (&status.name, status.id.get()),
            Row::Ended(task) => (&task.name, task.id.get()),
        }
    }
}

impl Snapshot<'_> {
    pub(crate) fn task_list(&self, query: &TaskQuery) -> TaskListAnswer {
        let (live, ended) = self.all_tasks();
        let ended = ended.iter().map(Row::Ended);
        let mut rows: Vec<_> = live.iter().filter(is_task).map(Row::Live).chain(ended).collect();
        rows.retain(|row| query.selects(row));
        let total = rows.len();
        if let Some(after) = query.after.as_deref() {
            rows.retain(|row| row.name() > after);
        }
        let rest = rows.len();
        // Two rows of one name are possible for a moment, while one task ends and the next one of its name is added.
        let by_name = |left: &Row<'_>, right: &Row<'_>| left.key().cmp(&right.key());
        if rest > query.limit {
            // Sorting all rows for each page would take longer than all else.
            rows.select_nth_unstable_by(query.limit, by_name);
            rows.truncate(query.limit);
        }
        rows.sort_unstable_by(by_name);
        let tasks: Vec<_> = rows.iter().map(|row| self.row(row, query.attempts)).collect();
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
        // A task that ends in between is in neither list for a moment.
        let mut ended = self.ring.map(EventRing::ended_tasks).unwrap_or_default();
        let live = self.supervisor.tasks();
        if !ended.is_empty() {
            // The end of a task is published before its name is free.
            let rows = live.iter().filter(is_task);
            let names: HashSet<&str> = rows
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
    /// How many tasks a page has, unless the request says otherwise.
    pub(crate) const DEFAULT_LIMIT: usize = 100;
    /// How many tasks a page has at most.
    pub(crate) const MAX_LIMIT: usize = 1_000;

    fn selects(&self, row: &Row<'_>) -> bool {
        let name = row.name();
        let phase = match row {
            Row::Live(status) => phase_name(status),
            Row::Ended(_) => PhaseName::Ended,
        };
        (self.names.is_empty() || self.names.contains(name))
            && self.contains.as_deref().is_none_or(|part| name.to_lowercase().contains(part))
            && self.phase.is_none_or(|wanted| wanted == phase)
    }
}

/// A filter: whether a status is one of an added task.
fn is_task(row: &&TaskStatus) -> bool {
    !row.is_submission()
}

/// What marks a text as a cursor, so that a name that was written by hand is noticed.
const CURSOR: &str = "after:";

fn cursor(name: &str) -> String {
    format!("{CURSOR}{name}")
}

/// The name after which the page of a cursor begins.
pub(crate) fn parse_cursor(cursor: &str) -> Option<String> {
    cursor.strip_prefix(CURSOR).map(str::to_owned)
}
