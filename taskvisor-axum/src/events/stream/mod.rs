//! The stream of one reader.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use futures_core::Stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::message::missed_message;
use super::ring::{Batch, Latest, Part, format_id};

/// The shortest time between two chunks of a reader that has received all there is.
pub(super) const PACE: Duration = Duration::from_millis(100);

/// The time without a chunk after which a comment is sent, so that both sides notice a connection that is gone.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(10);

/// The longest chunk, in bytes, if not one message alone is longer. What a reader has not read yet is bounded by it, and by the buffers of
/// the connection.
pub(super) const MAX_CHUNK: usize = 64 * 1024;

/// How long a client waits before it reconnects, in milliseconds.
const RETRY_MS: u32 = 1000;

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamStart {
    /// With the events from now on.
    Now,
    /// With the oldest event of the ring.
    Oldest,
    /// After the event with this number. If events have left the ring since, with their number.
    After(u64),
}

/// The chunks of one reader: what is new at most every 100 ms, and a comment after 10 s of silence. A reader that is behind by more than
/// one chunk receives the next one as soon as it has taken the one before.
///
/// It has no queue: it copies from the ring when it is polled. A reader that is not polled costs no more than its cursor.
pub(crate) struct EventStream(Option<NextChunk>);

type NextChunk = Pin<Box<dyn Future<Output = Option<(Bytes, Reader)>> + Send>>;

/// A position in the ring.
struct Reader {
    run: Arc<str>,
    latest: watch::Receiver<Latest>,
    /// The number of the last event that was sent, as itself or as missed.
    cursor: u64,
    progress: Progress,
    /// Counts the stream as open.
    _permit: OwnedSemaphorePermit,
}

/// What comes next for a reader.
#[derive(Clone, Copy)]
enum Progress {
    /// Nothing was sent.
    Begins,
    /// Everything was sent, at this time.
    UpToDate(Instant),
    /// The latest chunk did not hold everything.
    Behind,
    /// The end was sent.
    Ended,
}

impl EventStream {
    pub(super) fn new(
        run: Arc<str>,
        latest: watch::Receiver<Latest>,
        cursor: u64,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let reader = Reader { run, latest, cursor, progress: Progress::Begins, _permit: permit };
        Self(Some(Box::pin(reader.next())))
    }
}

impl Stream for EventStream {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(next) = &mut self.0 else { return Poll::Ready(None) };
        let Poll::Ready(chunk) = next.as_mut().poll(context) else { return Poll::Pending };
        // Also drops the reader of a stream that has ended, which no longer counts as open.
        let (chunk, next) = match chunk {
            Some((chunk, reader)) => (Some(Ok(chunk)), Some(Box::pin(reader.next()) as NextChunk)),
            None => (None, None),
        };
        self.0 = next;
        Poll::Ready(chunk)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("has_ended", &self.0.is_none()).finish()
    }
}

impl Reader {
    /// The next chunk, or `None` at the end.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        // From when the connection has taken the chunk before.
        let silence_ends = Instant::now() + HEARTBEAT;
        match self.progress {
            Progress::Begins => {
                let mut chunk = self.preamble();
                let batch = self.read();
                self.write(batch, &mut chunk);
                return Some((chunk.into(), self));
            }
            Progress::UpToDate(sent) => {
                // Not waiting for the ring meanwhile: however many events arrive, they wake the reader once.
                sleep_until(sent + PACE).await;
            }
            Progress::Behind => {}
            Progress::Ended => return None,
        }
        loop {
            let batch = self.read();
            let mut chunk = String::new();
            if !batch.parts.is_empty() {
                self.write(batch, &mut chunk);
                return Some((chunk.into(), self));
            }
            if batch.ends {
                return None;
            }
            match timeout_at(silence_ends, self.latest.changed()).await {
                Ok(Ok(())) => {}
                // The ring was dropped.
                Ok(Err(_)) => return None,
                Err(_) => {
                    self.progress = Progress::UpToDate(Instant::now());
                    return Some((Bytes::from_static(b":\n\n"), self));
                }
            }
        }
    }

    /// The first lines. The id makes the position known to a client that reconnects before it has received an event; without data, it is no
    /// message.
    fn preamble(&self) -> String {
        format!("retry: {RETRY_MS}\nid: {}\n\n", format_id(&self.run, self.cursor))
    }

    fn read(&mut self) -> Batch {
        // Marks the state as seen and reads it, under one lock: a later message wakes `changed`.
        self.latest.borrow_and_update().batch(self.cursor, MAX_CHUNK)
    }

    fn write(&mut self, batch: Batch, chunk: &mut String) {
        for part in batch.parts {
            match part {
                Part::Message(text) => chunk.push_str(&text),
                Part::Missed { number, missed } => {
                    chunk.push_str(&missed_message(&self.run, number, missed));
                }
            }
        }
        self.cursor = batch.cursor;
        self.progress = match batch {
            Batch { ends: true, .. } => Progress::Ended,
            Batch { is_cut: true, .. } => Progress::Behind,
            Batch { .. } => Progress::UpToDate(Instant::now()),
        };
    }
}

#[cfg(test)]
mod tests;
