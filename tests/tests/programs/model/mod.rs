//! The reference model: it predicts a program from contract 1 to 6 and calls nothing of the runtime.
//!
//! It shares the runtime's public types (causes, kinds of failures) and none of its decisions.
//! It simulates one moment at a time. The contract does not order two steps within one moment, unless one causes the
//! other or one task takes both. Where the order would be visible, the model returns [`Tie`] rather than guess:
//! - a command is issued in the same moment in which a task acts by itself;
//! - a task has two reasons to act in one moment, such as its timeout and its own end;
//! - two tasks that arrived in one moment compete for permits or for a token;
//! - two tasks of one declaration with limits act by themselves in one moment, or one leaves the queue of a rate limit in which another
//!   one arrives. New instances arrive in the order of their numbers;
//! - two owners of a slot act in one moment while a `Latest` waits, for which only the first one ends;
//! - a recovery is spread over a time, and a rate limit or permit follows;
//! - a submission expires in the moment in which another task acts, which may be the owner of its slot;
//! - a destructor blocks the thread while another task would act;
//! - a task issues a command from inside in a moment in which other tasks act;
//! - a needed task is lost in the moment in which its dependent would start, or recovers in the moment in which it arrives;
//! - a heartbeat and the limit of the previous one fall into one moment, or a heartbeat and a command;
//! - a critical task fails in a moment in which another task acts;
//! - an attempt acts in the moment in which its time to finish is over.
//!
//! Random delays are an input: the model takes the delay that the runtime drew and rejects it outside of its bounds.

mod place;
mod task;
mod slots;
mod admission;
mod links;
mod dependencies;
mod order;
mod blame;
mod limits;
mod declarations;
mod permits;
mod instances;
mod rates;
mod pause;
mod grid;
mod schedule;
mod waves;
mod commands;
mod acts;
mod ending;
mod ends;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use self::blame::Life;
use self::declarations::Declaration;
use self::dependencies::Changes;
use self::instances::Pool;
use self::permits::Permits;
use self::place::Place;
use self::slots::{Owner, Slot, Waiter};
use self::task::{Due, Task};
use self::waves::Waves;
use crate::program::{Burst, Ms, Name, Program, SLOTS};
use crate::vocabulary::{Answer, Counts, Error, Line, SeenSlot, View};

/// Why there is no prediction.
#[derive(Clone, Debug)]
pub(crate) enum Unclear {
    /// The contract allows several predictions.
    Tie(&'static str),
    /// The runtime drew a delay outside of its bounds.
    Chance(String),
}

/// The outcome of a program that the contract requires.
#[derive(Clone, Debug)]
pub(crate) struct Prediction {
    /// The accepted tasks, in the order of acceptance.
    pub(crate) tasks: Vec<TaskHistory>,
    pub(crate) answers: Vec<Answer>,
    /// One view before each burst.
    pub(crate) views: Vec<View>,
    /// When the shutdown was requested; `None` if a run ended because no task was left.
    pub(crate) stopped: Option<Ms>,
    /// The tasks that the shutdown stops and whose bodies react to the request, in the order of the requests.
    pub(crate) stop_order: Vec<usize>,
    /// When the last task ended and admission was closed.
    pub(crate) over: Ms,
    /// Whether the program has a run and the runtime accepts it.
    pub(crate) runs: bool,
    pub(crate) counts: Counts,
    /// The cells of the contract's tables that the program covers.
    pub(crate) met: BTreeSet<String>,
}

/// The name of a task and the events that it publishes.
#[derive(Clone, Debug)]
pub(crate) struct TaskHistory {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

/// What the runtime drew, by the number of a task and of an attempt.
#[derive(Clone, Copy)]
pub(crate) struct Chance<'a> {
    /// The delay after the attempt.
    pub(crate) delay: &'a dyn Fn(usize, u64) -> Option<Duration>,
    /// When the attempt started, which is random after an outage of a dependency.
    pub(crate) start: &'a dyn Fn(usize, u64) -> Option<Ms>,
}

pub(crate) fn predict(program: &Program, chance: Chance<'_>) -> Result<Prediction, Unclear> {
    let mut world = World::new(program, chance);
    world.begin()?;
    let mut at = 0;
    for burst in &program.bursts {
        at += burst.after;
        world.play(at, burst)?;
    }
    world.play(at + program.rest, &Burst { after: 0, commands: Vec::new() })?;
    if !world.closed {
        let run = if world.running { "with a run that goes on" } else { "without a run" };
        world.met.insert(format!("{:?} {run}", program.shutdown_trigger));
    }
    world.stop(None);
    world.settle()?;
    while let Some(next) = world.next_moment() {
        world.pass(next)?;
    }
    Ok(world.predicted())
}

/// The state of the simulation at one moment.
struct World<'a> {
    program: &'a Program,
    chance: Chance<'a>,
    now: Ms,
    tasks: Vec<Task>,
    /// The owned slots, by key.
    slots: BTreeMap<usize, Slot>,
    /// The permits of the supervisor.
    permits: Permits,
    /// The limits of declarations, in the order of their first tasks.
    declarations: Vec<Declaration>,
    /// The tasks with instances.
    pools: BTreeMap<usize, Pool>,
    /// The instances that another one replaced in this moment.
    replaced: Vec<usize>,
    /// The tasks that acted in this moment.
    acted: Vec<usize>,
    changes: Changes,
    closed: bool,
    running: bool,
    commands: usize,
    answers: Vec<Answer>,
    /// The answers that wait for the end of a task: index of the answer, number of the task.
    awaited: Vec<(usize, usize)>,
    views: Vec<View>,
    stopped: Option<Ms>,
    waves: Waves,
    /// The critical task that shut the supervisor down, and whether its end is yet to do so.
    critical_task: Option<(usize, Error)>,
    escalates: bool,
    lives: BTreeMap<Name, Life>,
    stop_order: Vec<usize>,
    over: Ms,
    met: BTreeSet<String>,
}

impl<'a> World<'a> {
    fn new(program: &'a Program, chance: Chance<'a>) -> Self {
        Self {
            program,
            chance,
            now: 0,
            tasks: Vec::new(),
            slots: BTreeMap::new(),
            permits: Permits::new(program.limits.concurrent),
            declarations: Vec::new(),
            pools: BTreeMap::new(),
            replaced: Vec::new(),
            acted: Vec::new(),
            changes: Changes::default(),
            closed: false,
            running: false,
            commands: 0,
            answers: Vec::new(),
            awaited: Vec::new(),
            views: Vec::new(),
            stopped: None,
            waves: Waves::default(),
            critical_task: None,
            escalates: false,
            lives: BTreeMap::new(),
            stop_order: Vec::new(),
            over: 0,
            met: BTreeSet::new(),
        }
    }

    /// The next moment in which a task acts by itself.
    fn next_moment(&self) -> Option<Ms> {
        let due = self.live().filter_map(|number| self.due(number)).map(|due| due.at);
        due.chain(self.finishing_until()).min()
    }

    fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tasks.len()).filter(|number| !matches!(self.tasks[*number].place, Place::Gone))
    }

    /// Executes a burst of commands and every step that follows in the same moment.
    fn play(&mut self, at: Ms, burst: &Burst) -> Result<(), Unclear> {
        while let Some(next) = self.next_moment().filter(|next| *next <= at) {
            if next == at {
                return Err(Unclear::Tie("a command in the moment in which a task acts"));
            }
            self.pass(next)?;
        }
        if self.now >= at && at > 0 {
            return Err(Unclear::Tie("a command while a destructor blocks the thread"));
        }
        self.go_to(at);
        self.record_view();
        for command in &burst.commands {
            let answer = self.execute(command, None);
            self.answers.push(answer);
        }
        self.settle()
    }

    /// Simulates a moment in which tasks act by themselves.
    fn pass(&mut self, at: Ms) -> Result<(), Unclear> {
        self.go_to(at);
        let due = self.live().filter_map(|number| self.due(number).map(|due| (number, due)));
        let due: Vec<(usize, Due)> = due.filter(|(_, due)| due.at == at).collect();
        if due.iter().any(|(_, due)| due.tied) {
            return Err(Unclear::Tie("two reasons to act in one moment"));
        }
        let expires = self.live().any(|number| self.tasks[number].expiry() == Some(at));
        if expires && due.len() > 1 {
            return Err(Unclear::Tie("a submission expires in the moment in which another task acts"));
        }
        if self.permits.is_limited() && due.len() > 1 {
            return Err(Unclear::Tie("two tasks that act in one moment, and permits"));
        }
        let due: Vec<_> = due.into_iter().map(|(number, _)| number).collect();
        self.check_due(&due)?;
        self.settle()
    }

    fn go_to(&mut self, at: Ms) {
        self.now = at;
        self.permits.begin_moment();
        self.begin_moment_of_declarations();
        self.replaced.clear();
        self.slots.values_mut().for_each(Slot::begin_moment);
        self.forget_changes();
        self.acted.clear();
    }

    /// Lets every task act until no task can.
    fn settle(&mut self) -> Result<(), Unclear> {
        loop {
            let mut moved = false;
            for number in 0..self.tasks.len() {
                while self.act(number)? {
                    self.escalate(number)?;
                    moved = true;
                    if !self.acted.contains(&number) {
                        self.acted.push(number);
                    }
                }
            }
            // The stop requests of a later wave follow from the ends of the wave before.
            moved |= self.stop_finishing()?;
            moved |= self.stop_next_wave()?;
            if !moved {
                break;
            }
        }
        self.tasks.iter_mut().for_each(|task| task.is_new = false);
        self.check_arrivals()?;
        self.check_yields()?;
        if self.replaced.len() > 1 {
            return Err(Unclear::Tie("two instances that are wanted again end in one moment"));
        }
        self.observe_readiness()?;
        if self.running && !self.closed && self.live().next().is_none() {
            self.closed = true;
            self.over = self.now;
        }
        Ok(())
    }

    fn record_view(&mut self) {
        let seen = self.live().map(|number| self.tasks[number].seen(self.awaited(number), self.now));
        let waiting =
            |Waiter { number, admission, .. }: &Waiter| format!("{} {admission:?}", self.tasks[*number].name);
        let slots = self.slots.iter().map(|(key, slot)| SeenSlot {
            key: SLOTS[*key].to_owned(),
            capacity: slot.capacity(),
            owners: slot
                .owners()
                .map(|Owner { number, since, .. }| (self.tasks[*number].name.clone(), *since))
                .collect(),
            waiting: slot.waiting().map(waiting).collect(),
        });
        let view = View { at: self.now, tasks: seen.collect(), slots: slots.collect() };
        self.views.push(view);
    }

    fn predicted(mut self) -> Prediction {
        for (answer, number) in std::mem::take(&mut self.awaited) {
            if let Answer::CanceledAndEnded(_, at) = &mut self.answers[answer] {
                *at = self.tasks[number].gone_at();
            }
        }
        let last = self.tasks.iter().map(Task::gone_at).max().unwrap_or_default();
        let over = self.stopped.map_or(self.over, |stopped| stopped.max(last));
        let counts = self.count();
        if self.running && self.tasks.iter().any(Task::was_hurried) {
            self.met.insert("a report of a deadline that was brought forward".to_owned());
        }
        let tasks = self.tasks.into_iter().map(Task::into_history);
        Prediction {
            tasks: tasks.collect(),
            answers: self.answers,
            views: self.views,
            stopped: self.stopped,
            stop_order: self.stop_order,
            over,
            runs: self.running,
            counts,
            met: self.met,
        }
    }
}
