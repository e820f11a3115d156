//! A program: plain data, which is played on the runtime and predicted by the model.
//!
//! All times are whole milliseconds of the paused clock, because that is how finely Tokio's timers tick.

use taskvisor::{JitterPolicy, RestartPolicy};

/// Milliseconds: a span, or a moment counted from the beginning of the program.
pub(crate) type Ms = u64;

/// A number in `NAMES`.
pub(crate) type Name = usize;

/// What tasks are named. Few, so that they meet.
pub(crate) const NAMES: [&str; 3] = ["a", "b", "c"];

/// What slots are named.
pub(crate) const SLOTS: [&str; 2] = ["x", "y"];

#[derive(Clone)]
pub(crate) struct Program {
    /// The seed of all chance in the runtime.
    pub(crate) chance: u64,
    pub(crate) limits: Limits,
    /// Given to `run_until` at the very beginning; without it, nobody runs the supervisor.
    pub(crate) run: Option<Vec<(Name, Work)>>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) bursts: Vec<Burst>,
    /// From the last burst to the shutdown that ends every program, if none came before.
    pub(crate) rest: Ms,
    pub(crate) shutdown_trigger: ShutdownTrigger,
}

/// What brings the shutdown about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShutdownTrigger {
    /// Somebody asks for it.
    Asked,
    /// The last owner of the supervisor is dropped. With a run there is another owner, so it is asked for.
    Dropped,
    /// What the run runs until has come. Without a run that goes on, it is asked for.
    Until,
}

#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) grace: Ms,
    pub(crate) drain: Ms,
    pub(crate) concurrent: Option<usize>,
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
    /// What a task runs by that says nothing itself.
    pub(crate) defaults: Policy,
}

/// Commands given in one breath: no other task runs between them.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    /// After the burst before it, or the beginning; never zero.
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
        /// Only a job goes without.
        slot: Option<usize>,
        admission: Admission,
        sort: Sort,
        work: Work,
    },
    /// By the handle of an accepted task: so many before the newest, counted round. Without a grace, within that of the
    /// configuration.
    Cancel {
        before: usize,
        grace: Option<Ms>,
    },
    /// By name, and waits for the end.
    CancelNamed {
        name: Name,
        grace: Option<Ms>,
    },
    Remove {
        name: Name,
    },
    Clear {
        slot: usize,
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

/// What is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Task,
    /// A job that is never retried.
    Once,
    /// A job that is retried twice.
    Retried,
}

/// The rules of a task, and what each of its attempts does.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// Its own, or those of the configuration. Those of a job are its own, but for the timeout.
    pub(crate) policy: Option<Policy>,
    /// Attempt number `n` does as step `n` says, any further one as the last step.
    pub(crate) steps: Vec<Step>,
    /// What this attempt, if there is a future, does first: it gives a command from inside.
    pub(crate) acts: Option<(u64, Box<Command>)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Option<Ms>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) every: Option<Ms>,
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
    /// It panics before there is a future.
    Unbuildable,
    Attempt(Attempt),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// By itself, after this long. Otherwise it hangs.
    pub(crate) ends: Option<(Ms, End)>,
    /// Once it sees that it received a stop request, this long after. Otherwise it ignores the stop.
    pub(crate) heeds: Option<(Ms, End)>,
    /// It looks at its token only from so long after its beginning.
    pub(crate) looks: Ms,
    pub(crate) dropping: Dropping,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Succeed,
    Fail,
    Fatal,
    RetryAfter(Ms),
    Cancel,
    Panic,
}

/// What dropping the future of an attempt is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropping {
    Quick,
    /// It blocks the thread this long.
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
    /// It takes this long for each event.
    Slow(Ms),
    /// It never comes back from this event, counted from zero.
    Stuck(usize),
    /// It panics at every so-manieth event.
    Panics(usize),
}

/// Which of so many accepted tasks is meant, if there are any.
pub(crate) fn meant(before: usize, count: usize) -> Option<usize> {
    before.checked_rem(count).map(|before| count - 1 - before)
}

impl Work {
    /// What attempt number `attempt` does. What only repeats takes its time, or a program could be endless within one
    /// moment.
    pub(crate) fn step(&self, attempt: u64) -> Step {
        const PAUSE: Ms = 37;
        let index = usize::try_from(attempt - 1).unwrap_or(usize::MAX);
        if let Some(step) = self.steps.get(index) {
            return *step;
        }
        match self.steps.last() {
            Some(Step::Attempt(Attempt { ends: Some((after, end)), heeds, looks, dropping })) => {
                let ends = Some(((*after).max(PAUSE), *end));
                Step::Attempt(Attempt { ends, heeds: *heeds, looks: *looks, dropping: *dropping })
            }
            Some(Step::Attempt(hangs)) => Step::Attempt(*hangs),
            Some(Step::Unbuildable) | None => Step::Attempt(Attempt {
                ends: Some((PAUSE, End::Panic)),
                heeds: None,
                looks: 0,
                dropping: Dropping::Quick,
            }),
        }
    }

    /// Whether it says itself when to go on, which no backoff bounds.
    pub(crate) fn says_when(&self) -> bool {
        let says = |end: Option<(Ms, End)>| matches!(end, Some((_, End::RetryAfter(_))));
        self.steps.iter().any(|step| match step {
            Step::Unbuildable => false,
            Step::Attempt(attempt) => says(attempt.ends) || says(attempt.heeds),
        })
    }
}

impl Sort {
    /// The rules that a job is declared with, as `jobs` declares them.
    pub(crate) fn policy(self, work: &Work, defaults: &Policy) -> Option<Policy> {
        let (restart, law, max_retries) = match self {
            Self::Task => return work.policy,
            Self::Once => (RestartPolicy::Never, Law::None, None),
            Self::Retried => (RestartPolicy::OnFailure, Law::Constant(9), Some(2)),
        };
        let timeout = work.policy.and_then(|policy| policy.timeout).or(defaults.timeout);
        let backoff = Backoff { law, jitter: JitterPolicy::None };
        Some(Policy { restart, backoff, timeout, max_retries, every: None, stable_after: None })
    }
}
