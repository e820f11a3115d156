use taskvisor::{Failure, FailureKind, Outcome};

use super::super::test_support::{Received, events, lose, read, record, ring};
use super::*;

/// What a new reader receives at once, without its first lines.
fn received(ring: &EventRing, start: StreamStart) -> (Vec<Received>, bool) {
    let (mut received, ended) = read(&mut ring.stream(start).unwrap());
    assert!(matches!(received.remove(0), Received::Preamble(_)));
    (received, ended)
}

fn missed(number: u64, missed: u64) -> Received {
    Received::Missed { number, missed }
}

#[tokio::test(start_paused = true)]
async fn a_reader_resumes_after_each_position() {
    let ring = ring(8);
    record(&ring, 1..=5);
    for cursor in 0..=5 {
        let expected = (events(cursor + 1..=5), false);
        assert_eq!(received(&ring, StreamStart::After(cursor)), expected, "after {cursor}");
    }
    assert_eq!(received(&ring, StreamStart::Oldest), (events(1..=5), false));
    assert_eq!(received(&ring, StreamStart::Now), (vec![], false));
}

#[tokio::test(start_paused = true)]
async fn events_that_have_left_the_ring_are_counted() {
    let ring = ring(3);
    record(&ring, 1..=10);
    for cursor in 0..=6 {
        let expected = [vec![missed(7, 7 - cursor)], events(8..=10)].concat();
        assert_eq!(received(&ring, StreamStart::After(cursor)), (expected, false), "after {cursor}");
    }
    // At the edge: the next event is the oldest that is kept.
    assert_eq!(received(&ring, StreamStart::After(7)), (events(8..=10), false));
    assert_eq!(received(&ring, StreamStart::After(8)), (events(9..=10), false));
    // All that is kept, without a gap: the reader has asked for no more.
    assert_eq!(received(&ring, StreamStart::Oldest), (events(8..=10), false));
}

#[tokio::test(start_paused = true)]
async fn lost_events_are_missed_where_they_were_lost() {
    let ring = ring(8);
    record(&ring, [1, 2]);
    lose(&ring, 3);
    record(&ring, [6]);
    lose(&ring, 2);
    let all = [events([1, 2]), vec![missed(5, 3)], events([6]), vec![missed(8, 2)]].concat();
    assert_eq!(received(&ring, StreamStart::After(0)), (all, false));
    // Several losses in a row are one gap.
    lose(&ring, 4);
    assert_eq!(received(&ring, StreamStart::After(6)), (vec![missed(12, 6)], false));
    // An id within a gap was never sent, and yet has one meaning.
    assert_eq!(received(&ring, StreamStart::After(10)), (vec![missed(12, 2)], false));
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_has_left_the_ring_is_counted() {
    let ring = ring(2);
    record(&ring, [1]);
    lose(&ring, 10);
    record(&ring, 12..=14);
    // Of 12, event 1, ten lost ones and event 12.
    let expected = [vec![missed(12, 12)], events(13..=14)].concat();
    assert_eq!(received(&ring, StreamStart::After(0)), (expected, false));
}

#[test]
fn ids_are_read_and_bad_ones_refused() {
    let ring = ring(8);
    record(&ring, 1..=5);
    assert_eq!(ring.newest_id(), "run-5");
    for number in 0..=5 {
        assert_eq!(ring.number_of(&format!("run-{number}")), Ok(number));
    }
    for beyond in ["run-6", "run-18446744073709551615"] {
        assert_eq!(ring.number_of(beyond), Err(IdError::Beyond), "{beyond}");
    }
    assert_eq!(ring.number_of("other-1"), Err(IdError::OtherRun));
    let unreadable =
        ["", "-", "5", "run", "run-", "-5", "run-x", "run-+1", "run- 1", "run--1", "ru n-1", "rün-1"];
    for id in unreadable.into_iter().chain(["run-18446744073709551616"]) {
        assert_eq!(ring.number_of(id), Err(IdError::Unreadable), "{id}");
    }
}

#[test]
fn a_ring_holds_a_bounded_number_of_bytes() {
    let ring = ring(16);
    let long = "x".repeat(100_000);
    for attempt in 1..=1000 {
        let failure = Failure::new(FailureKind::Error, attempt, long.as_str());
        ring.record(&Event::new(EventKind::failed(Default::default(), failure)).with_task(long.as_str()));
    }
    let latest = ring.latest.borrow();
    let total: usize = latest.messages.iter().map(|message| message.text.len()).sum();
    assert_eq!(latest.bytes, total);
    assert!(total <= 16 * BYTES_PER_EVENT, "{total} bytes");
    assert!(latest.messages.len() > 4, "{} messages", latest.messages.len());
}

#[test]
fn one_message_stays_however_long() {
    let ring = ring(1);
    // Each quote takes up two bytes in JSON.
    let name = "\"".repeat(1024);
    ring.record(&Event::new(EventKind::Added).with_task(name));
    let latest = ring.latest.borrow();
    assert!(latest.bytes > BYTES_PER_EVENT, "{} bytes", latest.bytes);
    assert_eq!(latest.messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reader_gets_the_shutdown_and_then_the_end() {
    for announcement in [
        EventKind::ShutdownRequested,
        EventKind::Stopped,
        // `ShutdownRequested` was lost.
        EventKind::ended(Outcome::canceled(taskvisor::StopCause::Shutdown)),
    ] {
        let ring = ring(8);
        record(&ring, [1, 2]);
        ring.record(&Event::new(announcement));
        record(&ring, [4, 5]);
        let shutdown = vec![Received::Event(3, None)];
        // Not beyond the shutdown.
        let before = [events([2]), shutdown.clone()].concat();
        assert_eq!(received(&ring, StreamStart::After(1)), (before, true));
        assert_eq!(received(&ring, StreamStart::After(2)), (shutdown, true));
        // Who connects later gets what is left.
        assert_eq!(received(&ring, StreamStart::After(3)), (events([4, 5]), true));
        assert_eq!(received(&ring, StreamStart::After(4)), (events([5]), true));
        assert_eq!(received(&ring, StreamStart::After(5)), (vec![], true));
        assert_eq!(received(&ring, StreamStart::Now), (vec![], true));
        // More than once: the first one counts.
        ring.record(&Event::new(EventKind::Stopped));
        assert_eq!(received(&ring, StreamStart::After(2)), (vec![Received::Event(3, None)], true));
        assert_eq!(received(&ring, StreamStart::After(3)).0.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_ends_if_the_shutdown_has_left_the_ring() {
    let ring = ring(2);
    record(&ring, [1, 2]);
    ring.record(&Event::new(EventKind::ShutdownRequested));
    record(&ring, 4..=9);
    assert_eq!(received(&ring, StreamStart::After(1)), (vec![missed(3, 2)], true));
    let rest = [vec![missed(7, 4)], events([8, 9])].concat();
    assert_eq!(received(&ring, StreamStart::After(3)), (rest, true));
}

#[tokio::test(start_paused = true)]
async fn other_ends_of_tasks_end_no_stream() {
    let ring = ring(8);
    for outcome in [
        Outcome::Completed,
        Outcome::canceled(taskvisor::StopCause::Cancel),
        Outcome::Aborted,
        Outcome::Failed(Failure::new(FailureKind::Fatal, 1, "no account")),
    ] {
        ring.record(&Event::new(EventKind::ended(outcome)).with_task("ping"));
    }
    assert!(!received(&ring, StreamStart::Oldest).1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_subscriber_ends_the_streams() {
    let ring = ring(8);
    record(&ring, [1]);
    let mut waiting = ring.stream(StreamStart::Now).unwrap();
    assert_eq!(read(&mut waiting), (vec![Received::Preamble(1)], false));
    let subscriber = ring.subscriber();
    assert_eq!((subscriber.name(), subscriber.queue()), ("dashboard", 16_384));
    assert_eq!(subscriber.events(), taskvisor::EventSet::ALL);
    drop(subscriber);
    tokio::time::advance(super::super::stream::PACE).await;
    assert_eq!(read(&mut waiting), (vec![], true));
    assert_eq!(received(&ring, StreamStart::Oldest), (events([1]), true));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_streams_is_bounded() {
    let ring = ring(8);
    let mut streams: Vec<_> = (0..MAX_STREAMS).map(|_| ring.stream(StreamStart::Now).unwrap()).collect();
    assert!(ring.stream(StreamStart::Now).is_none());
    streams.pop();
    streams.push(ring.stream(StreamStart::Now).unwrap());
    assert!(ring.stream(StreamStart::Now).is_none());
    // One that has ended does not count, even if it is still held.
    ring.close();
    read(&mut streams[0]);
    assert!(ring.stream(StreamStart::Now).is_some());
}

#[test]
fn a_message_beyond_the_limit_of_a_chunk_is_sent() {
    let ring = ring(8);
    record(&ring, 1..=3);
    let mut cursor = 0;
    for number in 1..=3 {
        let batch = ring.latest.borrow().batch(cursor, 1);
        assert_eq!((batch.parts.len(), batch.cursor, batch.is_cut), (1, number, number < 3));
        cursor = batch.cursor;
    }
}

/// The documentation of the ring states these sizes.
#[test]
fn usual_messages_have_300_to_400_bytes() {
    let ring = EventRing::new("18f3c2a9b1e0d3f41a2b".to_owned(), 4096);
    let error = || Failure::new(FailureKind::Error, 12, "connect to db.example.com:5432: connection refused");
    let second = std::time::Duration::from_secs(1);
    for kind in [
        EventKind::started(12),
        EventKind::succeeded(12, second),
        EventKind::failed(second, error()),
        EventKind::backoff(12, second, 3, error()),
    ] {
        ring.record(&Event::new(kind).with_task("sync_tenant").with_slot("tenant-42"));
    }
    let latest = ring.latest.borrow();
    let lengths: Vec<_> = latest.messages.iter().map(|message| message.text.len()).collect();
    assert!(lengths.iter().all(|length| (250..500).contains(length)), "{lengths:?}");
    let average = latest.bytes / lengths.len();
    assert!((300..400).contains(&average), "{lengths:?}");
}

#[test]
fn after_a_loss_the_attempts_of_live_tasks_are_not_known() {
    let ring = ring(8);
    let mut event = Event::new(EventKind::started(3)).with_task("ping");
    ring.record(&event);
    // Perhaps its end was among them.
    lose(&ring, 1);
    event.kind = EventKind::ended(Outcome::Completed);
    ring.record(&event);
    assert_eq!(ring.ended("ping").map(|end| end.attempt), Some(0));
}
