//! The search for a cycle of dependencies.

use std::collections::{HashMap, HashSet};

/// Searches a path from one of `begins` to `to`, along the tasks that each one depends on. Returns the names on the path, both ends
/// included.
// With a stack of its own, because a chain may be longer than that of the thread.
pub(crate) fn path<'a>(
    begins: impl IntoIterator<Item = &'a str>,
    to: &str,
    depends_on: impl Fn(&'a str) -> Vec<&'a str>,
) -> Option<Vec<&'a str>> {
    let mut stack: Vec<_> = begins.into_iter().collect();
    let mut seen: HashSet<_> = stack.iter().copied().collect();
    let mut from = HashMap::new();
    while let Some(name) = stack.pop() {
        if name == to {
            let mut path = vec![name];
            while let Some(previous) = from.get(path[path.len() - 1]) {
                path.push(*previous);
            }
            path.reverse();
            return Some(path);
        }
        for next in depends_on(name) {
            if seen.insert(next) {
                from.insert(next, name);
                stack.push(next);
            }
        }
    }
    None
}
