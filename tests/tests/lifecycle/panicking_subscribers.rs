//! A subscriber that panics is reported to the others and called again. Two of them cause no endless loop of events.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use taskvisor::{Config, Event, EventKind, EventName, Subscribe, Subscriber};
use tests::{Harness, Rules, Script, Step};

use crate::drops::Bomb;

/// Panics on every event in the chosen way, and counts the events.
#[derive(Clone)]
struct Panicking {
    calls: Arc<AtomicUsize>,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    BeforeTheFuture,
    InTheFuture,
    WhenTheFutureIsDropped,
    WithAPayloadThatPanics,
}

/// A future that may panic when it is polled, or when it is dropped.
struct Handling(Option<Way>, #[expect(dead_code, reason = "it is dropped")] Option<Bomb>);

impl Future for Handling {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0 {
            Some(Way::InTheFuture) => panic!("in the future"),
            Some(Way::WithAPayloadThatPanics) => std::panic::panic_any(Bomb::new().0),
            _ => Poll::Ready(()),
        }
    }
}

impl Subscribe for Panicking {
    fn on_event(&mut self, _: &Event) -> impl Future<Output = ()> + Send {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match self.way {
            Way::BeforeTheFuture => panic!("before the future"),
            Way::WhenTheFutureIsDropped => Handling(None, Some(Bomb::new().0)),
            way => Handling(Some(way), None),
        }
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "a subscriber that also panics when dropped");
    }
}

fn panicking(way: Way, name: &'static str) -> (Subscriber, Arc<AtomicUsize>) {
    let calls = Arc::default();
    let subscriber = Panicking { calls: Arc::clone(&calls), way };
    (Subscriber::new(subscriber).with_name(name), calls)
}

/// Returns each recorded subscriber panic: the name of the subscriber and the message.
fn panics(harness: &Harness) -> Vec<(String, String)> {
    let event_log = harness.trace().so_far();
    let panic = |event: &Event| match &event.kind {
        EventKind::SubscriberPanicked { subscriber, message, .. } => {
            Some((subscriber.clone(), message.clone()))
        }
        _ => None,
    };
    event_log.events().iter().filter_map(panic).collect()
}

#[tokio::test(start_paused = true)]
async fn a_panicking_subscriber_is_called_again_and_reported() {
    let ways = [
        (Way::BeforeTheFuture, "before the future"),
        (Way::InTheFuture, "in the future"),
        (Way::WhenTheFutureIsDropped, "a destructor"),
        (Way::WithAPayloadThatPanics, "a panic without a message"),
    ];
    for (way, message) in ways {
        let (subscriber, calls) = panicking(way, "clumsy");
        let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
        let task = harness.add(Rules::never(), Script::task("task", [Step::Succeed]));
        assert!(task.outcome().await.is_completed());
        harness.settle().await;
        // Only the five events of the task: a subscriber does not receive its own panics.
        assert_eq!(calls.load(Ordering::SeqCst), 5, "{way:?}");
        assert_eq!(panics(&harness), vec![("clumsy".to_owned(), message.to_owned()); 5], "{way:?}");
        harness.finish().await;
        assert_eq!(calls.load(Ordering::SeqCst), 7, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_panicking_subscribers_do_not_trigger_each_other() {
    let (one, called_one) = panicking(Way::InTheFuture, "one");
    let (other, called_other) = panicking(Way::InTheFuture, "other");
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(one).subscriber(other));
    let task = harness.add(Rules::never(), Script::task("task", [Step::Succeed]));
    assert!(task.outcome().await.is_completed());
    harness.settle().await;
    let reported = panics(&harness);
    assert_eq!(reported.iter().filter(|(name, _)| name == "one").count(), 5);
    assert_eq!(reported.iter().filter(|(name, _)| name == "other").count(), 5);
    let calls = [&called_one, &called_other].map(|calls| calls.load(Ordering::SeqCst));
    assert_eq!(calls, [10, 10]);
    harness.finish().await;
}

/// Counts the events about panics of other subscribers.
struct Counting(Arc<AtomicUsize>);

impl Subscribe for Counting {
    async fn on_event(&mut self, event: &Event) {
        self.0.fetch_add(usize::from(event.kind.name() == EventName::SubscriberPanicked), Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn subscriber_panics_are_published_after_the_last_task() {
    let (subscriber, _) = panicking(Way::InTheFuture, "clumsy");
    let heard = Arc::default();
    let counting = Counting(Arc::clone(&heard));
    let harness =
        Harness::build(Config::default(), |builder| builder.subscriber(subscriber).subscriber(counting));
    let spec = harness.spec(Rules::never(), Script::task("task", [Step::Succeed]));
    let report = harness.run(vec![spec]).await.expect("in order");
    assert_eq!(report.completed, 1);
    let event_log = harness.finish().await;
    assert_eq!(heard.load(Ordering::SeqCst), event_log.count(EventName::SubscriberPanicked));
}
