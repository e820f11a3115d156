//! The reference: what a program must come to, written from contract 1 to 6 and calling nothing of the runtime.
//!
//! It borrows from the runtime the words of its public contract (causes, kinds of failures) and nothing that decides.
//! It is a simulation by moments. Whatever happens within one moment has no order in the contract, unless one thing
//! causes the other or one task does both; where the order could be seen, it returns [`Tie`] rather than guess:
//! - a command is given in the very moment in which a task acts by itself;
//! - a task has two reasons to act in one moment, such as its timeout and its own end;
//! - two tasks that came in one moment compete for permits;
//! - a destructor blocks the thread while another task would act;
//! - a task gives a command from inside in a moment in which others act.
//!
//! Chance is an input: what the runtime drew is asked for, and refused if it lies outside of its bounds.

mod task;
mod admission;
mod commands;
mod acts;
mod ends;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use self::admission::Slot;
use self::task::{Due, Place, Task};
use crate::program::{Burst, Ms, Program, SLOTS};
use crate::vocabulary::{Answer, Counts, Line, SeenSlot, View};

/// Why there is no prediction.
#[derive(Clone, Debug)]
pub(crate) enum Unclear {
    /// The contract allows several.
    Tie(&'static str),
    /// The runtime drew what it may not.
    Chance(String),
}

/// What the contract says of a program.
#[derive(Clone, Debug)]
pub(crate) struct Prediction {
    /// The tasks that were accepted, in that order.
    pub(crate) tasks: Vec<Told>,
    pub(crate) answers: Vec<Answer>,
    /// Before each burst.
    pub(crate) views: Vec<View>,
    /// When the shutdown was asked for; never, if a run ended because nothing was left.
    pub(crate) stopped: Option<Ms>,
    /// Those that received a stop request by it and heed it, in that order.
    pub(crate) heard: Vec<usize>,
    /// When nothing was left for good.
    pub(crate) over: Ms,
    /// Whether the run was accepted, if there is one.
    pub(crate) runs: bool,
    pub(crate) counts: Counts,
    /// Which cells of the tables of the contract it met.
    pub(crate) met: BTreeSet<String>,
}

/// What is told of a task.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

/// What the runtime drew as the delay after this attempt of this task.
pub(crate) type Chance<'a> = &'a dyn Fn(usize, u64) -> Option<Duration>;

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

/// Everything there is at one moment.
struct World<'a> {
    program: &'a Program,
    chance: Chance<'a>,
    now: Ms,
    tasks: Vec<Task>,
    /// Those that are taken.
    slots: BTreeMap<usize, Slot>,
    /// How many more attempts may run, if that is limited.
    permits: Option<usize>,
    /// How many, when this moment began.
    free: Option<usize>,
    /// The tasks that wait for a permit.
    line: VecDeque<usize>,
    /// The tasks that began to wait for a permit in this moment.
    arrived: Vec<usize>,
    /// The tasks that acted in this moment.
    acted: Vec<usize>,
    closed: bool,
    running: bool,
    commands: usize,
    answers: Vec<Answer>,
    /// The tasks whose end an answer waits for.
    awaited: Vec<(usize, usize)>,
    views: Vec<View>,
    stopped: Option<Ms>,
    heard: Vec<usize>,
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
            permits: program.limits.concurrent,
            free: program.limits.concurrent,
            line: VecDeque::new(),
            arrived: Vec::new(),
            acted: Vec::new(),
            closed: false,
            running: false,
            commands: 0,
            answers: Vec::new(),
            awaited: Vec::new(),
            views: Vec::new(),
            stopped: None,
            heard: Vec::new(),
            over: 0,
            met: BTreeSet::new(),
        }
    }

    /// When somebody acts by itself, next.
    fn next_moment(&self) -> Option<Ms> {
        self.live().filter_map(|number| self.tasks[number].due()).map(|due| due.at).min()
    }

    fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tasks.len()).filter(|number| !matches!(self.tasks[*number].place, Place::Gone))
    }

    /// A burst of commands, and what follows in its moment.
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
        self.look();
        for command in &burst.commands {
            let answer = self.execute(command, None);
            self.answers.push(answer);
        }
        self.settle()
    }

    /// A moment in which tasks act by themselves.
    fn pass(&mut self, at: Ms) -> Result<(), Unclear> {
        self.go_to(at);
        let due: Vec<Due> = self.live().filter_map(|number| self.tasks[number].due()).collect();
        let due: Vec<_> = due.into_iter().filter(|due| due.at == at).collect();
        if due.iter().any(|due| due.tied) {
            return Err(Unclear::Tie("two reasons to act in one moment"));
        }
        if self.permits.is_some() && due.len() > 1 {
            return Err(Unclear::Tie("two tasks that act in one moment, and permits"));
        }
        self.settle()
    }

    fn go_to(&mut self, at: Ms) {
        self.now = at;
        self.free = self.permits;
        self.arrived.clear();
        self.acted.clear();
    }

    /// Lets everybody act until nobody can.
    fn settle(&mut self) -> Result<(), Unclear> {
        loop {
            let mut moved = false;
            for number in 0..self.tasks.len() {
                while self.act(number)? {
                    moved = true;
                    if !self.acted.contains(&number) {
                        self.acted.push(number);
                    }
                }
            }
            if !moved {
                break;
            }
        }
        // With enough for all of them nobody is before anybody.
        if self.arrived.len() > 1 && self.free.is_some_and(|free| self.arrived.len() > free) {
            return Err(Unclear::Tie("two tasks that came in one moment compete for permits"));
        }
        if self.running && !self.closed && self.live().next().is_none() {
            self.closed = true;
            self.over = self.now;
        }
        Ok(())
    }

    fn look(&mut self) {
        let seen = self.live().map(|number| self.tasks[number].seen());
        let slots = self.slots.iter().map(|(key, slot)| SeenSlot {
            key: SLOTS[*key].to_owned(),
            owner: self.tasks[slot.owner].name.clone(),
            since: slot.since,
            waiting: slot
                .waiting()
                .map(|(number, admission)| format!("{} {admission:?}", self.tasks[number].name))
                .collect(),
        });
        let view = View { at: self.now, tasks: seen.collect(), slots: slots.collect() };
        self.views.push(view);
    }

    fn predicted(mut self) -> Prediction {
        for (answer, number) in std::mem::take(&mut self.awaited) {
            if let Answer::Over(_, at) = &mut self.answers[answer] {
                *at = self.tasks[number].gone_at();
            }
        }
        let last = self.tasks.iter().map(Task::gone_at).max().unwrap_or_default();
        let over = self.stopped.map_or(self.over, |stopped| stopped.max(last));
        let counts = self.count();
        if self.running && self.tasks.iter().any(Task::was_hurried) {
            self.met.insert("a report of a deadline that was brought forward".to_owned());
        }
        let tasks = self.tasks.into_iter().map(Task::told);
        Prediction {
            tasks: tasks.collect(),
            answers: self.answers,
            views: self.views,
            stopped: self.stopped,
            heard: self.heard,
            over,
            runs: self.running,
            counts,
            met: self.met,
        }
    }
}
