//! Listeners that wait for the stop of an attempt, in the body or elsewhere.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use taskvisor::{TaskContext, TaskError, TaskFn, TaskHandle, TaskRef};
use tests::{Harness, Rules};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::support::{SECOND, seconds};

/// Sends the result of an attempt, or of a listener that the attempt spawned.
type Reporter = UnboundedSender<String>;

/// A task that calls `body` for each attempt.
fn task<F>(body: fn(TaskContext, Reporter) -> F) -> (TaskRef, UnboundedReceiver<String>)
where
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    let (reporter, reports) = unbounded_channel();
    (TaskFn::arc("work", move |context: TaskContext| body(context, reporter.clone())), reports)
}

/// Spawns a listener outside the body. The listener sends a message once the attempt is over.
fn listen_elsewhere(context: &TaskContext, reporter: &Reporter) {
    let (context, reporter) = (context.clone(), reporter.clone());
    tokio::spawn(async move {
        context.cancelled().await;
        let _ = reporter.send(format!("attempt {} is over", context.attempt()));
    });
}

async fn next(reports: &mut UnboundedReceiver<String>) -> String {
    timeout(seconds(3600), reports.recv())
        .await
        .expect("a message arrives in time")
        .expect("the sender is alive")
}

async fn is_canceled(harness: Harness, task: &TaskHandle) {
    assert!(harness.cancel(task));
    assert!(harness.outcome(task).await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_wakes_spawned_listeners() {
    let (work, mut reports) = task(|context, reporter| async move {
        listen_elsewhere(&context, &reporter);
        listen_elsewhere(&context, &reporter);
        sleep(SECOND).await;
        context.cancelled().await;
        Err(TaskError::Canceled)
    });
    let harness = Harness::new();
    let work = harness.add(Rules::always(), work);
    sleep(seconds(10)).await;
    assert!(reports.try_recv().is_err(), "no stop was requested");
    is_canceled(harness, &work).await;
    assert_eq!(
        (next(&mut reports).await, next(&mut reports).await),
        ("attempt 1 is over".into(), "attempt 1 is over".into())
    );
}

#[tokio::test(start_paused = true)]
async fn every_end_of_an_attempt_wakes_spawned_listeners() {
    let (work, mut reports) = task(|context, reporter| async move {
        listen_elsewhere(&context, &reporter);
        listen_elsewhere(&context, &reporter);
        sleep(SECOND).await;
        match context.attempt() {
            1 => Ok(()),
            2 => Err(TaskError::fail("down")),
            3 => panic!("boom"),
            4 => pending().await,
            _ => Err(TaskError::fatal("enough")),
        }
    });
    let harness = Harness::new();
    let rules = Rules::always().timeout(seconds(60)).without_backoff();
    let work = harness.add(rules, work);
    let waits = tokio::spawn(work.outcome());
    for attempt in [1, 1, 2, 2, 3, 3, 4, 4, 5, 5] {
        assert_eq!(next(&mut reports).await, format!("attempt {attempt} is over"));
        assert!(
            work.status().attempt <= attempt + 1,
            "the message arrived only at the end of a later attempt"
        );
    }
    assert!(waits.await.expect("a waiter").is_failed());
    harness.finish().await;
}

/// Polls a future with a separate waker that forwards each wake, as a set of futures does.
struct Apart<F>(Pin<Box<F>>);

struct Passing(Waker);

impl Wake for Passing {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}

impl<F: Future> Future for Apart<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let waker = Waker::from(Arc::new(Passing(context.waker().clone())));
        self.0.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_wakes_a_listener_polled_with_a_separate_waker() {
    let (work, _hears) = task(|context, _| async move {
        Apart(Box::pin(context.cancelled())).await;
        Err(TaskError::Canceled)
    });
    let harness = Harness::new();
    let work = harness.add(Rules::always(), work);
    harness.reach(&work, 1).await;
    is_canceled(harness, &work).await;
}

/// Counts its wakes.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_left_the_body_is_woken_where_polled_last() {
    let (work, mut reports) = task(|context, reporter| async move {
        let copy = context.clone();
        let mut listening = Box::pin(async move { copy.cancelled().await });
        let first = std::future::poll_fn(|context| Poll::Ready(listening.as_mut().poll(context))).await;
        assert!(first.is_pending());
        tokio::spawn(async move {
            listening.await;
            let _ = reporter.send("woken".into());
        });
        context.cancelled().await;
        Err(TaskError::Canceled)
    });
    let harness = Harness::new();
    let work = harness.add(Rules::always(), work);
    sleep(SECOND).await;
    is_canceled(harness, &work).await;
    assert_eq!(next(&mut reports).await, "woken");
}

#[tokio::test(start_paused = true)]
async fn a_listener_polled_elsewhere_first_is_woken_in_the_body() {
    let (work, _hears) = task(|context, _| async move {
        let mut listening = pin!(context.cancelled());
        assert!(listening.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        listening.await;
        Err(TaskError::Canceled)
    });
    let harness = Harness::new();
    let work = harness.add(Rules::always(), work);
    harness.reach(&work, 1).await;
    is_canceled(harness, &work).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_listens_to_another_task_is_woken_by_its_stop() {
    let (sender, mut contexts) = unbounded_channel();
    let other = TaskFn::arc("other", move |context: TaskContext| {
        let sender = sender.clone();
        async move {
            let _ = sender.send(context.clone());
            context.cancelled().await;
            Err(TaskError::Canceled)
        }
    });
    let harness = Harness::new();
    let other = harness.add(Rules::always(), other);
    let context = contexts.recv().await.expect("the other task runs");
    let work = TaskFn::arc("work", move || {
        let context = context.clone();
        async move {
            context.cancelled().await;
            Ok(())
        }
    });
    let work = harness.add(Rules::never(), work);
    harness.reach(&work, 1).await;
    is_canceled(harness, &other).await;
    assert!(work.outcome().await.is_completed());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_body_cancels_wakes_no_listener() {
    let (work, _hears) = task(|context, _| async move {
        context.token().cancel();
        let heard = context.run_until_cancelled(sleep(SECOND)).await.is_none();
        assert!(!heard && timeout(SECOND, context.cancelled()).await.is_err());
        Ok(())
    });
    let harness = Harness::new();
    let work = harness.add(Rules::never(), work);
    assert!(harness.outcome(&work).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn dropped_listeners_of_attempts_wake_no_waiter() {
    let (work, _hears) = task(|context, _| async move {
        let counting = Arc::new(Counting::default());
        {
            let waker = Waker::from(Arc::clone(&counting));
            let mut listening = pin!(context.cancelled());
            assert!(listening.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            assert_eq!(Arc::strong_count(&counting), 3);
        }
        assert_eq!(Arc::strong_count(&counting), 1, "a dropped listener left its waker behind");
        sleep(SECOND).await;
        context.run_until_cancelled(sleep(SECOND)).await;
        if context.attempt() < 4 { Err(TaskError::fail("again")) } else { Ok(()) }
    });
    let harness = Harness::new();
    let work = harness.add(Rules::on_failure().without_backoff().max_retries(3), work);
    let counting = Arc::new(Counting::default());
    let waker = Waker::from(Arc::clone(&counting));
    let mut outcome = pin!(work.outcome());
    assert!(outcome.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(harness.outcome(&work).await.is_completed());
    assert_eq!(counting.0.load(Ordering::SeqCst), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_until_cancelled_drops_its_future_even_while_pinned() {
    let (work, mut reports) = task(|context, reporter| async move {
        let kept = Arc::new(());
        let (weak, future) = (Arc::downgrade(&kept), async move {
            let _kept = kept;
            pending::<()>().await;
        });
        let mut running = pin!(context.run_until_cancelled(future));
        assert_eq!(running.as_mut().await, None);
        let _ = reporter.send(format!("{} left", weak.strong_count()));
        Err(TaskError::Canceled)
    });
    let harness = Harness::new();
    let work = harness.add(Rules::always(), work);
    harness.reach(&work, 1).await;
    is_canceled(harness, &work).await;
    assert_eq!(next(&mut reports).await, "0 left");
}
