//! Writes the messages of an application to stderr, on a dedicated thread.
//!
//! Stderr may be a full pipe without a reader, or be locked by a body that blocks. Then only that thread waits for it, and not
//! a worker of the runtime or the exit of the process.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use humantime::format_duration;

use crate::event::{Event, EventKind, EventName, EventSet, TaskFilter};
use crate::runtime::subscriber::{Subscribe, Subscriber};
use crate::sync::escape::escape_line;
use crate::task::{WaitingOn, describe_blocking};

/// How many messages are queued for a stderr that blocks. Further messages are dropped and counted.
const CAPACITY: usize = 1024;

/// How long the exit of the process waits for a stderr or stdout that blocks.
pub(super) const FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

struct Writer {
    state: Mutex<WriterState>,
    changed: Condvar,
}

struct WriterState {
    /// Whether the thread exists. Without it, the calling thread writes.
    started: bool,
    queue: VecDeque<Message>,
    lost: u64,
    /// Whether the thread is writing a message, which is no longer in the queue.
    writing: bool,
}

enum Message {
    Text(String),
    /// Flushes stdout. The exit of the process would otherwise flush it, without a time limit. If stdout blocks, this thread
    /// holds its lock, and the exit skips it.
    FlushStdout,
}

static WRITER: Writer = Writer {
    state: Mutex::new(WriterState { started: false, queue: VecDeque::new(), lost: 0, writing: false }),
    changed: Condvar::new(),
};

/// Starts the writer thread, once per process.
pub(super) fn start() -> io::Result<()> {
    let mut state = WRITER.lock();
    if !state.started {
        thread::Builder::new().name("taskvisor-stderr".to_owned()).spawn(|| WRITER.run())?;
        state.started = true;
    }
    Ok(())
}

/// Flushes stderr and stdout. Waits at most [`FLUSH_TIMEOUT`].
pub(super) fn flush() {
    WRITER.push(Message::FlushStdout);
    let deadline = Instant::now() + FLUSH_TIMEOUT;
    let mut state = WRITER.lock();
    // `writing` counts too: the message that the thread has taken out of the queue may not be written yet.
    while state.started && (state.writing || !state.queue.is_empty()) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        (state, _) = WRITER.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Writes one line to stderr. Line breaks in the message are escaped. Errors are ignored, such as a closed stderr.
pub(super) fn write_line(line: impl fmt::Display) {
    WRITER.push(Message::Text(format!("{}\n", escape_line(&line.to_string()))));
}

/// Writes an error as one line. Returns the exit code 1.
pub(super) fn write_error(reason: impl fmt::Display) -> ExitCode {
    write_line(format_args!("error: {reason}"));
    ExitCode::FAILURE
}

/// Writes an error with its line breaks. Returns the exit code 1. Only for errors of the setup, which may format them freely.
pub(super) fn write_multiline_error(reason: impl fmt::Display) -> ExitCode {
    WRITER.push(Message::Text(format!("error: {reason}\n")));
    ExitCode::FAILURE
}

impl Writer {
    fn lock(&self) -> MutexGuard<'_, WriterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: Message) {
        let mut state = self.lock();
        if !state.started {
            // Released first: the write may block.
            drop(state);
            return message.write();
        }
        match message {
            // A flush is never dropped: an exit waits for it.
            Message::Text(_) if state.queue.len() >= CAPACITY => state.lost += 1,
            message => state.queue.push_back(message),
        }
        self.changed.notify_all();
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let message = match state.queue.pop_front() {
                Some(message) => message,
                None if state.lost > 0 => {
                    let lost = std::mem::take(&mut state.lost);
                    Message::Text(format!("note: {lost} lines were dropped here because stderr blocked\n"))
                }
                None => {
                    // Wakes a flush, which waits for an empty queue.
                    self.changed.notify_all();
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            state.writing = true;
            // Released for the write, which may block forever.
            drop(state);
            message.write();
            state = self.lock();
            state.writing = false;
        }
    }
}

impl Message {
    fn write(self) {
        let _ = match self {
            Self::Text(text) => io::stderr().write_all(text.as_bytes()),
            Self::FlushStdout => io::stdout().flush(),
        };
    }
}

/// The default subscriber: writes events of failures to stderr, so that a failure is never silent.
pub(super) struct StderrReporter {
    /// The events that subscribers of selected tasks receive. They are not written again.
    received_elsewhere: Vec<(EventSet, TaskFilter)>,
}

impl StderrReporter {
    pub(super) const EVENTS: EventSet = EventSet::of(&[
        EventName::Failed,
        EventName::TimedOut,
        EventName::Stalled,
        EventName::Panicked,
        EventName::RunFailed,
        EventName::GaveUp,
        EventName::Aborted,
        EventName::Ended,
        EventName::Delayed,
        EventName::Operated,
    ]);

    /// The events that it writes even if another subscriber wants them, because the operator who starts or stops the process waits
    /// for them.
    pub(super) const ALWAYS: EventSet = EventSet::of(&[EventName::StillStarting, EventName::StillStopping]);

    /// Creates a reporter of the failures whose events none of these subscribers receives.
    pub(super) fn beside(subscribers: &[Subscriber]) -> Subscriber {
        // A subscriber whose output goes nowhere does not count: a failure is never silent.
        let heard = subscribers.iter().filter(|one| (one.is_heard)());
        let filtered = heard.map(|one| (one.events, one.task_filter()));
        let (received_elsewhere, of_all_tasks): (Vec<_>, Vec<_>) =
            filtered.partition(|(_, tasks)| !tasks.is_empty());
        // Decided for each kind of event, and for each selected task: a subscriber reports no failures of other kinds or tasks.
        let wanted = of_all_tasks.iter().fold(EventSet::NONE, |all, (events, _)| all.union(*events));
        let reported = Self::EVENTS.difference(wanted).union(Self::ALWAYS);
        Subscriber::new(Self { received_elsewhere }).with_events(reported)
    }

    fn is_received_elsewhere(&self, event: &Event) -> bool {
        let name = event.kind.name();
        self.received_elsewhere
            .iter()
            .any(|(events, tasks)| events.contains(name) && event.is_selected_by(tasks))
    }
}

impl Subscribe for StderrReporter {
    async fn on_event(&mut self, event: &Event) {
        if self.is_received_elsewhere(event) {
            return;
        }
        match &event.kind {
            EventKind::Ended { outcome } if !outcome.is_failed() => {}
            // The task that it waits for has reported its failures, and `StillStarting` sums up the rest.
            EventKind::Delayed { on: WaitingOn::Dependency { .. }, .. } => {}
            // The program itself has done it.
            EventKind::Operated { by: None, .. } => {}
            // Its wait is the purpose of its rate limit.
            EventKind::Delayed { on: WaitingOn::Rate { .. }, .. } => {}
            EventKind::StillStarting { after, blocking } => {
                let (after, blocking) = (format_duration(*after), describe_blocking(blocking));
                write_line(format_args!("still starting after {after}: {blocking}"));
            }
            EventKind::StillStopping { after, blocking } => {
                let (after, blocking) = (format_duration(*after), describe_blocking(blocking));
                write_line(format_args!("still stopping after {after}: {blocking}"));
            }
            _ => write_line(event),
        }
    }
}
