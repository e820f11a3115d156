//! Subscribers that are quick, slow, stuck or panic. They do not affect tasks, and every lost event is counted.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Event, EventKind, EventName, EventSet, Subscribe, Subscriber};
use tests::EventLog;
use tokio::time::{Instant, sleep};

use crate::body::lock;
use crate::program::{Behavior, Listener, Wants};
use crate::specs::millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Received {
    Event(u64),
    Lost(u64),
}

/// The events that a listener received.
pub(crate) struct ListenerLog {
    listener: Listener,
    name: String,
    received: Log,
}

/// The received events, each with its time.
type Log = Arc<Mutex<Vec<(Received, Instant)>>>;

struct Listening {
    behavior: Behavior,
    /// The number of events that the listener received, `Lagged` included.
    count: usize,
    received: Log,
}

impl Subscribe for Listening {
    async fn on_event(&mut self, event: &Event) {
        let index = self.count;
        self.count += 1;
        let received = match event.kind {
            EventKind::Lagged { lost, .. } => Received::Lost(lost),
            _ => Received::Event(event.seq),
        };
        lock(&self.received).push((received, Instant::now()));
        match self.behavior {
            Behavior::Quick => {}
            Behavior::Slow(time) => sleep(millis(time)).await,
            Behavior::Stuck(event) if event == index => pending().await,
            Behavior::Panics(every) if index % every == every - 1 => resume_unwind(Box::new("a listener")),
            Behavior::Stuck(_) | Behavior::Panics(_) => {}
        }
    }
}

impl Wants {
    fn events(self) -> EventSet {
        use EventName::{Backoff, Ended, Failed, Panicked, Started, Succeeded, TimedOut};
        match self {
            Self::All => EventSet::ALL,
            Self::Ends => EventSet::of(&[Ended]),
            Self::Attempts => EventSet::of(&[Started, Succeeded, Failed, TimedOut, Panicked, Backoff]),
        }
    }
}

impl ListenerLog {
    pub(crate) fn new(listener: Listener, number: usize) -> (Self, Subscriber) {
        let (name, received) = (format!("listener {number}"), Log::default());
        let listening = Listening { behavior: listener.behavior, count: 0, received: Arc::clone(&received) };
        let subscriber = Subscriber::new(listening)
            .with_name(name.clone())
            .with_queue(listener.queue)
            .with_events(listener.wants.events());
        (Self { listener, name, received }, subscriber)
    }

    /// How many panics of the listener are published, and how many of these happened before `over`. A panic on a
    /// `SubscriberPanicked` is not published.
    fn panics(&self, event_log: &EventLog, over: Instant) -> (usize, usize) {
        let Behavior::Panics(every) = self.listener.behavior else { return (0, 0) };
        let received = lock(&self.received);
        let (mut panics, mut before) = (0, 0);
        for (received, at) in received.iter().skip(every - 1).step_by(every) {
            let is_published = match received {
                Received::Lost(_) => true,
                Received::Event(seq) => event_log
                    .events()
                    .iter()
                    .find(|event| event.seq == *seq)
                    .is_some_and(|event| event.kind.name() != EventName::SubscriberPanicked),
            };
            panics += usize::from(is_published);
            before += usize::from(is_published && *at < over);
        }
        (panics, before)
    }

    /// Whether the listener never returned from an event.
    fn hangs(&self) -> bool {
        matches!(self.listener.behavior, Behavior::Stuck(event) if lock(&self.received).len() > event)
    }

    /// The cases that the listener covers.
    pub(crate) fn met(&self) -> Vec<String> {
        let lost = lock(&self.received).iter().any(|(received, _)| matches!(received, Received::Lost(_)));
        let panics =
            matches!(self.listener.behavior, Behavior::Panics(every) if lock(&self.received).len() >= every);
        let met = [
            (lost, "a listener lost something"),
            (self.hangs(), "a listener hangs"),
            (panics, "a listener panics"),
        ];
        met.iter().filter(|(holds, _)| *holds).map(|(_, what)| (*what).to_owned()).collect()
    }

    /// Checks that the listener received every selected event in order, or a count in place of the lost ones. It loses an
    /// event exactly if its queue is full. With enough time it receives or counts all events.
    fn check(&self, event_log: &EventLog, in_time: bool) -> Result<(), String> {
        let meant: Vec<_> = event_log.events().iter().filter(|event| self.is_meant(event)).collect();
        let received = lock(&self.received);
        let (mut next, mut place) = (0, 0);
        for (index, (item, _)) in received.iter().enumerate() {
            let found = meant.get(next).ok_or_else(|| format!("{}: one too many", self.name))?;
            // An event that the listener received in this moment could have left the queue before or after the publication.
            let waiting = |since: fn(&Instant, &Instant) -> bool| {
                received[..place].iter().rev().take_while(|(_, at)| since(at, &found.at)).count()
            };
            match item {
                Received::Event(seq) if found.seq != *seq => {
                    return Err(format!("{}: {seq} in place of {}", self.name, found.seq));
                }
                Received::Event(seq) if waiting(Instant::gt) >= self.listener.queue => {
                    return Err(format!("{}: {seq} had no room", self.name));
                }
                Received::Lost(_) if waiting(Instant::ge) < self.listener.queue => {
                    return Err(format!("{}: {} had room and was lost", self.name, found.seq));
                }
                Received::Event(_) => {
                    (next, place) = (next + 1, index + 1);
                }
                // `Lagged` arrives with the next event and takes no place in the queue.
                Received::Lost(lost) => next += usize::try_from(*lost).unwrap_or(usize::MAX),
            }
        }
        let complete = next == meant.len();
        if next > meant.len() || (in_time && !complete) {
            return Err(format!("{}: {next} of {} events", self.name, meant.len()));
        }
        Ok(())
    }

    fn is_meant(&self, event: &Event) -> bool {
        let own = matches!(&event.kind, EventKind::SubscriberPanicked { subscriber, .. } if *subscriber == self.name);
        self.listener.wants.events().contains(event.kind.name()) && !own
    }

    /// The number of panics of this listener that the recorder received.
    fn published_panics(&self, event_log: &EventLog) -> usize {
        let own = |event: &&Event| matches!(&event.kind, EventKind::SubscriberPanicked { subscriber, .. } if *subscriber == self.name);
        event_log.events().iter().filter(own).count()
    }
}

/// When the last task ended, and when the shutdown returned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Through {
    pub(crate) over: Instant,
    pub(crate) returned: Instant,
}

/// Checks the events and panics of all listeners, and when the shutdown returned.
pub(crate) fn check(
    listener_logs: &[ListenerLog],
    event_log: &EventLog,
    drain: Duration,
    through: Through,
) -> Result<(), String> {
    let Through { over, returned } = through;
    let patient = listener_logs
        .iter()
        .all(|listener_log| matches!(listener_log.listener.behavior, Behavior::Quick | Behavior::Panics(_)));
    if returned < over || returned > over + drain || (patient && returned != over) {
        return Err(format!("the shutdown returned {:?} after {:?}", returned - over, through));
    }
    let in_time = returned < over + drain;
    if in_time && listener_logs.iter().any(ListenerLog::hangs) {
        return Err("the shutdown did not wait for a listener that hangs".to_owned());
    }
    for listener_log in listener_logs {
        listener_log.check(event_log, in_time)?;
        // A panic during the drain of the last events is no longer published.
        let (panics, before) = listener_log.panics(event_log, over);
        let published = listener_log.published_panics(event_log);
        if !(before..=panics).contains(&published) {
            return Err(format!(
                "{} panicked {before} to {panics} times, published {published} times",
                listener_log.name
            ));
        }
    }
    Ok(())
}
