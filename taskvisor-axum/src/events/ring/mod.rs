//! The latest events, for any number of readers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use taskvisor::{Event, EventKind, Subscriber};
use tokio::sync::{Semaphore, watch};

use super::ended::{EndedTask, EndedTasks};
use super::message::event_message;
use super::recorder::{Recorder, announces_shutdown};
use super::stream::{EventStream, StreamStart};
use crate::clock::Clock;

/// How many streams are open at once.
pub(crate) const MAX_STREAMS: usize = 256;

/// The memory of a ring, for each event that it may hold. A usual message has 300 to 400 bytes; one with long errors has up to 4 KiB, and
/// more if JSON has to escape them.
const BYTES_PER_EVENT: usize = 2048;

/// The latest events of one supervisor, as messages of the stream, and the tasks that have ended.
///
/// # Numbers
///
/// Each event has a number: 1, 2, 3, … A number also stands for each event that the subscriber has lost, so that it is never given to
/// another one. A reader is therefore described by one number, that of the last event that it knows of:
///
/// - The next message has the next number, or events are missing, and the difference says how many. This holds in the same way for
///   events that the subscriber has lost and for those that have left the ring, also for a reader that reconnects.
/// - A gap needs no entry of its own.
///
/// # Memory
///
/// At most `capacity` messages, and at most `capacity` × 2 KiB of their text: 8 MiB for 4,096 events. 4,096 usual events (`started`,
/// `failed` with a short error) take up 1.6 MiB. An event is written once, when it arrives, and is not kept: errors and values of the user are
/// released at once.
///
/// # Concurrency
///
/// The subscriber is the only writer. State and wake-up are one [`watch`] channel: the write of a message also marks the channel as
/// changed, under one lock. A reader marks it as seen in the same step in which it reads, so that no wake-up is lost in between.
#[derive(Debug)]
pub(crate) struct EventRing {
    run: Arc<str>,
    clock: Clock,
    latest: watch::Sender<Latest>,
    ended: Mutex<EndedTasks>,
    streams: Arc<Semaphore>,
}

/// An id that names no position of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdError {
    /// It has not the form of an id.
    Unreadable,
    /// It is one of another run of the process.
    OtherRun,
    /// No event has this number yet.
    Beyond,
}

impl EventRing {
    /// Creates an empty ring. `run` identifies the run of the process: letters and digits. The capacity is at least one event.
    pub(crate) fn new(run: String, capacity: usize) -> Arc<Self> {
        debug_assert!(is_run(&run), "`{run}` is part of each id");
        Arc::new(Self {
            run: run.into(),
            clock: Clock::new(),
            latest: watch::Sender::new(Latest::new(capacity.max(1))),
            ended: Mutex::default(),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
        })
    }

    /// The clock of the messages. The other answers use it too, so that one instant has one time in all of them.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Creates the subscriber that fills the ring. Call it once: two supervisors would share the numbers.
    pub(crate) fn subscriber(self: &Arc<Self>) -> Subscriber {
        Recorder::new(Arc::clone(self)).into_subscriber()
    }

    /// Returns how the latest task of this name has ended, unless a task of this name was added since.
    ///
    /// For a moment after the end, a task may be live and ended, or neither: prefer the live one.
    pub(crate) fn ended(&self, name: &str) -> Option<EndedTask> {
        self.lock_ended().get(name)
    }

    /// Returns the added tasks that have ended and were not added again, the oldest end first: the latest 1,000.
    pub(crate) fn ended_tasks(&self) -> Vec<EndedTask> {
        self.lock_ended().all()
    }

    /// Opens a stream. `None` if too many are open.
    pub(crate) fn stream(&self, start: StreamStart) -> Option<EventStream> {
        let permit = Arc::clone(&self.streams).try_acquire_owned().ok()?;
        let latest = self.latest.subscribe();
        let cursor = match start {
            StreamStart::Now => latest.borrow().newest,
            StreamStart::Oldest => latest.borrow().oldest_cursor(),
            StreamStart::After(number) => number,
        };
        Some(EventStream::new(Arc::clone(&self.run), latest, cursor, permit))
    }

    /// Reads an id. Returns the number of its event; 0 is the position before the first one.
    pub(crate) fn number_of(&self, id: &str) -> Result<u64, IdError> {
        let (run, number) = id.rsplit_once('-').ok_or(IdError::Unreadable)?;
        // `parse` also reads `+1`.
        if !is_run(run) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(IdError::Unreadable);
        }
        let number = number.parse().map_err(|_| IdError::Unreadable)?;
        if run != &*self.run {
            Err(IdError::OtherRun)
        } else if number > self.latest.borrow().newest {
            Err(IdError::Beyond)
        } else {
            Ok(number)
        }
    }

    /// The id of the newest event, for messages.
    pub(crate) fn newest_id(&self) -> String {
        format_id(&self.run, self.latest.borrow().newest)
    }

    /// Takes over an event. Called by the recorder only, for one event after the other.
    pub(super) fn record(&self, event: &Event) {
        if let EventKind::Lagged { lost, .. } = event.kind {
            self.lock_ended().forget_attempts();
            self.latest.send_modify(|latest| latest.skip(lost));
            return;
        }
        let number = self.latest.borrow().newest.saturating_add(1);
        // Outside of the lock: it writes errors, whose `Display` is code of the user.
        let text = event_message(event, format_id(&self.run, number), &self.clock.moment());
        let end = EndedTasks::end_of(event);
        // Before the message: a reader that asks for the tasks because of it finds the end.
        self.lock_ended().record(event, end);
        self.latest.send_modify(|latest| {
            latest.push(number, text.into());
            if announces_shutdown(&event.kind) {
                latest.end();
            }
        });
    }

    /// Ends all streams once they have sent what is there: no event will follow.
    pub(super) fn close(&self) {
        self.latest.send_modify(Latest::end);
    }

    fn lock_ended(&self) -> MutexGuard<'_, EndedTasks> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of a message: `RUN-N`.
pub(super) fn format_id(run: &str, number: u64) -> String {
    format!("{run}-{number}")
}

fn is_run(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The messages of the ring. See [`EventRing`] for the numbers.
#[derive(Debug)]
pub(super) struct Latest {
    /// The numbers ascend.
    messages: VecDeque<Message>,
    /// The number of the newest event, or of the newest lost one.
    newest: u64,
    /// The number at which streams end, once a shutdown was requested or no event will follow.
    ends_at: Option<u64>,
    /// The length of all messages.
    bytes: usize,
    capacity: usize,
}

#[derive(Debug)]
struct Message {
    number: u64,
    /// The whole message, as it is sent.
    text: Arc<str>,
}

/// What a reader sends next.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) parts: Vec<Part>,
    /// The number of the last event that the reader knows of afterwards.
    pub(super) cursor: u64,
    /// Whether more is there than fits.
    pub(super) is_cut: bool,
    /// Whether the stream ends after it.
    pub(super) ends: bool,
}

#[derive(Debug)]
pub(super) enum Part {
    Message(Arc<str>),
    /// So many events are missing; `number` is that of the last one.
    Missed {
        number: u64,
        missed: u64,
    },
}

impl Latest {
    fn new(capacity: usize) -> Self {
        // Not allocated ahead: a capacity beyond what is ever used costs nothing.
        Self { messages: VecDeque::new(), newest: 0, ends_at: None, bytes: 0, capacity }
    }

    fn push(&mut self, number: u64, text: Arc<str>) {
        debug_assert!(number > self.newest, "numbers ascend");
        self.newest = number;
        self.bytes += text.len();
        self.messages.push_back(Message { number, text });
        let max_bytes = self.capacity.saturating_mul(BYTES_PER_EVENT);
        // The newest message stays, also if it alone is longer.
        while self.messages.len() > self.capacity || (self.bytes > max_bytes && self.messages.len() > 1) {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= oldest.text.len();
        }
    }

    fn skip(&mut self, lost: u64) {
        self.newest = self.newest.saturating_add(lost);
    }

    fn end(&mut self) {
        self.ends_at.get_or_insert(self.newest);
    }

    /// The position from which a reader receives everything that is there, without a gap before it.
    fn oldest_cursor(&self) -> u64 {
        self.messages.front().map_or(self.newest, |oldest| oldest.number - 1)
    }

    /// What follows the event `cursor`, up to about `max_bytes`.
    ///
    /// A reader from before the end receives no more than the end. One that connects with the end as its position, or a later one,
    /// receives all that is there, and then the end.
    pub(super) fn batch(&self, cursor: u64, max_bytes: usize) -> Batch {
        let last = self.ends_at.filter(|end| cursor < *end).unwrap_or(self.newest);
        let mut batch = Batch { cursor, ..Batch::default() };
        let mut bytes = 0;
        let first = self.messages.partition_point(|message| message.number <= cursor);
        for message in self.messages.range(first..) {
            if message.number > last {
                break;
            }
            bytes += message.text.len();
            // At least one message, whatever its length: the cursor must advance.
            if bytes > max_bytes && !batch.parts.is_empty() {
                batch.is_cut = true;
                return batch;
            }
            batch.miss_up_to(message.number - 1);
            batch.parts.push(Part::Message(Arc::clone(&message.text)));
            batch.cursor = message.number;
        }
        batch.miss_up_to(last);
        batch.ends = self.ends_at.is_some();
        batch
    }
}

impl Batch {
    fn miss_up_to(&mut self, number: u64) {
        if number > self.cursor {
            self.parts.push(Part::Missed { number, missed: number - self.cursor });
            self.cursor = number;
        }
    }
}

#[cfg(test)]
mod tests;
