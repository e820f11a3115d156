//! Checks the limits of attempts: how many of one declaration run at once, and how often they begin.

use std::collections::HashMap;
use std::time::Duration;

use taskvisor::{Event, EventKind, RateLimit};
use tokio::time::Instant;

use crate::instances::base_name;
use crate::{EventLog, Rules};

/// What shares limits: submissions, or the instances of a task, or tasks, with one name and equal limits.
#[derive(PartialEq, Eq, Hash)]
struct Declaration {
    name: String,
    is_submission: bool,
    max_concurrent: Option<usize>,
    rate_limit: Option<RateLimit>,
}

#[derive(Default)]
struct Attempts {
    running: usize,
    /// When the next attempt is due, if all are spaced by the interval.
    due: Option<Instant>,
}

/// Checks the events in the order of their numbers. On several threads, an attempt may begin before the end of another one is published.
pub(crate) fn check_limits(
    event_log: &EventLog,
    rules_of: impl Fn(&Event) -> Option<Rules>,
) -> Result<(), String> {
    let mut events: Vec<_> = event_log.events().iter().collect();
    events.sort_by_key(|event| event.seq);
    let mut declarations: HashMap<Declaration, Attempts> = HashMap::new();
    for event in events {
        let Some(rules) = rules_of(event) else { continue };
        let Rules { max_concurrent, rate_limit, .. } = rules;
        if max_concurrent.is_none() && rate_limit.is_none() {
            continue;
        }
        let name = base_name(event).unwrap_or_default().to_owned();
        let is_submission = event.slot().is_some();
        let declaration = Declaration { name, is_submission, max_concurrent, rate_limit };
        let attempts = declarations.entry(declaration).or_default();
        let checked = match event.kind {
            EventKind::Started { .. } => attempts.start(max_concurrent, rate_limit, event.at),
            EventKind::Succeeded { .. }
            | EventKind::Failed { .. }
            | EventKind::Snoozed { .. }
            | EventKind::Panicked { .. }
            | EventKind::TimedOut { .. }
            | EventKind::Stalled { .. }
            | EventKind::Interrupted { .. }
            | EventKind::Canceled { .. }
            | EventKind::Aborted { .. } => {
                attempts.running = attempts.running.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        };
        checked.map_err(|violation| format!("{event}: {violation}"))?;
    }
    Ok(())
}

impl Attempts {
    fn start(
        &mut self,
        max_concurrent: Option<usize>,
        rate_limit: Option<RateLimit>,
        at: Instant,
    ) -> Result<(), String> {
        self.running += 1;
        if let Some(limit) = max_concurrent.filter(|limit| self.running > *limit) {
            return Err(format!("attempt number {} at once, with `max_concurrent` {limit}", self.running));
        }
        let Some(limit) = rate_limit else { return Ok(()) };
        let interval = interval(&limit);
        // The period can be long, and the clock of a test young: compare differences.
        let due = self.due.map_or(at, |due| due.max(at));
        let ahead = due.saturating_duration_since(at);
        if ahead > interval.saturating_mul(limit.burst().saturating_sub(1)) {
            return Err(format!("began {ahead:?} too early for `{limit}`"));
        }
        self.due = due.checked_add(interval);
        Ok(())
    }
}

/// The time between two attempts that are evenly spaced.
fn interval(limit: &RateLimit) -> Duration {
    let nanoseconds = limit.period().as_nanos().div_ceil(u128::from(limit.attempts().max(1)));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}
