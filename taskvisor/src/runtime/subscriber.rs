//! Who listens to events, each on a worker of its own.

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
use crate::event::bus::{Bus, Delivery, Queue};
use crate::event::{Event, EventKind, EventSet};
use crate::sync::panics::{Contained, contain, discard};

/// Something that listens to events.
///
/// It is called for one event after the other, on a worker of its own with a bounded queue: it may be as slow as it
/// likes without holding up a task. If it panics, it is called again for the next event.
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
    fn on_event(&mut self, event: &Event) -> impl Future<Output = ()> + Send;
}

/// A subscriber with its queue: what a supervisor takes. Made out of anything that is [`Subscribe`].
pub struct Subscriber {
    pub(crate) name: Cow<'static, str>,
    pub(crate) queue: usize,
    pub(crate) events: EventSet,
    pub(crate) needs: fn(&mut Needs<'_>),
    pub(crate) location: Option<&'static Location>,
    pub(crate) work: Work,
}

pub(crate) type Work = Box<dyn FnOnce(AppContext, Inbox) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

impl Subscriber {
    /// How many events a queue holds unless said.
    pub const QUEUE: usize = 1024;

    /// A subscriber to every event, named after its type, with room for 1,024 events.
    pub fn new<S: Subscribe>(subscriber: S) -> Self {
        let name = type_name::<S>();
        // It may also be dropped before it ever worked, or in the middle of it.
        let subscriber = Contained::new(subscriber);
        let name = name.split('<').next().and_then(|name| name.rsplit("::").next()).unwrap_or(name);
        Self {
            name: Cow::Borrowed(name),
            queue: Self::QUEUE,
            events: EventSet::ALL,
            needs: |_| {},
            location: None,
            work: Box::new(|_, inbox| Box::pin(work(subscriber, inbox))),
        }
    }

    /// The name it is known by in events.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// How many events may wait for it, at least one. What does not fit is lost, and told as `Lagged`.
    #[must_use]
    pub fn with_queue(mut self, events: usize) -> Self {
        self.queue = events.max(1);
        self
    }

    /// Which events it wants; `Lagged` is told in any case.
    #[must_use]
    pub fn with_events(mut self, events: EventSet) -> Self {
        self.events = events;
        self
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
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

/// The receiving end of a subscriber.
pub(crate) struct Inbox {
    pub(crate) queue: Arc<Queue>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) supervisor: usize,
}

impl Inbox {
    async fn next(&self) -> Option<Arc<Event>> {
        match poll_fn(|context| self.queue.poll_next(context)).await? {
            Delivery::Event(event) => Some(event),
            Delivery::Gap(lost) => Some(Arc::new(self.bus.lagged(lost))),
        }
    }

    /// A panic is an event for the others. A panic over such an event is not, or two that panic would never end.
    fn handled(&self, event: Arc<Event>, result: Result<(), String>) {
        if let Err(message) = result {
            self.bus.count_panic();
            if !matches!(event.kind, EventKind::SubscriberPanicked { .. }) {
                self.bus.publish_panic(&self.queue, message);
            }
        }
        discard(event);
        self.queue.handled();
    }
}

async fn work<S: Subscribe>(mut subscriber: Contained<S>, inbox: Inbox) {
    let mut turn = Instant::now();
    while let (Some(event), Some(subscriber)) = (inbox.next().await, subscriber.get_mut()) {
        let result = match contain(|| subscriber.on_event(&event)) {
            Ok(handling) => contained(inbox.supervisor, handling).await,
            Err(message) => Err(message),
        };
        inbox.handled(event, result);
        // A handler need not wait for anything, so nothing else would give others their turn, or let the drain end it.
        if turn.elapsed() > TURN {
            yielded().await;
            turn = Instant::now();
        } else {
            consume_budget().await;
        }
    }
}

/// How long a subscriber handles one event after the other before it gives others their turn.
const TURN: Duration = Duration::from_millis(1);

/// Not `tokio::task::yield_now`: what that puts off waits until this very thread is free, and the next one it runs may
/// block it. What wakes itself can be stolen.
async fn yielded() {
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

/// Polls a user's future as code of this supervisor; a panic, in its destructor too, comes back as its message.
async fn contained(supervisor: usize, future: impl Future<Output = ()>) -> Result<(), String> {
    let mut future = pin!(Some(future));
    let polled = poll_fn(|context| {
        let _entered = current_task::enter(Caller { supervisor, task: None, waker: None });
        match future.as_mut().as_pin_mut() {
            Some(future) => match contain(|| future.poll(context)) {
                Ok(polled) => polled.map(Ok),
                Err(message) => Poll::Ready(Err(message)),
            },
            None => Poll::Ready(Ok(())),
        }
    })
    .await;
    let dropped = contain(|| future.set(None));
    polled.and(dropped)
}
