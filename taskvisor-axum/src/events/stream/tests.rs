use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use taskvisor::{Event, EventKind};
use tokio::time::advance;

use super::super::ring::EventRing;
use super::super::test_support::{Received, events, lose, parse, poll_with, read, record, ring};
use super::*;

/// Counts how often a reader is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Wakes {
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

fn open(ring: &EventRing) -> EventStream {
    let mut stream = ring.stream(StreamStart::Now).unwrap();
    assert!(matches!(read(&mut stream).0[..], [Received::Preamble(_)]));
    stream
}

#[tokio::test(start_paused = true)]
async fn the_first_lines_say_how_to_reconnect() {
    let ring = ring(8);
    record(&ring, 1..=3);
    let mut stream = ring.stream(StreamStart::Now).unwrap();
    let first = poll_with(&mut stream, Waker::noop());
    assert_eq!(first, Some(Some("retry: 1000\nid: run-3\n\n".to_owned())));
    // Without the id, a client that reconnects before the first event would miss those in between.
    let mut stream = ring.stream(StreamStart::After(1)).unwrap();
    let chunk = poll_with(&mut stream, Waker::noop()).flatten().unwrap();
    assert_eq!(parse(&chunk), [vec![Received::Preamble(1)], events([2, 3])].concat());
}

#[tokio::test(start_paused = true)]
async fn what_is_new_is_one_chunk_at_most_every_100_ms() {
    let ring = ring(4096);
    let mut stream = open(&ring);
    advance(PACE).await;
    record(&ring, [1]);
    assert_eq!(read(&mut stream).0, events([1]));
    record(&ring, 2..=50);
    advance(PACE - Duration::from_millis(1)).await;
    assert_eq!(poll_with(&mut stream, Waker::noop()), None);
    record(&ring, 51..=100);
    advance(Duration::from_millis(1)).await;
    let chunk = poll_with(&mut stream, Waker::noop()).flatten().unwrap();
    assert_eq!(parse(&chunk), events(2..=100));
    assert_eq!(poll_with(&mut stream, Waker::noop()), None);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_is_behind_gets_bounded_chunks_at_once() {
    let ring = ring(4096);
    record(&ring, 1..=4000);
    let mut stream = ring.stream(StreamStart::Oldest).unwrap();
    let (mut received, mut chunks) = (Vec::new(), 0);
    while let Some(Some(chunk)) = poll_with(&mut stream, Waker::noop()) {
        assert!(chunk.len() <= MAX_CHUNK + 64, "{} bytes", chunk.len());
        received.extend(parse(&chunk));
        chunks += 1;
    }
    assert_eq!(received.split_off(1), events(1..=4000));
    assert!(chunks > 10, "{chunks} chunks");
}

#[tokio::test(start_paused = true)]
async fn a_comment_is_sent_after_10_s_of_silence() {
    let ring = ring(8);
    let mut stream = open(&ring);
    for _ in 0..3 {
        advance(HEARTBEAT - Duration::from_millis(1)).await;
        assert_eq!(read(&mut stream), (vec![], false));
        advance(Duration::from_millis(1)).await;
        assert_eq!(poll_with(&mut stream, Waker::noop()), Some(Some(":\n\n".to_owned())));
        assert_eq!(poll_with(&mut stream, Waker::noop()), None);
    }
    // An event is no silence.
    advance(HEARTBEAT - Duration::from_secs(1)).await;
    record(&ring, [1]);
    assert_eq!(read(&mut stream).0, events([1]));
    advance(HEARTBEAT - Duration::from_millis(1)).await;
    assert_eq!(read(&mut stream).0, []);
    advance(Duration::from_millis(1)).await;
    assert_eq!(read(&mut stream).0, [Received::Comment]);
}

#[tokio::test(start_paused = true)]
async fn many_events_wake_a_reader_once() {
    let ring = ring(4096);
    let mut stream = open(&ring);
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    advance(PACE).await;
    // It waits for the ring.
    assert_eq!(poll_with(&mut stream, &waker), None);
    wakes.take();
    record(&ring, 1..=1000);
    assert_eq!(wakes.take(), 1);
    while poll_with(&mut stream, &waker).is_some() {}
    // It waits for the time, and not for the ring.
    wakes.take();
    record(&ring, 1001..=2000);
    assert_eq!(wakes.take(), 0);
    advance(PACE).await;
    assert_eq!(wakes.take(), 1);
    assert_eq!(read(&mut stream).0, events(1001..=2000));
}

/// The orders of an event and the steps of a reader: reading, waiting for the ring, waiting for the time. After each, the event is
/// received without a further one, and before a comment.
#[tokio::test(start_paused = true)]
async fn no_wake_up_is_lost_in_any_order() {
    type Step = fn(&EventRing, &mut EventStream, &Waker);
    let orders: [(&str, Step); 4] = [
        ("before the first poll", |ring, _, _| record(ring, [1])),
        ("while it waits for the time", |ring, stream, waker| {
            assert!(poll_with(stream, waker).is_some());
            assert_eq!(poll_with(stream, waker), None);
            record(ring, [1]);
        }),
        ("between two polls", |ring, stream, waker| {
            assert!(poll_with(stream, waker).is_some());
            record(ring, [1]);
            assert_eq!(poll_with(stream, waker), None);
        }),
        ("twice while it waits", |ring, stream, waker| {
            assert!(poll_with(stream, waker).is_some());
            record(ring, [1]);
            assert_eq!(poll_with(stream, waker), None);
            record(ring, [2]);
        }),
    ];
    for (order, step) in orders {
        let ring = ring(8);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut stream = ring.stream(StreamStart::Now).unwrap();
        step(&ring, &mut stream, &waker);
        wakes.take();
        let newest = ring.newest_id();
        // At the time of the wake-up, or at once.
        let mut received = read_with(&mut stream, &waker);
        advance(PACE).await;
        assert!(wakes.take() > 0 || !received.is_empty(), "{order}");
        received.extend(read_with(&mut stream, &waker));
        let last = received.last().cloned();
        assert!(
            matches!(last, Some(Received::Event(number, _) | Received::Preamble(number)) if format!("run-{number}") == newest),
            "{order}: {received:?}"
        );
    }
}

fn read_with(stream: &mut EventStream, waker: &Waker) -> Vec<Received> {
    let mut received = Vec::new();
    while let Some(Some(chunk)) = poll_with(stream, waker) {
        received.extend(parse(&chunk));
    }
    received
}

#[tokio::test(start_paused = true)]
async fn a_waiting_reader_ends_at_the_shutdown() {
    let ring = ring(8);
    let mut stream = open(&ring);
    record(&ring, [1]);
    advance(PACE).await;
    ring.record(&Event::new(EventKind::ShutdownRequested));
    record(&ring, [3]);
    let expected = [events([1]), vec![Received::Event(2, None)]].concat();
    assert_eq!(read(&mut stream), (expected, true));
    // It stays ended.
    assert_eq!(poll_with(&mut stream, Waker::noop()), Some(None));
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_never_reads_keeps_nothing() {
    let ring = ring(16);
    let streams: Vec<_> = (0..100).map(|_| open(&ring)).collect();
    record(&ring, 1..=10_000);
    for mut stream in streams {
        advance(PACE).await;
        let expected = [vec![Received::Missed { number: 9984, missed: 9984 }], events(9985..=10_000)];
        assert_eq!(read(&mut stream), (expected.concat(), false));
    }
}

/// What a client knows, and what the model says about it.
struct Client {
    stream: EventStream,
    cursor: u64,
    begun: bool,
}

/// A ring and all that has happened.
struct Model {
    ring: Arc<EventRing>,
    capacity: usize,
    newest: u64,
    kept: VecDeque<u64>,
    lost: HashSet<u64>,
}

impl Model {
    fn record(&mut self) {
        self.newest += 1;
        record(&self.ring, [self.newest]);
        self.kept.push_back(self.newest);
        if self.kept.len() > self.capacity {
            self.kept.pop_front();
        }
    }

    fn lose(&mut self, lost: u64) {
        lose(&self.ring, lost);
        self.lost.extend(self.newest + 1..=self.newest + lost);
        self.newest += lost;
    }

    fn connect(&self, cursor: u64) -> Client {
        let id = format!("run-{cursor}");
        let number = self.ring.number_of(&id).unwrap();
        let stream = self.ring.stream(StreamStart::After(number)).unwrap();
        Client { stream, cursor, begun: false }
    }

    /// Takes one chunk. Returns whether there was one.
    fn take(&self, client: &mut Client) -> bool {
        let Some(chunk) = poll_with(&mut client.stream, Waker::noop()) else { return false };
        for received in parse(&chunk.unwrap()) {
            match received {
                Received::Preamble(number) => {
                    assert_eq!((number, client.begun), (client.cursor, false));
                    client.begun = true;
                }
                Received::Event(number, attempt) => {
                    assert_eq!((number, attempt), (client.cursor + 1, Some(client.cursor + 1)));
                    assert!(!self.lost.contains(&number), "{number} was lost");
                    client.cursor = number;
                }
                Received::Missed { number, missed } => {
                    assert!(
                        missed > 0 && number == client.cursor + missed,
                        "{received:?} after {}",
                        client.cursor
                    );
                    let oldest = self.kept.front().copied().unwrap_or(u64::MAX);
                    let unfounded =
                        (client.cursor + 1..=number).find(|n| *n >= oldest && !self.lost.contains(n));
                    assert_eq!(unfounded, None, "it is in the ring");
                    client.cursor = number;
                }
                Received::Comment => {}
            }
        }
        true
    }
}

/// A generator of numbers: SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[tokio::test(start_paused = true)]
async fn readers_of_a_random_history_miss_nothing_unsaid() {
    for seed in 0..16 {
        let mut numbers = Numbers(seed);
        let capacity = [1, 2, 3, 17, 300][seed as usize % 5];
        let ring = ring(capacity);
        let (kept, lost) = (VecDeque::new(), HashSet::new());
        let mut model = Model { ring, capacity, newest: 0, kept, lost };
        let mut clients: Vec<_> = (0..6).map(|_| model.connect(0)).collect();
        for _ in 0..600 {
            let client = numbers.below(6) as usize;
            match numbers.below(16) {
                0..=6 => model.record(),
                7 => (0..numbers.below(120)).for_each(|_| model.record()),
                8 => model.lose(1 + numbers.below(5)),
                9 => clients[client] = model.connect(clients[client].cursor),
                10 => clients[client] = model.connect(numbers.below(model.newest + 1)),
                11 => advance(Duration::from_millis(numbers.below(12_000))).await,
                12 | 13 => advance(Duration::from_millis(numbers.below(110))).await,
                _ => drop(model.take(&mut clients[client])),
            }
        }
        for client in &mut clients {
            advance(PACE).await;
            while model.take(client) {}
            assert_eq!(client.cursor, model.newest, "seed {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_on_other_threads_receive_every_event() {
    let ring = ring(3000);
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = ring.stream(StreamStart::Oldest).unwrap();
            tokio::spawn(async move {
                let mut received = Vec::new();
                while let Some(Ok(chunk)) =
                    std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await
                {
                    received.extend(parse(std::str::from_utf8(&chunk).unwrap()));
                }
                received
            })
        })
        .collect();
    let writer = Arc::clone(&ring);
    let written = tokio::spawn(async move {
        for attempt in 1..=3000 {
            record(&writer, [attempt]);
            if attempt % 50 == 0 {
                tokio::task::yield_now().await;
            }
        }
        writer.close();
    });
    written.await.unwrap();
    for reader in readers {
        assert_eq!(reader.await.unwrap().split_off(1), events(1..=3000));
    }
}
