//! A program: plain data that the runtime executes and the model predicts.
//!
//! All times are whole milliseconds of the paused clock, because that is how finely Tokio's timers tick.

use taskvisor::{JitterPolicy, Readiness, RestartPolicy};

use crate::depends::Depends;
use crate::instances::Operation;
use crate::rare::Rare;
use crate::schedule::Schedule;

/// Milliseconds: a span, or a moment counted from the beginning of the program.
pub(crate) type Ms = u64;

/// An index of `NAMES`.
pub(crate) type Name = usize;

/// The names of tasks. They are few, so that tasks interact.
pub(crate) const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The keys of slots, in their order.
pub(crate) const SLOTS: [&str; 5] = ["v", "w", "x", "y", "z"];

/// The number of slots of most programs.
pub(crate) const FEW_SLOTS: usize = 2;

#[derive(Clone)]
pub(crate) struct Program {
    /// The seed of the runtime's random numbers.
    pub(crate) chance: u64,
    pub(crate) limits: Limits,
    /// The tasks of `run_until`, which starts with the program. `None` if the program never runs the supervisor.
    pub(crate) run: Option<Vec<(Name, Work)>>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) bursts: Vec<Burst>,
    /// The time from the last burst to the final shutdown, unless a command shut the supervisor down before.
    pub(crate) rest: Ms,
    pub(crate) shutdown_trigger: ShutdownTrigger,
}

/// The trigger of the final shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShutdownTrigger {
    /// A call of `shutdown`.
    Requested,
    /// The drop of the last owner of the supervisor. With a run there is another owner, and `shutdown` is called.
    Dropped,
    /// The completion of the future of `run_until`. Without an active run, `shutdown` is called.
    Until,
}

#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) grace: Ms,
    pub(crate) drain: Ms,
    pub(crate) concurrent: Option<usize>,
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
    /// The time in which dependents start after an outage.
    pub(crate) spread: Ms,
    /// The policy of a task that declares none.
    pub(crate) defaults: Policy,
}

/// Commands that are issued together: no task runs between them.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    /// The time since the previous burst, or since the beginning; never zero.
    pub(crate) after: Ms,
    pub(crate) commands: Vec<Command>,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Add {
        name: Name,
        work: Work,
    },
    Submit {
        /// `None` only for a job.
        slot: Option<usize>,
        admission: Admission,
        sort: Sort,
        work: Work,
    },
    /// Cancels by handle. `before` counts back from the newest accepted task and wraps around. Without a grace, that of
    /// the configuration applies.
    Cancel {
        before: usize,
        grace: Option<Ms>,
    },
    /// Cancels by name, and waits for the end of the task.
    CancelNamed {
        name: Name,
        grace: Option<Ms>,
    },
    Remove {
        name: Name,
    },
    /// Restarts by handle. `before` as in `Cancel`.
    Restart {
        before: usize,
    },
    /// Pauses by handle. `before` as in `Cancel`.
    Pause {
        before: usize,
    },
    /// Pauses by handle after the running attempt. `before` as in `Cancel`.
    PauseAfter {
        before: usize,
    },
    /// Resumes by handle. `before` as in `Cancel`.
    Resume {
        before: usize,
    },
    /// Triggers by handle. `before` as in `Cancel`.
    Trigger {
        before: usize,
    },
    Clear {
        slot: usize,
    },
    /// Adds a task with instances. `pool` is an index of `POOLS`.
    AddInstances {
        pool: usize,
        instances: usize,
        work: Work,
    },
    /// Changes the number of instances. A `pool` after the last one is a task without instances.
    Scale {
        pool: usize,
        instances: usize,
    },
    /// Controls all instances.
    Operate {
        pool: usize,
        operation: Operation,
    },
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Queue,
    Replace,
    DropIfRunning,
    Latest,
}

/// The kind of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Task,
    /// A job that is never retried.
    Once,
    /// A job that is retried twice.
    Retried,
    /// A job that is retried twice, and whose submissions share limits.
    Limited,
}

/// The policy of a task, and the steps of its attempts.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The policy of the task; `None` inherits that of the configuration. A job takes only its timeout from here.
    pub(crate) policy: Option<Policy>,
    /// Attempt number `n` executes step `n`; further attempts repeat the last step.
    pub(crate) steps: Vec<Step>,
    /// The number of an attempt, and the command that this attempt issues first if its future is built.
    pub(crate) acts: Option<(u64, Box<Command>)>,
    /// When the task becomes ready. A job declares nothing.
    // The default of `start_timeout` is longer than any program, so that the model need not know it.
    pub(crate) ready: Option<Readiness>,
    /// When each attempt notifies that it is ready.
    pub(crate) notifies: Option<Notifies>,
    /// The time within which it must start, if it is submitted.
    pub(crate) expires: Option<Ms>,
    pub(crate) depends: Depends,
    pub(crate) rare: Rare,
    pub(crate) schedule: Schedule,
}

/// The moment of a notification. In both the task acts anyway, so that no further poll changes the order of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notifies {
    AtItsStart,
    BeforeItReturns,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Option<Ms>,
    pub(crate) max_retries: Option<u32>,
    /// The delay between a success and the next attempt.
    pub(crate) delay: Option<Ms>,
    pub(crate) stable_after: Option<Ms>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) law: Law,
    pub(crate) jitter: JitterPolicy,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Law {
    None,
    Constant(Ms),
    /// The factor is in quarters.
    Exponential {
        first: Ms,
        max: Ms,
        quarters: u32,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The attempt panics before its future exists.
    Unbuildable,
    Attempt(Attempt),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// When and how the attempt ends by itself. `None` hangs.
    pub(crate) ends: Option<(Ms, End)>,
    /// How long after it observes a stop request the attempt ends, and how. `None` ignores stop requests.
    pub(crate) on_stop: Option<(Ms, End)>,
    /// The time from the beginning of the attempt to its first check for a stop request.
    pub(crate) first_check: Ms,
    /// The heartbeats of the attempt, until it observes a stop request.
    pub(crate) beats: Option<Beats>,
    pub(crate) dropping: Dropping,
}

/// An attempt sends `times` heartbeats, each after this time, and none afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beats {
    pub(crate) every: Ms,
    pub(crate) times: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Succeed,
    Fail,
    Fatal,
    RetryAfter(Ms),
    /// Nothing to do now: again after this time.
    Snooze(Ms),
    /// The task is done.
    Done,
    Cancel,
    Panic,
}

/// The behavior of the destructor of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropping {
    Quick,
    /// The destructor blocks the thread this long.
    Slow(Ms),
    Panics,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Listener {
    pub(crate) wants: Wants,
    pub(crate) queue: usize,
    pub(crate) behavior: Behavior,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    All,
    Ends,
    Attempts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    Quick,
    /// The listener takes this long for each event.
    Slow(Ms),
    /// The listener never returns from this event, counted from zero.
    Stuck(usize),
    /// The listener panics on every event whose number is a multiple of this one.
    Panics(usize),
}

/// The number of the accepted task that `before` selects; `None` if no task was accepted.
pub(crate) fn meant(before: usize, count: usize) -> Option<usize> {
    before.checked_rem(count).map(|before| count - 1 - before)
}

impl Work {
    /// The step of attempt number `attempt`. A repeated step takes at least `PAUSE`: otherwise a program could repeat it
    /// forever within one moment.
    pub(crate) fn step(&self, attempt: u64) -> Step {
        const PAUSE: Ms = 37;
        let index = usize::try_from(attempt - 1).unwrap_or(usize::MAX);
        if let Some(step) = self.steps.get(index) {
            return *step;
        }
        match self.steps.last() {
            Some(Step::Attempt(attempt @ Attempt { ends: Some((after, end)), .. })) => {
                let ends = Some(((*after).max(PAUSE), *end));
                Step::Attempt(Attempt { ends, ..*attempt })
            }
            Some(Step::Attempt(hangs)) => Step::Attempt(*hangs),
            Some(Step::Unbuildable) | None => Step::Attempt(Attempt {
                ends: Some((PAUSE, End::Panic)),
                on_stop: None,
                first_check: 0,
                beats: None,
                dropping: Dropping::Quick,
            }),
        }
    }

    /// The policy of the task. `every` repeats a task that sets no policy.
    pub(crate) fn policy_or(&self, defaults: &Policy) -> Policy {
        let restart = if self.schedule.every.is_some() { RestartPolicy::Always } else { defaults.restart };
        self.policy.unwrap_or(Policy { restart, ..*defaults })
    }

    /// Whether a step returns `retry_after`, whose delay no backoff bounds.
    pub(crate) fn uses_retry_after(&self) -> bool {
        self.ends().any(|end| matches!(end, End::RetryAfter(_)))
    }

    /// Whether a step returns `done`, which completes the task under every policy.
    pub(crate) fn may_be_done(&self) -> bool {
        self.ends().any(|end| end == End::Done)
    }

    fn ends(&self) -> impl Iterator<Item = End> + '_ {
        let attempts = self.steps.iter().filter_map(|step| match step {
            Step::Unbuildable => None,
            Step::Attempt(attempt) => Some(attempt),
        });
        attempts.flat_map(|attempt| attempt.ends.into_iter().chain(attempt.on_stop)).map(|(_, end)| end)
    }

    /// The part of the work that a job does. It declares no readiness, depends on no task, and ends with its value instead of a
    /// word about what follows. It has no panicking destructor, because a job drops its locals during a poll, where a panic is a
    /// failure of the attempt.
    pub(crate) fn of_a_job(mut self, sort: Sort) -> Self {
        let valued = |end: &mut Option<(Ms, End)>| {
            if let Some((_, end @ (End::Snooze(_) | End::Done))) = end {
                *end = End::Succeed;
            }
        };
        for step in &mut self.steps {
            if let Step::Attempt(attempt) = step {
                valued(&mut attempt.ends);
                valued(&mut attempt.on_stop);
                if attempt.dropping == Dropping::Panics {
                    attempt.dropping = Dropping::Quick;
                }
            }
        }
        let (depends, schedule) = (Depends::default(), Schedule::default());
        Self { ready: None, depends, schedule, rare: self.rare.of_a_job(sort), ..self }
    }
}

impl Sort {
    /// The policy of a submission. That of a job repeats its declaration in `jobs`.
    pub(crate) fn policy(self, work: &Work, defaults: &Policy) -> Option<Policy> {
        let (restart, law, max_retries) = match self {
            Self::Task => return work.policy,
            Self::Once => (RestartPolicy::Never, Law::None, None),
            Self::Retried | Self::Limited => (RestartPolicy::OnFailure, Law::Constant(9), Some(2)),
        };
        let timeout = work.policy.and_then(|policy| policy.timeout).or(defaults.timeout);
        let backoff = Backoff { law, jitter: JitterPolicy::None };
        Some(Policy { restart, backoff, timeout, max_retries, delay: None, stable_after: None })
    }
}
