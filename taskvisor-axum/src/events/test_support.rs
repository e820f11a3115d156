//! Events and readers for the tests of this folder.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use taskvisor::{Event, EventKind};

use super::ring::EventRing;
use super::stream::EventStream;
use crate::answer::{EventAnswer, MissedAnswer};

/// What a client has received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// The first lines, with the id.
    Preamble(u64),
    /// An event: its number, and the number of its attempt.
    Event(u64, Option<u64>),
    Missed {
        number: u64,
        missed: u64,
    },
    Comment,
}

pub(super) fn ring(capacity: usize) -> Arc<EventRing> {
    EventRing::new("run".to_owned(), capacity)
}

/// Records `started` of these attempts.
pub(super) fn record(ring: &EventRing, attempts: impl IntoIterator<Item = u64>) {
    for attempt in attempts {
        ring.record(&Event::new(EventKind::started(attempt)).with_task("ping"));
    }
}

pub(super) fn lose(ring: &EventRing, lost: u64) {
    ring.record(&Event::new(EventKind::lagged(lost)));
}

/// The events of these numbers, if each event is the attempt of its number.
pub(super) fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Received> {
    numbers.into_iter().map(|number| Received::Event(number, Some(number))).collect()
}

/// Polls once. `None` if nothing is there.
pub(super) fn poll_with(stream: &mut EventStream, waker: &Waker) -> Option<Option<String>> {
    match Pin::new(stream).poll_next(&mut Context::from_waker(waker)) {
        Poll::Pending => None,
        Poll::Ready(None) => Some(None),
        Poll::Ready(Some(Ok(chunk))) => Some(Some(String::from_utf8(chunk.to_vec()).unwrap())),
    }
}

/// All that is there now, and whether the stream has ended.
pub(super) fn read(stream: &mut EventStream) -> (Vec<Received>, bool) {
    let mut received = Vec::new();
    loop {
        match poll_with(stream, Waker::noop()) {
            None => return (received, false),
            Some(None) => return (received, true),
            Some(Some(chunk)) => received.extend(parse(&chunk)),
        }
    }
}

/// Reads a chunk as a client does, by the rules of server-sent events. Each chunk has whole messages.
pub(super) fn parse(chunk: &str) -> Vec<Received> {
    assert!(chunk.ends_with("\n\n"), "a chunk has whole messages: {chunk:?}");
    chunk.trim_end_matches("\n\n").split("\n\n").map(parse_message).collect()
}

fn parse_message(message: &str) -> Received {
    if message == ":" {
        return Received::Comment;
    }
    let field = |name: &str| {
        let mut values = message.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = values.next();
        assert_eq!(values.next(), None, "one field `{name}` in {message}");
        value
    };
    let id = field("id").unwrap();
    let number = id.strip_prefix("run-").unwrap().parse().unwrap();
    match (field("event"), field("data")) {
        (None, None) => {
            assert_eq!(message.lines().next(), Some("retry: 1000"));
            Received::Preamble(number)
        }
        (None, Some(data)) => {
            let answer: EventAnswer = serde_json::from_str(data).unwrap();
            assert_eq!(answer.id, id);
            Received::Event(number, answer.attempt)
        }
        (Some("missed"), Some(data)) => {
            let MissedAnswer { missed, .. } = serde_json::from_str(data).unwrap();
            Received::Missed { number, missed }
        }
        other => panic!("{other:?} in {message}"),
    }
}
