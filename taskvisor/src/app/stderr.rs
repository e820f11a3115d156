//! What an application says on stderr: every reason, in words.
//!
//! A thread of its own writes it. Stderr may be a pipe that is full and has no reader, or be locked by a body that blocks:
//! then only that thread waits for it, and neither a worker of the runtime nor the end of the process does.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::event::{Event, EventKind, EventName, EventSet};
use crate::runtime::subscriber::Subscribe;
use crate::sync::escape::escape_line;

/// How many messages wait for a stderr that blocks. Later ones are lost and counted.
const CAPACITY: usize = 1024;

/// How long the end of the process waits for a stderr or stdout that blocks.
pub(super) const WRITE: Duration = Duration::from_millis(100);

struct Writer {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Whether the thread exists. Without it, messages are written where they come from.
    started: bool,
    waiting: VecDeque<Message>,
    lost: u64,
    /// Whether the thread writes just now.
    writing: bool,
}

enum Message {
    Text(String),
    /// Flushes stdout. What is left in its buffer would be written while the process exits, without a limit of time; if
    /// it cannot be written, this thread keeps the lock of stdout, and the exit passes it over.
    FlushStdout,
}

static WRITER: Writer = Writer {
    state: Mutex::new(State { started: false, waiting: VecDeque::new(), lost: 0, writing: false }),
    changed: Condvar::new(),
};

/// Starts the thread that writes, once in a process.
pub(super) fn start() -> io::Result<()> {
    let mut state = WRITER.lock();
    if !state.started {
        thread::Builder::new().name("taskvisor-stderr".to_owned()).spawn(|| WRITER.run())?;
        state.started = true;
    }
    Ok(())
}

/// Waits until everything is written, or [`WRITE`] is over. Flushes stdout too.
pub(super) fn flush() {
    WRITER.push(Message::FlushStdout);
    let deadline = Instant::now() + WRITE;
    let mut state = WRITER.lock();
    while state.started && (state.writing || !state.waiting.is_empty()) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        (state, _) = WRITER.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Writes a line to stderr, and only one: messages come from anywhere. A closed stderr is no reason to stop.
pub(super) fn say(line: impl fmt::Display) {
    WRITER.push(Message::Text(format!("{}\n", escape_line(&line.to_string()))));
}

pub(super) fn fail(reason: impl fmt::Display) -> ExitCode {
    say(format_args!("error: {reason}"));
    ExitCode::FAILURE
}

/// The same with as many lines as the reason has: the set-up is the application's own, and may draw what is wrong.
pub(super) fn fail_in_lines(reason: impl fmt::Display) -> ExitCode {
    WRITER.push(Message::Text(format!("error: {reason}\n")));
    ExitCode::FAILURE
}

impl Writer {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: Message) {
        let mut state = self.lock();
        if !state.started {
            drop(state);
            return message.write();
        }
        match message {
            Message::Text(_) if state.waiting.len() >= CAPACITY => state.lost += 1,
            message => state.waiting.push_back(message),
        }
        self.changed.notify_all();
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let message = match state.waiting.pop_front() {
                Some(message) => message,
                None if state.lost > 0 => {
                    let lost = std::mem::take(&mut state.lost);
                    Message::Text(format!("note: {lost} lines are missing here, because stderr blocked\n"))
                }
                None => {
                    self.changed.notify_all();
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            state.writing = true;
            // Not under the lock: the write may block for ever.
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

/// What an application without a subscriber says on stderr: never nothing when something went wrong.
pub(super) struct StderrReporter;

impl StderrReporter {
    pub(super) const EVENTS: EventSet = EventSet::of(&[
        EventName::Failed,
        EventName::TimedOut,
        EventName::Panicked,
        EventName::Aborted,
        EventName::Ended,
        EventName::Delayed,
    ]);
}

impl Subscribe for StderrReporter {
    async fn on_event(&mut self, event: &Event) {
        let expected = matches!(&event.kind, EventKind::Ended { outcome } if !outcome.is_failed());
        if !expected {
            say(event);
        }
    }
}
