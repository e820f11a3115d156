//! The failures of a task: their count, the delays after them, and giving up.

use std::time::Duration;

use taskvisor::RestartPolicy;
use tokio::time::Instant;

use super::{Reader, State, Verdict, require};

impl Reader {
    pub(super) fn count(&mut self, at: Instant) -> Verdict {
        let ran = self.started_at.map_or(Duration::ZERO, |started| at - started);
        if self.rules.is_some_and(|rules| ran >= rules.stable_time()) {
            self.reset();
        }
        self.failures += 1;
        self.counted.push_back(at);
        Ok(())
    }

    pub(super) fn give_up(&mut self, failures: u32, within: Option<Duration>, at: Instant) -> Verdict {
        self.transition(&[State::Failed, State::RunFailed], State::GaveUp)?;
        let Some(rules) = self.rules else { return Ok(()) };
        require(rules.restart != RestartPolicy::Never, || "gave up, and is never restarted".to_owned())?;
        let (limit, counted) = match within {
            None => (rules.max_retries, self.failures),
            Some(time) => {
                let limit = rules.max_failures.filter(|limit| limit.within() == time);
                (limit.map(|limit| limit.failures()), self.counted_within(time, at))
            }
        };
        require(limit.is_some_and(|limit| failures > limit), || {
            format!("gave up below its limit {limit:?}")
        })?;
        // Outages and restarts may excuse failures.
        let is_exact = !self.depends && self.restarts.is_empty();
        require(!is_exact || failures == counted, || format!("counts {failures} failures, not {counted}"))
    }

    pub(super) fn counted_within(&self, time: Duration, at: Instant) -> u32 {
        let counted = self.counted.iter().filter(|failed| at.saturating_duration_since(**failed) <= time);
        u32::try_from(counted.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn reset(&mut self) {
        self.may_be_cleared = false;
        self.failures = 0;
        self.previous = None;
    }

    pub(super) fn back_off(&mut self, delay: Duration, failures: u32, at: Instant) -> Verdict {
        self.transition(&[State::Failed], State::BackedOff)?;
        self.not_before = at.checked_add(delay);
        let Some(rules) = self.rules else {
            return Err(
                "the recorder must know the rules of a task that backs off: use `Trace::spec`".to_owned()
            );
        };
        require(rules.restart != RestartPolicy::Never, || {
            "a retry of a task that is never restarted".to_owned()
        })?;
        if let Some(limit) = rules.max_failures.filter(|_| !self.depends && self.restarts.is_empty()) {
            let counted = self.counted_within(limit.within(), at);
            require(counted <= limit.failures(), || format!("a retry after {counted} of {limit} failures"))?;
        }
        if self.depends && failures <= self.failures {
            // Outages of needed tasks excuse failures, and may end the delay: only the random programs know them.
            (self.failures, self.previous, self.not_before) = (failures, None, None);
            let within = rules.max_retries.is_none_or(|retries| failures <= retries);
            require(within, || format!("retry {failures} of at most {:?}", rules.max_retries))?;
            return require(rules.uses_retry_after || delay <= rules.backoff.max(), || {
                format!("{delay:?} is longer than {:?}", rules.backoff.max())
            });
        }
        if self.may_be_cleared && failures < self.failures {
            self.reset();
            self.failures = failures;
        }
        require(failures == self.failures, || format!("counts {failures} failures, not {}", self.failures))?;
        let within = rules.max_retries.is_none_or(|retries| failures <= retries);
        require(within, || format!("retry {failures} of at most {:?}", rules.max_retries))?;
        let bounds = rules.backoff.bounds(failures - 1, self.previous);
        self.previous = Some(delay);
        require(rules.uses_retry_after || bounds.contains(&delay), || {
            format!("{delay:?} is not within {bounds:?}")
        })
    }
}
