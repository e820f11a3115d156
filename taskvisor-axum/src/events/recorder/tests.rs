use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use taskvisor::{Config, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};

use super::super::EventRing;
use super::super::stream::StreamStart;
use super::super::test_support::ring;

/// An error of which every method panics.
#[derive(Debug)]
struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no text")
    }
}

impl Error for Panics {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        panic!("no source")
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("no end")
    }
}

/// All that a client receives, which connects again after each end of its stream.
async fn received(ring: &EventRing) -> String {
    let (mut received, mut start) = (String::new(), StreamStart::Oldest);
    loop {
        let mut stream = ring.stream(start).unwrap();
        let before = received.len();
        while let Some(Ok(chunk)) =
            std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await
        {
            received += std::str::from_utf8(&chunk).unwrap();
        }
        let (_, last) = received.rsplit_once("id: run-").unwrap();
        start = StreamStart::After(last.split('\n').next().unwrap().parse().unwrap());
        if !received[before..].contains("data: ") {
            return received;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors_that_panic_cost_no_event() {
    let ring = ring(64);
    let supervisor = Supervisor::new(Config::default(), vec![ring.subscriber()]);
    let hostile = TaskFn::arc("hostile", || async { Err(TaskError::fatal(Panics)) });
    let benign = TaskFn::arc("benign", || async { Ok(()) });
    let report = supervisor.run(vec![TaskSpec::once(hostile), TaskSpec::once(benign)]).await.unwrap();
    assert_eq!((report.completed, report.failed, report.subscriber_panics), (1, 1, 0));
    assert!(report.undrained_subscribers.is_empty());
    let received = received(&ring).await;
    for kind in ["added", "started", "ended", "removed"] {
        assert_eq!(received.matches(&format!("\"kind\":\"{kind}\"")).count(), 2, "{kind}: {received}");
    }
    assert!(received.contains("failed attempt=1"), "{received}");
    assert!(received.contains("<its Display panicked>") && !received.contains("missed"), "{received}");
    let end = ring.ended("hostile").unwrap();
    let message = end.failure.as_ref().map(|failure| failure.message.as_str());
    assert_eq!(message, Some("its message cannot be shown: writing it panicked"));
    assert!(ring.ended("benign").is_some_and(|end| end.completed));
}

#[tokio::test(start_paused = true)]
async fn readers_that_never_read_cost_no_event() {
    let ring = ring(100);
    // None of them is polled again.
    let streams: Vec<_> = (0..100).map(|_| ring.stream(StreamStart::Now).unwrap()).collect();
    let supervisor = Supervisor::new(Config::default(), vec![ring.subscriber()]);
    let busy = TaskFn::arc("busy", |ctx: TaskContext| async move {
        if ctx.attempt() == 5000 {
            ctx.done()
        }
        Ok(())
    });
    let report = supervisor.run(vec![TaskSpec::always(busy, Duration::ZERO)]).await.unwrap();
    assert!(report.undrained_subscribers.is_empty(), "{report}");
    // `added`, two for each attempt, `ended`, `removed` and `stopped`.
    assert_eq!(ring.newest_id(), "run-10004");
    assert_eq!(ring.ended("busy").map(|end| end.attempt), Some(5000));
    drop(streams);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_is_a_gap_of_the_exact_size() {
    let ring = ring(100_000);
    let supervisor = Supervisor::new(Config::default(), vec![ring.subscriber().with_queue(10)]);
    // All of it happens before the worker is polled.
    for number in 0..50 {
        let task = TaskFn::arc(format!("task-{number}"), || async { Ok(()) });
        supervisor.add_task(TaskSpec::once(task)).unwrap();
    }
    let report = supervisor.shutdown().await.unwrap();
    assert_eq!(report.completed + report.canceled, 50);
    let received = received(&ring).await;
    let events = received.matches("\"kind\":").count() as u64;
    let missed: u64 = received
        .split("\"missed\":")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert!(missed >= 40, "{received}");
    assert_eq!(format!("run-{}", events + missed), ring.newest_id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_name_that_is_added_again_and_again_the_last_end_is_kept() {
    let ring = ring(64);
    let supervisor = Supervisor::new(Config::default(), vec![ring.subscriber()]);
    let mut last = None;
    for _ in 0..200 {
        let task = TaskFn::arc("again", || async { Ok(()) });
        let task = supervisor.add_task(TaskSpec::once(task)).unwrap();
        // From now on the name is free, while the subscriber may not have handled the end.
        task.outcome().await;
        last = Some(task.id());
    }
    let live = TaskFn::arc("live", || async { Ok(()) });
    supervisor.add_task(TaskSpec::once(live)).unwrap().outcome().await;
    let live = TaskFn::arc("live", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(live)).unwrap().started().await.unwrap();
    supervisor.shutdown().await.unwrap();
    assert_eq!(ring.ended("again").map(|end| (end.id, end.completed)), last.map(|id| (id, true)));
    assert!(ring.ended("live").is_some_and(|end| end.canceled));
    assert_eq!(ring.ended_tasks().len(), 2);
}
