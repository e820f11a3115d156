//! Lists the tasks that hold the permits of a limit, for the report of a long wait.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::AttemptLimits;
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::sync::Mutex;
use crate::task::{Holder, Holders, LimitScope, Named, TaskId, TaskName, WaitingOn};

/// How long a list is reused. A list takes time linear in the number of tasks, and many tasks may report a long wait at the same time.
const REUSED_FOR: Duration = Duration::from_secs(1);

/// The latest list of holders.
#[derive(Debug, Default)]
pub(crate) struct HoldersCache(Mutex<Option<CachedHolders>>);

#[derive(Clone, Debug)]
struct CachedHolders {
    at: Instant,
    // Weak: the cells own the limits, which own the list of a declaration. No cell would ever be freed.
    listed: Vec<(Weak<dyn Named>, TaskId, Instant)>,
    total: usize,
}

impl HoldersCache {
    fn get_or_list(&self, now: Instant, list: impl FnOnce() -> Holders) -> Holders {
        let known = self.0.lock().clone();
        let recent = known.filter(|known| now.saturating_duration_since(known.at) < REUSED_FOR);
        if let Some(holders) = recent.and_then(|known| known.holders()) {
            return holders;
        }
        // Without the lock, because the list locks the registry and the cells.
        let holders = list();
        *self.0.lock() = Some(CachedHolders::new(&holders, now));
        holders
    }
}

impl CachedHolders {
    fn new(holders: &Holders, at: Instant) -> Self {
        let weak = |holder: &Holder| (holder.name.downgrade(), holder.id, holder.since);
        Self { at, listed: holders.listed().iter().map(weak).collect(), total: holders.total() }
    }

    /// Returns `None` if a task of the list is gone.
    // Not under the lock of the cache: the last reference to a cell may drop an error of the user.
    fn holders(self) -> Option<Holders> {
        let holder = |(name, id, since): (Weak<dyn Named>, _, _)| {
            Some(Holder { name: TaskName::of(name.upgrade()?), id, since })
        };
        let listed = self.listed.into_iter().map(holder).collect::<Option<_>>()?;
        Some(Holders::of_list(listed, self.total))
    }
}

impl Shared {
    /// The tasks that hold what `cell` waits for, as of at most one second ago.
    pub(crate) fn holders(&self, cell: &TaskCell, on: &WaitingOn, now: Instant) -> Holders {
        let WaitingOn::Permit { of } = on else { return Holders::default() };
        match of {
            LimitScope::Supervisor => self.holders.get_or_list(now, || self.list_holders(None)),
            LimitScope::Task { .. } => match cell.rare().and_then(|rare| rare.limits()) {
                Some(limits) => limits.holders.get_or_list(now, || self.list_holders(Some(limits))),
                None => Holders::default(),
            },
        }
    }

    fn list_holders(&self, limits: Option<&Arc<AttemptLimits>>) -> Holders {
        let holder = |cell: &Arc<TaskCell>| {
            let own = cell.rare().and_then(|rare| rare.limits());
            let is_limited = limits.is_none_or(|limits| own.is_some_and(|own| Arc::ptr_eq(own, limits)));
            let since = if is_limited { cell.holds_permit_since(limits.is_some()) } else { None };
            since.map(|since| Holder { name: TaskName::of(Arc::clone(cell) as _), id: cell.id(), since })
        };
        Holders::new(self.registry.cells().iter().filter_map(holder).collect())
    }
}
