//! The recorder: a subscriber that keeps every event, and the checks on what it kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use taskvisor::{Event, EventKind, Outcome, Subscribe, Subscriber, TaskHandle, TaskId, TaskRef, TaskSpec};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;

use crate::grammar::Reader;
use crate::slots::Slots;
use crate::{EventLog, Rules, endless};

/// Records every event of one supervisor. [`check`](Self::check) it when that is over: dropped unchecked, it panics.
#[derive(Debug)]
pub struct Trace {
    began: Instant,
    kept: Arc<Mutex<Vec<Event>>>,
    rules: Mutex<HashMap<String, Rules>>,
    /// By id, for tasks that share their name with others.
    own_rules: Mutex<HashMap<TaskId, Rules>>,
    /// The last attempt that a task may have, known once it received a stop request.
    last: Mutex<HashMap<TaskId, u64>>,
    outcomes: Mutex<Vec<(TaskHandle, Outcome)>>,
    stuck: Mutex<Vec<TaskId>>,
    pub(crate) slots: Mutex<Slots>,
    checked: bool,
}

struct Recorder {
    kept: Arc<Mutex<Vec<Event>>>,
}

impl Subscribe for Recorder {
    async fn on_event(&mut self, event: &Event) {
        let mut kept = lock(&self.kept);
        kept.push(event.clone());
        endless::count(kept.len());
    }
}

impl Trace {
    /// A recorder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            kept: Arc::default(),
            rules: Mutex::default(),
            own_rules: Mutex::default(),
            last: Mutex::default(),
            outcomes: Mutex::default(),
            stuck: Mutex::default(),
            slots: Mutex::default(),
            checked: false,
        }
    }

    /// The subscriber that records, with a queue that never fills.
    #[must_use]
    pub fn subscriber(&self) -> Subscriber {
        Subscriber::new(Recorder { kept: Arc::clone(&self.kept) }).with_name("trace").with_queue(usize::MAX)
    }

    /// The spec of a task with these rules, which are remembered under its name.
    #[must_use]
    pub fn spec(&self, rules: Rules, task: TaskRef) -> TaskSpec {
        self.knows(task.name(), rules);
        rules.spec(task)
    }

    /// Remembers the rules of a task whose spec is made elsewhere.
    pub fn knows(&self, name: &str, rules: Rules) {
        lock(&self.rules).insert(name.to_owned(), rules);
    }

    /// Remembers the rules of one task, whatever those of its name are.
    pub fn knows_task(&self, task: &TaskHandle, rules: Rules) {
        lock(&self.own_rules).insert(task.id(), rules);
    }

    /// Call it after the task received a stop request: from now on it starts no attempt.
    pub fn stop_requested(&self, task: &TaskHandle) {
        lock(&self.last).entry(task.id()).or_insert(task.status().attempt);
    }

    /// The outcome that a handle gave, to be compared with the published outcome.
    pub fn ended(&self, task: &TaskHandle, outcome: Outcome) {
        lock(&self.outcomes).push((task.clone(), outcome));
    }

    /// This task blocks its thread: its end need not be published.
    pub fn expect_stuck(&self, task: &TaskHandle) {
        lock(&self.stuck).push(task.id());
    }

    /// This submission runs in `slot`, which it has for itself.
    pub fn in_slot(&self, task: &TaskHandle, slot: &str) {
        lock(&self.slots).enters(task.id(), slot, false);
    }

    /// Like [`in_slot`](Self::in_slot), and the registered tasks must start in the order of registration.
    pub fn in_line(&self, task: &TaskHandle, slot: &str) {
        lock(&self.slots).enters(task.id(), slot, true);
    }

    /// What was recorded until now. Subscribers receive events later: let the runtime run first.
    #[must_use]
    pub fn so_far(&self) -> EventLog {
        EventLog::new(self.began, lock(&self.kept).clone())
    }

    /// Checks the invariants, once the supervisor has shut down.
    ///
    /// # Panics
    ///
    /// If one is broken, with all events of the task in question.
    pub fn check(mut self) -> EventLog {
        self.checked = true;
        let event_log = self.so_far();
        let mut readers: HashMap<TaskId, Reader> = HashMap::new();
        let mut shutting_down = false;
        for event in event_log.events() {
            match event.kind {
                EventKind::Lagged { lost } => panic!("the recorder lost {lost} events"),
                EventKind::ShutdownRequested => shutting_down = true,
                EventKind::Started { .. } => {
                    // With more threads an attempt may begin between the event and the stop request.
                    let started_late = shutting_down && is_single_threaded();
                    assert!(
                        !started_late,
                        "started after the shutdown: {event}{}",
                        history(&event_log, event.id())
                    );
                }
                _ => {}
            }
            if let Some(id) = event.id() {
                self.read(event, id, readers.entry(id).or_insert_with(|| self.reader(event)), &event_log);
            }
        }
        self.check_ends(&readers, &event_log);
        if let Err(flaw) = lock(&self.slots).check(&event_log, is_single_threaded()) {
            panic!("{flaw}");
        }
        event_log
    }

    fn reader(&self, event: &Event) -> Reader {
        let own = event.id().and_then(|id| lock(&self.own_rules).get(&id).copied());
        Reader::new(own.or_else(|| lock(&self.rules).get(event.task()?).copied()))
    }

    fn read(&self, event: &Event, id: TaskId, reader: &mut Reader, event_log: &EventLog) {
        if let Err(flaw) = reader.read(event) {
            panic!("{event}: {flaw}{}", history(event_log, Some(id)));
        }
        if let EventKind::Started { attempt } = event.kind {
            let last = lock(&self.last).get(&id).copied();
            let allowed = last.is_none_or(|last| attempt <= last);
            assert!(allowed, "started after a stop request: {event}{}", history(event_log, Some(id)));
        }
    }

    fn check_ends(&self, readers: &HashMap<TaskId, Reader>, event_log: &EventLog) {
        let stuck = lock(&self.stuck);
        for (id, reader) in readers {
            let over = reader.is_removed() || stuck.contains(id);
            assert!(over, "task {id} was never removed{}", history(event_log, Some(*id)));
        }
        for (task, seen) in lock(&self.outcomes).iter().filter(|(task, _)| !stuck.contains(&task.id())) {
            let published = readers.get(&task.id()).and_then(|reader| reader.outcome.as_ref());
            let (published, seen) = (format!("{published:?}"), format!("{:?}", Some(seen)));
            assert_eq!(published, seen, "{task:?}: the event's outcome is not the handle's");
        }
    }
}

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

/// All that happened to a task, for the message of a failed check.
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
