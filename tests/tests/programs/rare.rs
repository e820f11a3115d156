//! The options that most tasks leave out: limits of failures, heartbeats, the end of an attempt, and critical tasks.

use std::fmt::{Display, Formatter, Result};

use taskvisor::{MaxFailures, OnGiveUp, OnShutdown, TaskSpec};
use tests::Rules;

use crate::limited::Limited;
use crate::program::{Ms, Sort};
use crate::specs::millis;

/// Of these, a job takes only the time to stop.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rare {
    /// How many failures are allowed within a time.
    pub(crate) max_failures: Option<(u32, Ms)>,
    /// Whether the task is paused when it gives up.
    pub(crate) pauses: bool,
    /// The longest time between two heartbeats.
    pub(crate) heartbeat: Option<Ms>,
    /// The time that an attempt has to return once its token is canceled.
    pub(crate) stop_timeout: Option<Ms>,
    /// Whether a shutdown lets the running attempt finish.
    pub(crate) finishes: bool,
    /// Whether its failure shuts the supervisor down.
    pub(crate) critical: bool,
    pub(crate) limited: Limited,
    /// How many owners its slot may have, if it is submitted.
    pub(crate) capacity: Option<usize>,
}

impl Rare {
    /// The part of the options that applies to a job.
    pub(crate) fn of_a_job(self, sort: Sort) -> Self {
        let limited = if sort == Sort::Limited { Limited::OF_A_JOB } else { Limited::default() };
        Self { stop_timeout: self.stop_timeout, limited, ..Self::default() }
    }

    pub(crate) fn apply(&self, mut rules: Rules) -> Rules {
        if let Some((failures, within)) = self.max_failures {
            rules = rules.max_failures(failures, millis(within));
        }
        if self.pauses {
            rules = rules.pauses_when_it_gives_up();
        }
        if let Some(time) = self.heartbeat {
            rules = rules.heartbeat(millis(time));
        }
        if let Some(time) = self.stop_timeout {
            rules = rules.stop_timeout(millis(time));
        }
        if self.finishes {
            rules = rules.finishes_on_shutdown();
        }
        rules
    }

    /// The options of a task that inherits its policy.
    pub(crate) fn inherit(&self, spec: TaskSpec) -> TaskSpec {
        let limit = self.max_failures.map(|(failures, within)| MaxFailures::new(failures, millis(within)));
        let spec = if limit.is_some() { spec.with_max_failures(limit) } else { spec };
        let spec = spec.with_on_give_up(self.pauses.then_some(OnGiveUp::Pause));
        let spec = spec.with_on_shutdown(self.finishes.then_some(OnShutdown::Finish));
        spec.with_heartbeat(self.heartbeat.map(millis)).with_stop_timeout(self.stop_timeout.map(millis))
    }
}

impl Display for Rare {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some((failures, within)) = self.max_failures {
            write!(f, " | at most {failures} failures in {within} ms")?;
        }
        if self.pauses {
            f.write_str(" | is paused when it gives up")?;
        }
        if let Some(time) = self.heartbeat {
            write!(f, " | a heartbeat every {time} ms")?;
        }
        if let Some(time) = self.stop_timeout {
            write!(f, " | stops within {time} ms")?;
        }
        let words = [(self.finishes, " | finishes during a shutdown"), (self.critical, " | is critical")];
        words.iter().filter(|(holds, _)| *holds).try_for_each(|(_, word)| f.write_str(word))?;
        write!(f, "{}", self.limited)?;
        match self.capacity {
            Some(owners) => write!(f, " | at most {owners} owners of its slot"),
            None => Ok(()),
        }
    }
}
