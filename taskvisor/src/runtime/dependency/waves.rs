//! The order of a shutdown: tasks stop in waves, each task before the tasks that it depends on.
//!
//! The wave of a task is the length of the longest path of dependents that leads to it: the longest-path layering of an acyclic
//! graph. A task that stops last is in a wave after those of all tasks that are neither `Last` nor a dependency of one.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::dependent::Dependent;
use crate::runtime::cell::TaskCell;
use crate::task::TaskId;

/// The waves of a shutdown that has begun.
#[derive(Debug, Default)]
pub(crate) struct StopWaves {
    /// The tasks whose stop was requested last.
    pub(crate) current: Vec<Arc<TaskCell>>,
    pub(crate) later: VecDeque<Vec<Arc<TaskCell>>>,
    /// Whether the waves are known: the call that closed admission has stored them, or the runtime is gone.
    has_begun: bool,
    /// The shares of the grace that tasks had, because other waves were left.
    shares: HashMap<TaskId, Duration>,
    /// The earliest deadline that another call has left for the one that stores them.
    deadline: Option<Instant>,
    finishing: Option<FinishingAttempts>,
}

/// The attempts of the current wave that may finish.
#[derive(Debug)]
pub(crate) struct FinishingAttempts {
    pub(crate) tasks: Vec<Arc<TaskCell>>,
    /// The end of the time of the wave.
    pub(crate) deadline: Instant,
    /// How long before `deadline` their stops are requested.
    pub(crate) stop_time: Duration,
}

impl StopWaves {
    /// Stores the waves. Returns the deadline that a concurrent request has left.
    pub(crate) fn begin(
        &mut self,
        current: Vec<Arc<TaskCell>>,
        later: VecDeque<Vec<Arc<TaskCell>>>,
    ) -> Option<Instant> {
        // Empty until now, so that no cell is dropped under its lock.
        (self.current, self.later, self.has_begun) = (current, later, true);
        self.deadline.take()
    }

    /// The runtime is gone. No call waits for the waves any more.
    pub(crate) fn abandon(&mut self) {
        self.has_begun = true;
    }

    /// A repeated request of the shutdown. Returns whether the waves are known. If not, the call that stores them applies the
    /// deadline.
    pub(crate) fn repeat(&mut self, deadline: Instant) -> bool {
        if !self.has_begun {
            self.deadline = Some(self.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        }
        self.has_begun
    }

    /// Remembers the share of the grace that the tasks of a wave have.
    pub(crate) fn limit<'a>(&mut self, wave: impl Iterator<Item = &'a Arc<TaskCell>>, share: Duration) {
        self.shares.extend(wave.map(|cell| (cell.id(), share)));
    }

    /// All tasks stop at once: no task has a share any more.
    pub(crate) fn forget_shares(&mut self) {
        self.shares.clear();
    }

    /// The share of the grace that a task had, unless it had all that was left.
    pub(crate) fn share_of(&self, cell: &TaskCell) -> Option<Duration> {
        self.shares.get(&cell.id()).copied()
    }

    /// Remembers the attempts of the current wave that may finish.
    pub(crate) fn set_finishing(&mut self, finishing: FinishingAttempts) {
        self.finishing = Some(finishing);
    }

    pub(crate) fn take_finishing(&mut self) -> Option<FinishingAttempts> {
        self.finishing.take()
    }

    /// The current wave, if another one follows.
    pub(crate) fn current_before_another(&self) -> Option<Vec<Arc<TaskCell>>> {
        (!self.later.is_empty()).then(|| self.current.clone())
    }

    /// Goes on to the next wave.
    pub(crate) fn advance(&mut self) -> Option<Vec<Arc<TaskCell>>> {
        let next = self.later.pop_front()?;
        // The caller still owns the wave before, so that no cell is dropped under its lock.
        self.current.clone_from(&next);
        Some(next)
    }
}

/// Groups live tasks into waves. `live` is ordered by age; each wave has the newest task first.
pub(crate) fn waves(live: &[Arc<TaskCell>], dependents: &[Arc<Dependent>]) -> Vec<Vec<Arc<TaskCell>>> {
    let index: HashMap<TaskId, usize> = live.iter().enumerate().map(|(at, cell)| (cell.id(), at)).collect();
    let mut layers = Layers { dependencies: vec![Vec::new(); live.len()], dependents: vec![0; live.len()] };
    let mut stop_last = Vec::new();
    for dependent in dependents {
        let Some(&at) = index.get(&dependent.cell().id()) else { continue };
        if dependent.stops_last() {
            stop_last.push(at);
        }
        for (node, _) in dependent.links() {
            // A dependency that has ended takes part in no wave.
            for to in node.cells().iter().filter_map(|cell| index.get(&cell.id()).copied()) {
                layers.dependencies[at].push(to);
                layers.dependents[to] += 1;
            }
        }
    }
    let mut levels = layers.levels(vec![0; live.len()]);
    if !stop_last.is_empty() {
        let held_back = layers.reachable(&stop_last);
        let others = levels.iter().zip(&held_back).filter(|(_, is_held_back)| !**is_held_back);
        let first_of_last = others.map(|(level, _)| level + 1).max().unwrap_or(0);
        let mut least = vec![0; live.len()];
        for at in stop_last {
            least[at] = first_of_last;
        }
        levels = layers.levels(least);
    }
    let mut waves = vec![Vec::new(); levels.iter().max().map_or(0, |level| level + 1)];
    for (cell, level) in live.iter().zip(levels).rev() {
        waves[level].push(Arc::clone(cell));
    }
    waves.retain(|wave| !wave.is_empty());
    waves
}

/// The graph by positions.
struct Layers {
    dependencies: Vec<Vec<usize>>,
    /// The number of live dependents.
    dependents: Vec<usize>,
}

impl Layers {
    /// Returns the level of each task: at least `least`, and above the levels of all its dependents.
    fn levels(&self, least: Vec<usize>) -> Vec<usize> {
        let (mut levels, mut open) = (least, self.dependents.clone());
        let mut next: Vec<_> = (0..levels.len()).filter(|at| open[*at] == 0).collect();
        while let Some(at) = next.pop() {
            for &to in &self.dependencies[at] {
                levels[to] = levels[to].max(levels[at] + 1);
                open[to] -= 1;
                if open[to] == 0 {
                    next.push(to);
                }
            }
        }
        levels
    }

    /// Returns which tasks are among `begins` or depended on by them, also through others.
    fn reachable(&self, begins: &[usize]) -> Vec<bool> {
        let mut found = vec![false; self.dependencies.len()];
        let mut next = begins.to_vec();
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut found[at], true) {
                next.extend(&self.dependencies[at]);
            }
        }
        found
    }
}
