//! Lists the tasks that hold the permits of a limit, for the report of a long wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::AttemptLimits;
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::sync::Mutex;
use crate::task::{Holder, Holders, LimitScope, TaskName, WaitingOn};

/// How long a list is reused. A list takes time linear in the number of tasks, and many tasks may report a long wait at the same time.
const REUSED_FOR: Duration = Duration::from_secs(1);

/// The latest list of holders.
#[derive(Debug, Default)]
pub(crate) struct HoldersCache(Mutex<Option<(Instant, Holders)>>);

impl HoldersCache {
    fn get_or_list(&self, now: Instant, list: impl FnOnce() -> Holders) -> Holders {
        let known = self.0.lock().clone();
        if let Some((at, holders)) = known {
            if now.saturating_duration_since(at) < REUSED_FOR {
                return holders;
            }
        }
        // Without the lock, because the list locks the registry and the cells.
        let holders = list();
        *self.0.lock() = Some((now, holders.clone()));
        holders
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
