//! Finds the limits of a declaration.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::AttemptLimits;
use crate::policy::{RareOptions, RateLimit};
use crate::sync::Mutex;

/// Below this number of entries, unused ones are not removed.
const MIN_COMPACTED: usize = 64;

/// The limits of all declarations of a supervisor. An entry outlives the tasks that use it, because a rate limit also applies to the next
/// task of the name.
#[derive(Debug, Default)]
pub(crate) struct LimitTable {
    state: Mutex<TableState>,
}

#[derive(Debug, Default)]
struct TableState {
    entries: HashMap<EntryKey, TableEntry>,
    /// The number of entries at which unused ones are removed.
    compact_at: usize,
}

#[derive(Debug)]
struct TableEntry {
    limits: Arc<AttemptLimits>,
    /// How often it was found. Shows whether it was used while `compact` did not hold the lock.
    found: u64,
}

/// Which declaration a task belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LimitKey<'a> {
    /// An added task, by its name, without the number of the instance.
    Task(Cow<'a, str>),
    /// A hand-written submission, by its name.
    Submission(Cow<'a, str>),
    /// A declared job, by the address of its declaration: its name is only a label.
    Job(usize),
}

/// A declaration and its limits: tasks of one name share limits only if they set the same ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct EntryKey {
    key: LimitKey<'static>,
    max_concurrent: Option<usize>,
    rate_limit: Option<RateLimit>,
}

impl LimitTable {
    /// Returns the limits of a declaration, if its options set any. `name` is the one that waiting tasks show.
    pub(crate) fn find(
        &self,
        options: &RareOptions,
        key: LimitKey<'_>,
        name: &str,
        now: Instant,
    ) -> Option<Arc<AttemptLimits>> {
        let has_limits = options.max_concurrent.is_some() || options.rate_limit.is_some();
        has_limits.then(|| self.find_limits(options, key, name, now))
    }

    fn find_limits(
        &self,
        options: &RareOptions,
        key: LimitKey<'_>,
        name: &str,
        now: Instant,
    ) -> Arc<AttemptLimits> {
        let RareOptions { max_concurrent, rate_limit, .. } = *options;
        let key = EntryKey { key: key.into_owned(), max_concurrent, rate_limit };
        let is_due = {
            let mut state = self.state.lock();
            if let Some(entry) = state.entries.get_mut(&key) {
                entry.found += 1;
                return Arc::clone(&entry.limits);
            }
            state.entries.len() >= state.compact_at.max(MIN_COMPACTED)
        };
        // At each doubling, so that a service with ever new names keeps few entries, at amortized constant cost.
        if is_due {
            self.compact(now);
        }
        let limits = Arc::new(AttemptLimits::new(name, max_concurrent, rate_limit));
        let mut state = self.state.lock();
        // Another thread may have inserted it meanwhile.
        let entry = state.entries.entry(key).or_insert(TableEntry { limits, found: 0 });
        entry.found += 1;
        Arc::clone(&entry.limits)
    }

    /// Removes the entries that no task uses, and whose rate limits allow a whole burst: new ones would be equal.
    fn compact(&self, now: Instant) {
        let unowned = |entry: &TableEntry| Arc::strong_count(&entry.limits) == 1;
        let candidates: Vec<_> = {
            let state = self.state.lock();
            let unused = state.entries.iter().filter(|(_, entry)| unowned(entry));
            unused.map(|(key, entry)| (key.clone(), entry.found, Arc::clone(&entry.limits))).collect()
        };
        // Without the lock of the table: never two locks at once.
        let mut unused = Vec::new();
        for (key, found, limits) in candidates {
            if limits.rate().is_none_or(|rate| rate.is_unused(now)) {
                unused.push((key, found));
            }
        }
        let mut state = self.state.lock();
        for (key, found) in unused {
            // An entry that was found meanwhile may have been used meanwhile.
            if state.entries.get(&key).is_some_and(|entry| entry.found == found && unowned(entry)) {
                state.entries.remove(&key);
            }
        }
        state.compact_at = 2 * state.entries.len();
    }
}

impl LimitKey<'_> {
    fn into_owned(self) -> LimitKey<'static> {
        match self {
            Self::Task(name) => LimitKey::Task(name.into_owned().into()),
            Self::Submission(name) => LimitKey::Submission(name.into_owned().into()),
            Self::Job(address) => LimitKey::Job(address),
        }
    }
}
