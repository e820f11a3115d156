//! Subscribers that are quick, slow, stuck or panic: what they do changes nothing for tasks, and nothing is lost uncounted.

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
enum Heard {
    Event(u64),
    Lost(u64),
}

/// What a listener got.
pub(crate) struct ListenerLog {
    listener: Listener,
    name: String,
    heard: Log,
}

/// What was heard, and when.
type Log = Arc<Mutex<Vec<(Heard, Instant)>>>;

struct Listening {
    behavior: Behavior,
    /// How many events it was given, those that it was told to have lost included.
    count: usize,
    heard: Log,
}

impl Subscribe for Listening {
    async fn on_event(&mut self, event: &Event) {
        let index = self.count;
        self.count += 1;
        let heard = match event.kind {
            EventKind::Lagged { lost } => Heard::Lost(lost),
            _ => Heard::Event(event.seq),
        };
        lock(&self.heard).push((heard, Instant::now()));
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
        let (name, heard) = (format!("listener {number}"), Log::default());
        let listening = Listening { behavior: listener.behavior, count: 0, heard: Arc::clone(&heard) };
        let subscriber = Subscriber::new(listening)
            .with_name(name.clone())
            .with_queue(listener.queue)
            .with_events(listener.wants.events());
        (Self { listener, name, heard }, subscriber)
    }

    /// How often it panicked over something that others are told of, and how often of that before `over`.
    fn panics(&self, event_log: &EventLog, over: Instant) -> (usize, usize) {
        let Behavior::Panics(every) = self.listener.behavior else { return (0, 0) };
        let heard = lock(&self.heard);
        let (mut panics, mut before) = (0, 0);
        for (heard, at) in heard.iter().skip(every - 1).step_by(every) {
            let is_told = match heard {
                Heard::Lost(_) => true,
                Heard::Event(seq) => event_log
                    .events()
                    .iter()
                    .find(|event| event.seq == *seq)
                    .is_some_and(|event| event.kind.name() != EventName::SubscriberPanicked),
            };
            panics += usize::from(is_told);
            before += usize::from(is_told && *at < over);
        }
        (panics, before)
    }

    /// Whether it never comes back.
    fn hangs(&self) -> bool {
        matches!(self.listener.behavior, Behavior::Stuck(event) if lock(&self.heard).len() > event)
    }

    /// What it is an example of.
    pub(crate) fn met(&self) -> Vec<String> {
        let lost = lock(&self.heard).iter().any(|(heard, _)| matches!(heard, Heard::Lost(_)));
        let panics =
            matches!(self.listener.behavior, Behavior::Panics(every) if lock(&self.heard).len() >= every);
        let met = [
            (lost, "a listener lost something"),
            (self.hangs(), "a listener hangs"),
            (panics, "a listener panics"),
        ];
        met.iter().filter(|(holds, _)| *holds).map(|(_, what)| (*what).to_owned()).collect()
    }

    /// Every event that was meant for it is heard in its place, or lost there and counted; if it was given enough time,
    /// all of them. It loses something if its queue is full, and only then.
    fn check(&self, event_log: &EventLog, in_time: bool) -> Result<(), String> {
        let meant: Vec<_> = event_log.events().iter().filter(|event| self.is_meant(event)).collect();
        let heard = lock(&self.heard);
        let (mut next, mut place) = (0, 0);
        for (index, (item, _)) in heard.iter().enumerate() {
            let found = meant.get(next).ok_or_else(|| format!("{}: one too many", self.name))?;
            // Whoever was handed out in that very moment may have been so before or after.
            let waiting = |since: fn(&Instant, &Instant) -> bool| {
                heard[..place].iter().rev().take_while(|(_, at)| since(at, &found.at)).count()
            };
            match item {
                Heard::Event(seq) if found.seq != *seq => {
                    return Err(format!("{}: {seq} in place of {}", self.name, found.seq));
                }
                Heard::Event(seq) if waiting(Instant::gt) >= self.listener.queue => {
                    return Err(format!("{}: {seq} had no room", self.name));
                }
                Heard::Lost(_) if waiting(Instant::ge) < self.listener.queue => {
                    return Err(format!("{}: {} had room and was lost", self.name, found.seq));
                }
                Heard::Event(_) => {
                    (next, place) = (next + 1, index + 1);
                }
                // It is told together with what comes next, and takes no room from that.
                Heard::Lost(lost) => next += usize::try_from(*lost).unwrap_or(usize::MAX),
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

    /// How many panics of this listener were told to the recorder.
    fn told(&self, event_log: &EventLog) -> usize {
        let own = |event: &&Event| matches!(&event.kind, EventKind::SubscriberPanicked { subscriber, .. } if *subscriber == self.name);
        event_log.events().iter().filter(own).count()
    }
}

/// When the last task was gone, and when the shutdown was through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Through {
    pub(crate) over: Instant,
    pub(crate) returned: Instant,
}

/// Whether what happened to all of them is in order.
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
        // What panics while the last events are drained is not told any more.
        let ((panics, before), told) = (listener_log.panics(event_log, over), listener_log.told(event_log));
        if !(before..=panics).contains(&told) {
            return Err(format!(
                "{} panicked {before} to {panics} times, told {told} times",
                listener_log.name
            ));
        }
    }
    Ok(())
}
