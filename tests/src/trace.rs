//! The recorder: a subscriber that stores every event, and the checks of the stored events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use taskvisor::{Event, EventKind, Outcome, Subscribe, Subscriber, TaskHandle, TaskId, TaskRef, TaskSpec};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;

use crate::dependencies::{Dependencies, Learned};
use crate::grammar::Reader;
use crate::history::{Attempts, check_history};
use crate::instances::base_name;
use crate::limits::check_limits;
use crate::slots::Slots;
use crate::{EventLog, Rules, endless};

/// Records every event of one supervisor. Call [`check`](Self::check) after the shutdown: a drop without it panics.
#[derive(Debug)]
pub struct Trace {
    began: Instant,
    recorded: Arc<Mutex<Vec<Event>>>,
    rules: Mutex<HashMap<String, Rules>>,
    /// By id, for tasks that share their name with other tasks.
    own_rules: Mutex<HashMap<TaskId, Rules>>,
    /// The last attempt that a task may have, set once the task received a stop request.
    last: Mutex<HashMap<TaskId, u64>>,
    learned: Mutex<Learned>,
    outcomes: Mutex<Vec<(TaskHandle, Outcome)>>,
    stuck: Mutex<Vec<TaskId>>,
    pub(crate) slots: Mutex<Slots>,
    checked: bool,
}

struct Recorder {
    recorded: Arc<Mutex<Vec<Event>>>,
}

impl Subscribe for Recorder {
    async fn on_event(&mut self, event: &Event) {
        let mut recorded = lock(&self.recorded);
        recorded.push(event.clone());
        endless::count(recorded.len());
    }
}

impl Trace {
    /// Creates an empty recorder.
    #[must_use]
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            recorded: Arc::default(),
            rules: Mutex::default(),
            own_rules: Mutex::default(),
            last: Mutex::default(),
            learned: Mutex::default(),
            outcomes: Mutex::default(),
            stuck: Mutex::default(),
            slots: Mutex::default(),
            checked: false,
        }
    }

    /// The subscriber that records, with a queue that never fills.
    #[must_use]
    pub fn subscriber(&self) -> Subscriber {
        Subscriber::new(Recorder { recorded: Arc::clone(&self.recorded) })
            .with_name("trace")
            .with_queue(usize::MAX)
    }

    /// The spec of a task with these rules. Stores the rules under the name of the task.
    #[must_use]
    pub fn spec(&self, rules: Rules, task: TaskRef) -> TaskSpec {
        self.set_rules(task.name(), rules);
        rules.spec(task)
    }

    /// Stores the rules of all tasks with this name, for a spec that another function creates.
    pub fn set_rules(&self, name: &str, rules: Rules) {
        lock(&self.rules).insert(name.to_owned(), rules);
    }

    /// Stores the rules of one task. They override the rules of its name.
    pub fn set_task_rules(&self, task: &TaskHandle, rules: Rules) {
        lock(&self.own_rules).insert(task.id(), rules);
    }

    /// Stores the names of the tasks on which all tasks of this name depend. None of them may start before those are ready.
    pub fn set_dependencies(&self, name: &str, needs: &[&str], after: &[&str]) {
        self.learn_name(name, Dependencies::new(needs, after));
    }

    /// Stores the names of the tasks on which one task depends. They override those of its name.
    pub fn depends(&self, task: &TaskHandle, needs: &[&str], after: &[&str]) {
        self.learn(task, Dependencies::new(needs, after));
    }

    pub(crate) fn learn(&self, task: &TaskHandle, dependencies: Dependencies) {
        lock(&self.learned).own.insert(task.id(), dependencies);
    }

    pub(crate) fn learn_name(&self, name: &str, dependencies: Dependencies) {
        lock(&self.learned).named.insert(name.to_owned(), dependencies);
    }

    /// Records that the task received a stop request. The task must start no attempt from now on, and is not ready.
    pub fn stop_requested(&self, task: &TaskHandle) {
        lock(&self.last).entry(task.id()).or_insert(task.status().attempt);
        lock(&self.learned).stops.entry(task.id()).or_insert_with(Instant::now);
    }

    /// Records that the task was paused.
    pub fn paused(&self, task: &TaskHandle) {
        lock(&self.learned).pauses.entry(task.id()).or_default().push(Instant::now());
    }

    /// Records that the task is to be paused after its attempt, which stays ready until then.
    pub fn pauses_later(&self, task: &TaskHandle) {
        lock(&self.learned).later_pauses.entry(task.id()).or_default().push(Instant::now());
    }

    /// Records that the task was triggered: the wait for its next attempt may end.
    pub fn triggered(&self, task: &TaskHandle) {
        lock(&self.learned).triggers.entry(task.id()).or_default().push(Instant::now());
    }

    /// Records that the task was restarted.
    pub fn restarted(&self, task: &TaskHandle) {
        lock(&self.learned).restarts.entry(task.id()).or_default().push(Instant::now());
    }

    /// Records the outcome that a handle returned. The check compares it with the published outcome.
    pub fn ended(&self, task: &TaskHandle, outcome: Outcome) {
        lock(&self.outcomes).push((task.clone(), outcome));
    }

    /// Allows a task that blocks its thread to have no published end.
    pub fn expect_stuck(&self, task: &TaskHandle) {
        lock(&self.stuck).push(task.id());
    }

    /// Records the slot of a submission. No more submissions than its capacity may own the slot meanwhile.
    pub fn in_slot(&self, task: &TaskHandle, slot: &str) {
        lock(&self.slots).register(task.id(), slot, false);
    }

    /// Records the capacity of all submissions to a slot whose own capacity the recorder does not know. The default is one.
    pub fn share_slot(&self, slot: &str, capacity: usize) {
        lock(&self.slots).share(slot, capacity);
    }

    /// Records the capacity of a submission. The default is one.
    pub fn set_capacity(&self, task: &TaskHandle, capacity: usize) {
        lock(&self.slots).set_capacity(task.id(), capacity);
    }

    /// Like [`in_slot`](Self::in_slot). In addition, these submissions must start in the order of these calls.
    pub fn in_order(&self, task: &TaskHandle, slot: &str) {
        lock(&self.slots).register(task.id(), slot, true);
    }

    /// The events recorded so far. Subscribers receive events with a delay: let the runtime run first.
    #[must_use]
    pub fn so_far(&self) -> EventLog {
        EventLog::new(self.began, lock(&self.recorded).clone())
    }

    /// Checks the invariants, once the supervisor has shut down.
    ///
    /// # Panics
    ///
    /// If an invariant is broken. The message contains all events of the task.
    pub fn check(mut self) -> EventLog {
        self.checked = true;
        let event_log = self.so_far();
        let mut readers: HashMap<TaskId, Reader> = HashMap::new();
        let mut shutting_down = false;
        let mut clock_resets = Vec::new();
        for event in event_log.events() {
            match event.kind {
                EventKind::Lagged { lost, .. } => panic!("the recorder lost {lost} events"),
                EventKind::ShutdownRequested => shutting_down = true,
                EventKind::ClockStepped { by, back: true, .. } if by > DAY => {
                    clock_resets.push(event.at);
                }
                EventKind::Started { .. } => {
                    // With more threads an attempt may begin between the event and the stop request.
                    // A task that others depend on goes on until they have ended.
                    let started_late =
                        shutting_down && is_single_threaded() && !lock(&self.learned).is_dependency(event);
                    assert!(
                        !started_late,
                        "started after the shutdown: {event}{}",
                        history(&event_log, event.id())
                    );
                }
                _ => {}
            }
            if let Some(id) = event.id() {
                let reader = readers.entry(id).or_insert_with(|| self.reader(event));
                reader.clock_resets.clone_from(&clock_resets);
                self.read(event, id, reader, &event_log);
            }
        }
        self.check_ends(&readers, &event_log);
        if let Err(violation) = lock(&self.slots).check(&event_log, is_single_threaded()) {
            panic!("{violation}");
        }
        self.check_dependencies(&event_log);
        if is_single_threaded() {
            if let Err(violation) = check_limits(&event_log, |event| self.rules_of(event)) {
                panic!("{violation}");
            }
        }
        event_log
    }

    fn check_dependencies(&self, event_log: &EventLog) {
        if !is_single_threaded() {
            return;
        }
        let mut learned = lock(&self.learned).clone();
        let declaring = event_log
            .events()
            .iter()
            .filter(|event| self.rules_of(event).is_some_and(|rules| rules.ready.is_some()));
        learned.declaring.extend(declaring.filter_map(Event::id));
        if let Err(violation) = learned.check(event_log) {
            let events = event_log.events().iter();
            let all = events.fold(String::new(), |text, event| format!("{text}\n    {} {event}", event.seq));
            panic!("{violation}{all}");
        }
    }

    fn rules_of(&self, event: &Event) -> Option<Rules> {
        let own = event.id().and_then(|id| lock(&self.own_rules).get(&id).copied());
        let rules = lock(&self.rules);
        own.or_else(|| rules.get(event.task()?).or_else(|| rules.get(base_name(event)?)).copied())
    }

    fn reader(&self, event: &Event) -> Reader {
        let learned = lock(&self.learned);
        let depends = learned.of(event).is_some();
        let of = |times: &HashMap<TaskId, Vec<Instant>>| {
            event.id().and_then(|id| times.get(&id).cloned()).unwrap_or_default()
        };
        let reader = Reader::new(self.rules_of(event), of(&learned.restarts)).depending(depends);
        let pauses = [of(&learned.pauses), of(&learned.later_pauses)].concat();
        reader.operated(pauses, of(&learned.triggers))
    }

    fn read(&self, event: &Event, id: TaskId, reader: &mut Reader, event_log: &EventLog) {
        if let Err(violation) = reader.read(event) {
            panic!("{event}: {violation}{}", history(event_log, Some(id)));
        }
        if let EventKind::Started { attempt, .. } = event.kind {
            let last = lock(&self.last).get(&id).copied();
            let allowed = last.is_none_or(|last| attempt <= last);
            assert!(allowed, "started after a stop request: {event}{}", history(event_log, Some(id)));
        }
    }

    fn check_ends(&self, readers: &HashMap<TaskId, Reader>, event_log: &EventLog) {
        let stuck = lock(&self.stuck);
        let attempts = Attempts::of(event_log);
        for (id, reader) in readers {
            let over = reader.is_removed() || stuck.contains(id);
            assert!(over, "task {id} was never removed{}", history(event_log, Some(*id)));
        }
        for (task, seen) in lock(&self.outcomes).iter().filter(|(task, _)| !stuck.contains(&task.id())) {
            let published = readers.get(&task.id()).and_then(|reader| reader.outcome.as_ref());
            let (published, seen) = (format!("{published:?}"), format!("{:?}", Some(seen)));
            assert_eq!(published, seen, "{task:?}: the event's outcome is not the handle's");
            if let Err(violation) = check_history(task, &attempts) {
                panic!("{task:?}: {violation}{}", history(event_log, Some(task.id())));
            }
        }
    }
}

/// A larger step back makes schedules forget which dates have run.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        assert!(self.checked || std::thread::panicking(), "a trace was recorded and never checked");
    }
}

/// The events of a task, for the message of a failed check.
fn history(event_log: &EventLog, id: Option<TaskId>) -> String {
    let own = event_log.events().iter().filter(|event| event.id() == id);
    own.fold(String::new(), |text, event| format!("{text}\n    {} {event}", event.seq))
}

fn is_single_threaded() -> bool {
    Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
