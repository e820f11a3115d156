//! The text of `STATUS`: how many tasks are in which phase, and the names of those that need attention.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::runtime::cell::{Symptom, TaskCell};
use crate::runtime::shared::Shared;
use crate::sync::escape::escape_line;
use crate::task::{Phase, TaskStatus};

/// The longest text, in bytes.
const MAX_LENGTH: usize = 256;

/// How many names a group lists.
const MAX_NAMES: usize = 3;

/// The groups, in the order of the text. Those from `stopping` on list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Running,
    Waiting,
    Sleeping,
    Stopping,
    BackingOff,
    Paused,
    Stalled,
    Stuck,
    GaveUp,
}

const GROUPS: [(Group, &str); 9] = [
    (Group::Running, "running"),
    (Group::Waiting, "waiting"),
    (Group::Sleeping, "sleeping"),
    (Group::Stopping, "stopping"),
    (Group::BackingOff, "backing off"),
    (Group::Paused, "paused"),
    (Group::Stalled, "stalled"),
    (Group::Stuck, "stuck"),
    (Group::GaveUp, "gave up"),
];

#[derive(Default)]
struct Members {
    count: usize,
    names: Vec<String>,
}

/// A summary of all tasks. `Display` writes one line, of any length.
#[derive(Default)]
struct Summary {
    groups: [Members; GROUPS.len()],
}

/// Returns the text for the tasks of a supervisor, after `stage`.
pub(super) fn status(shared: &Shared, stage: &str) -> String {
    let mut summary = Summary::default();
    for cell in shared.registry.cells() {
        summary.add(group(&cell), cell.name());
    }
    // They are not live any more.
    for cell in shared.suspects.find() {
        if cell.is_over() && cell.symptom() == Some(Symptom::GaveUp) {
            summary.add(Some(Group::GaveUp), cell.name());
        }
    }
    line(&format!("{stage}{summary}"))
}

fn group(cell: &Arc<TaskCell>) -> Option<Group> {
    if cell.misses_heartbeat() {
        return Some(Group::Stalled);
    }
    let TaskStatus { phase, failures, stopping, .. } = cell.status();
    Some(match phase {
        Phase::Stuck { .. } | Phase::Running { overdue: true, .. } => Group::Stuck,
        Phase::Paused { gave_up: true } => Group::GaveUp,
        Phase::Ended(_) => return None,
        _ if stopping => Group::Stopping,
        Phase::Paused { gave_up: false } => Group::Paused,
        Phase::Running { .. } => Group::Running,
        Phase::Waiting { .. } => Group::Waiting,
        Phase::Sleeping { .. } if failures > 0 => Group::BackingOff,
        Phase::Sleeping { .. } => Group::Sleeping,
    })
}

impl Summary {
    fn add(&mut self, group: Option<Group>, name: &str) {
        let Some(group) = group else { return };
        let members = &mut self.groups[group as usize];
        members.count += 1;
        if members.names.len() < MAX_NAMES && group as usize >= Group::Stopping as usize {
            members.names.push(name.to_owned());
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for ((_, word), Members { count, names }) in GROUPS.iter().zip(&self.groups) {
            if *count == 0 {
                continue;
            }
            write!(f, "{separator}{count} {word}")?;
            separator = if names.is_empty() { ", " } else { "; " };
            if !names.is_empty() {
                write!(f, ": `{}`", names.join("`, `"))?;
                match count - names.len() {
                    0 => {}
                    left => write!(f, " and {left} more")?,
                }
            }
        }
        if separator.is_empty() { f.write_str("no tasks") } else { Ok(()) }
    }
}

/// The text as one line of bounded length.
fn line(text: &str) -> String {
    // Cut first: escapes make it longer, and a name may be of any length.
    let mut line = escape_line(&cut(text, MAX_LENGTH));
    if line.len() > MAX_LENGTH {
        line = cut(&line, MAX_LENGTH).into_owned();
    }
    line
}

/// The longest beginning of at most `length` bytes, with `…` if something is missing.
fn cut(text: &str, length: usize) -> Cow<'_, str> {
    if text.len() <= length {
        return Cow::Borrowed(text);
    }
    let mut end = length - '…'.len_utf8();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut cut = text[..end].to_owned();
    cut.push('…');
    Cow::Owned(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_is_counted_and_those_in_trouble_are_named() {
        let mut summary = Summary::default();
        assert_eq!(summary.to_string(), "no tasks");
        for name in ["a", "b"] {
            summary.add(Some(Group::Running), name);
        }
        summary.add(Some(Group::Sleeping), "c");
        assert_eq!(summary.to_string(), "2 running, 1 sleeping");
        for name in ["d", "e", "f", "g", "h"] {
            summary.add(Some(Group::BackingOff), name);
        }
        summary.add(Some(Group::GaveUp), "i");
        summary.add(None, "j");
        let expected = "2 running, 1 sleeping, 5 backing off: `d`, `e`, `f` and 2 more; 1 gave up: `i`";
        assert_eq!(summary.to_string(), expected);
    }

    #[test]
    fn the_groups_are_in_the_order_of_their_words() {
        for (index, (group, _)) in GROUPS.into_iter().enumerate() {
            assert_eq!(group as usize, index, "{group:?}");
        }
    }

    #[test]
    fn a_text_is_one_line_of_bounded_length() {
        assert_eq!(line("a\nREADY=1\u{1b}"), "a\\nREADY=1\\u{1b}");
        for character in ["a", "\n", "\u{1b}", "ä", "…", "🦀"] {
            let line = line(&character.repeat(MAX_LENGTH + 1));
            assert!(line.len() <= MAX_LENGTH && line.len() > MAX_LENGTH - 8, "{character:?}: {line}");
            assert!(line.chars().all(|character| !character.is_control()) && line.ends_with('…'), "{line}");
        }
        assert_eq!(line(&"a".repeat(MAX_LENGTH)), "a".repeat(MAX_LENGTH));
    }
}
