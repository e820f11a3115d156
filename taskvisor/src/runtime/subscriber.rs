//! Subscribers to events, each with its own worker.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::Instant;

use super::body::{AppContext, Location, Needs};
use super::current_task::{self, Caller};
use super::task_selector::TaskSelector;
use crate::event::bus::{Batch, Bus, Delivery, Queue};
use crate::event::{Event, EventKind, EventSet};
use crate::sync::panics::{Contained, contain, discard};

/// A handler of events.
///
/// A supervisor calls it for one event after the other. Each subscriber has its own worker (a Tokio task) and a bounded
/// queue, so that a slow subscriber does not delay any task. After a panic it is called again with the next event.
///
/// ```
/// use taskvisor::{Config, Event, Subscribe, Supervisor};
///
/// struct Printer;
///
/// impl Subscribe for Printer {
///     async fn on_event(&mut self, event: &Event) {
///         println!("{event}");
///     }
/// }
///
/// let supervisor = Supervisor::new(Config::default(), vec![Printer.into()]);
/// ```
pub trait Subscribe: Send + 'static {
    /// Handles one event.
    // The compiler quotes the next line in its error, so the comment at its end is part of the message.
    fn on_event(&mut self, event: &Event) -> impl Future<Output = ()> + Send; // not `Send`? drop the value before the `.await`

    /// Changes the settings with which a subscriber of this type is created. Not public API.
    #[doc(hidden)]
    fn adjust(_: &mut Subscriber) {}
}

/// A value that can be registered as a subscriber: a [`Subscriber`], or a type that is [`Subscribe`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a subscriber",
    label = "not a `Subscriber`, and does not implement `Subscribe`",
    note = "a declared subscriber is `alert::subscriber()`, with the name of its function; an application starts its declared \
            subscribers without it",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-a-subscriber`"
)]
pub trait IntoSubscriber {
    /// Returns the subscriber.
    fn into_subscriber(self) -> Subscriber;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Subscriber>> IntoSubscriber for T {
    fn into_subscriber(self) -> Subscriber {
        self.into()
    }
}

/// A subscriber with the settings of its queue, as a supervisor accepts it. Converts from any type that is [`Subscribe`].
///
/// ```
/// use taskvisor::{Config, Event, EventName, Subscribe, Subscriber, Supervisor};
///
/// struct Pager;
///
/// impl Subscribe for Pager {
///     async fn on_event(&mut self, event: &Event) {
///         eprintln!("{event}");
///     }
/// }
///
/// let pager = Subscriber::new(Pager).with_name("pager").with_queue(64).with_events([EventName::Failed]);
/// let supervisor = Supervisor::new(Config::default(), vec![pager]);
/// ```
pub struct Subscriber {
    pub(crate) name: Cow<'static, str>,
    pub(crate) queue: usize,
    pub(crate) events: EventSet,
    /// The tasks whose events the subscriber receives. If the list is empty, it receives the events of all tasks.
    pub(crate) tasks: Vec<TaskSelector>,
    pub(crate) needs: fn(&mut Needs<'_>),
    pub(crate) location: Option<&'static Location>,
    /// Whether its output reaches anything. Only then an application keeps its own report back.
    #[cfg_attr(not(feature = "macros"), allow(dead_code, reason = "only an application reports by itself"))]
    pub(crate) is_heard: fn() -> bool,
    pub(crate) work: Work,
}

/// Builds the worker's future, once its application and its inbox are known.
pub(crate) type Work = Box<dyn FnOnce(AppContext, Inbox) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

impl Subscriber {
    /// The default capacity of a queue, in events.
    pub const QUEUE: usize = 1024;

    /// Creates a subscriber to every event, named after its type, with a queue of 1,024 events.
    pub fn new<S: Subscribe>(subscriber: S) -> Self {
        let name = type_name::<S>();
        // Contained here, because the subscriber may be dropped before its worker starts, or with the worker's future.
        let subscriber = Contained::new(subscriber);
        let name = name.split('<').next().and_then(|name| name.rsplit("::").next()).unwrap_or(name);
        let mut created = Self {
            name: Cow::Borrowed(name),
            queue: Self::QUEUE,
            events: EventSet::ALL,
            tasks: Vec::new(),
            needs: |_| {},
            location: None,
            is_heard: || true,
            work: Box::new(|_, inbox| Box::pin(run_worker(subscriber, inbox))),
        };
        S::adjust(&mut created);
        created
    }

    /// A copy of the name and the options. It receives no events.
    #[cfg(all(feature = "config", feature = "macros"))]
    pub(crate) fn without_work(&self) -> Self {
        Self {
            name: self.name.clone(),
            queue: self.queue,
            events: self.events,
            tasks: self.tasks.clone(),
            needs: self.needs,
            location: self.location,
            is_heard: self.is_heard,
            work: Box::new(|_, _| Box::pin(async {})),
        }
    }

    /// Sets the name, which events and reports use. An empty name is an error of the application or the builder.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the capacity of the queue, in events; at least one. Events that do not fit are lost, and a `Lagged` event
    /// reports their number.
    #[must_use]
    pub fn with_queue(mut self, events: usize) -> Self {
        self.queue = events.max(1);
        self
    }

    /// Sets the events to receive, as the option `on(…)` of the attribute does: an [`EventSet`], one name, or an array, a slice or
    /// a `Vec` of names. `Lagged` is always received.
    ///
    /// ```
    /// use taskvisor::{Event, EventName, Subscribe, Subscriber};
    ///
    /// struct Ends;
    ///
    /// impl Subscribe for Ends {
    ///     async fn on_event(&mut self, event: &Event) {
    ///         println!("{event}");
    ///     }
    /// }
    ///
    /// let ends = Subscriber::new(Ends).with_events([EventName::Ended, EventName::Stopped]);
    /// ```
    #[must_use]
    pub fn with_events(mut self, events: impl Into<EventSet>) -> Self {
        self.events = events.into();
        self
    }

    /// Keeps failures on stderr although this subscriber receives their events, unless another subscriber receives them too. For a
    /// subscriber that only stores events: a failure would be silent until a reader asks for them. Only an application with
    /// `#[taskvisor::main]` writes failures to stderr.
    ///
    /// ```
    /// use std::collections::VecDeque;
    /// use taskvisor::{Event, Subscribe, Subscriber};
    ///
    /// struct Latest(VecDeque<String>);
    ///
    /// impl Subscribe for Latest {
    ///     async fn on_event(&mut self, event: &Event) {
    ///         self.0.truncate(99);
    ///         self.0.push_front(event.to_string());
    ///     }
    /// }
    ///
    /// let latest = Subscriber::new(Latest(VecDeque::new())).with_failures_on_stderr();
    /// ```
    #[must_use]
    pub fn with_failures_on_stderr(mut self) -> Self {
        self.is_heard = || false;
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the capacity of the queue, in events.
    #[must_use]
    pub fn queue(&self) -> usize {
        self.queue
    }

    /// Returns the events to receive.
    #[must_use]
    pub fn events(&self) -> EventSet {
        self.events
    }

    /// Whether both are the same declaration, under the same name.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let locations = self.location.zip(other.location);
        locations.is_some_and(|(one, two)| std::ptr::eq(one, two)) && self.name == other.name
    }

    pub(crate) fn into_work(self, app: AppContext, inbox: Inbox) -> impl Future<Output = ()> + Send {
        (self.work)(app, inbox)
    }
}

impl<S: Subscribe> From<S> for Subscriber {
    fn from(subscriber: S) -> Self {
        Self::new(subscriber)
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber")
            .field("name", &self.name)
            .field("queue", &self.queue)
            .field("events", &self.events)
            .field("tasks", &self.tasks().collect::<Vec<_>>())
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

/// The receiving end of a subscriber's queue.
pub(crate) struct Inbox {
    pub(crate) queue: Arc<Queue>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) supervisor: usize,
}

impl Inbox {
    async fn next(&self, batch: &mut Batch, clock: &mut YieldClock) -> Option<Arc<Event>> {
        let next = poll_fn(|context| {
            let polled = self.queue.poll_delivery(batch, context);
            if polled.is_pending() {
                clock.time_next_event();
            }
            polled
        });
        match next.await? {
            Delivery::Event(event) => Some(event),
            Delivery::Gap(lost) => Some(Arc::new(self.bus.lagged(lost))),
        }
    }

    /// Completes the delivery of one event. Publishes the panic of the handler to the other subscribers.
    fn handled(&self, batch: &Batch, event: Arc<Event>, result: Result<(), String>) {
        if let Err(message) = result {
            self.bus.count_panic();
            // Not published for a panic over such an event: two subscribers that always panic would never stop.
            if !matches!(event.kind, EventKind::SubscriberPanicked { .. }) {
                self.bus.publish_panic(&self.queue, message);
            }
        }
        // Before the delivery is finished: the last reference to an event drops a user's error, and a drain waits for that too.
        discard(event);
        self.queue.finish_delivery(batch);
    }
}

/// Handles events until the queue is closed and empty.
async fn run_worker<S: Subscribe>(mut subscriber: Contained<S>, inbox: Inbox) {
    let mut batch = Batch::new();
    let mut clock = YieldClock::new();
    while let (Some(event), Some(subscriber)) =
        (inbox.next(&mut batch, &mut clock).await, subscriber.get_mut())
    {
        // `on_event` may panic before it returns its future; `poll_contained` contains only the future.
        let result = match contain(|| subscriber.on_event(&event)) {
            Ok(handling) => poll_contained(inbox.supervisor, handling, &mut clock).await,
            Err(message) => Err(message),
        };
        inbox.handled(&batch, event, result);
        // A handler may never return `Pending`. Without a yield, a full queue would keep this thread from other tasks, and
        // the deadline of the drain could not abort the worker.
        if clock.is_yield_due() {
            yield_to_scheduler().await;
            clock = YieldClock::new();
        } else {
            consume_budget().await;
        }
    }
}

/// The time for which a worker handles events before it yields.
const YIELD_INTERVAL: Duration = Duration::from_millis(1);

/// The largest number of events that share one reading of the clock.
const MAX_STRIDE: u32 = 16;

/// The time between two readings of the clock up to which the next one may be further away.
const FAST_STRIDE: Duration = Duration::from_micros(16);

/// Decides when a worker yields, by a clock that it does not read after every event.
///
/// A reading costs about as much as the delivery of an event. So fast events share one: the stride, the number of events
/// from one reading to the next, starts at 1 and doubles with each stride that takes at most [`FAST_STRIDE`]. A longer one resets
/// it to 1.
///
/// - A handler that is always slow is noticed after each event.
/// - A slow event among fast ones is noticed by the next reading. The events until then are fast: a few microseconds.
/// - If a handler becomes slow, the first slow events may share a reading: at most as many as there were fast ones in a row
///   before, plus one, and at most 16. From then on each is noticed by itself.
/// - An event whose future returned `Pending`, and the first event after an empty queue, are always followed by a reading.
///   Earlier ones allow no conclusion: the handler waited for something, or a different burst begins.
///
/// Fast events alone do not reach the time limit: before, Tokio's budget ends the poll, after 128 events.
struct YieldClock {
    yielded_at: Instant,
    /// The time from `yielded_at` to the last reading.
    read_at: Duration,
    /// The number of events since the last reading.
    untimed: u32,
    stride: u32,
}

impl YieldClock {
    fn new() -> Self {
        Self { yielded_at: Instant::now(), read_at: Duration::ZERO, untimed: 0, stride: 1 }
    }

    /// Makes the event that is being handled, or the next one, be followed by a reading.
    fn time_next_event(&mut self) {
        self.stride = 1;
    }

    /// Counts one event, and returns whether the time limit is reached.
    fn is_yield_due(&mut self) -> bool {
        self.untimed += 1;
        if self.untimed < self.stride {
            return false;
        }
        let elapsed = self.yielded_at.elapsed();
        let is_fast = elapsed - self.read_at <= FAST_STRIDE;
        self.stride = if is_fast { (self.stride * 2).min(MAX_STRIDE) } else { 1 };
        self.read_at = elapsed;
        self.untimed = 0;
        elapsed > YIELD_INTERVAL
    }
}

/// Yields to the scheduler once.
// Not `tokio::task::yield_now`: that defers the wake-up until this thread is free, and the next task on this thread may
// block it. A task that wakes itself enters the run queue at once, where another worker can steal it.
async fn yield_to_scheduler() {
    let mut polled = false;
    poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls a user's future with the supervisor set as the caller. A panic of the future or of its destructor becomes an
/// error.
async fn poll_contained(
    supervisor: usize,
    future: impl Future<Output = ()>,
    clock: &mut YieldClock,
) -> Result<(), String> {
    let mut future = pin!(Some(future));
    let polled = poll_fn(|context| {
        let _entered = current_task::enter(Caller { supervisor, task: None, waker: None });
        match future.as_mut().as_pin_mut() {
            Some(future) => match contain(|| future.poll(context)) {
                Ok(Poll::Pending) => {
                    clock.time_next_event();
                    Poll::Pending
                }
                Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
                Err(message) => Poll::Ready(Err(message)),
            },
            // Not reached: the future is cleared only below.
            None => Poll::Ready(Ok(())),
        }
    })
    .await;
    // Dropped here and not at the end of the scope, where a panic of the destructor would end the worker.
    let dropped = contain(|| future.set(None));
    polled.and(dropped)
}
