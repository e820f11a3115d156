//! A stop requested on one thread while another thread is about to start the attempt.

use std::hint::spin_loop;

use taskvisor::{Config, Event, EventName, Subscribe, Subscriber, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules};

const RACES: usize = 20_000;

/// A subscriber to `added`. Publishing to many of them takes time between the first check for a stop and the first
/// attempt. The stop request has to arrive in that window.
struct Delays;

impl Subscribe for Delays {
    async fn on_event(&mut self, _: &Event) {}
}

fn delays() -> Subscriber {
    Subscriber::new(Delays).with_events([EventName::Added]).with_queue(RACES)
}

fn racer(race: usize) -> TaskRef {
    TaskFn::arc(format!("race-{race}"), |context: TaskContext| async move {
        context.cancelled().await;
        Err(TaskError::Canceled)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_stop_request_no_attempt_starts() {
    let harness = Harness::build(Config::default(), |builder| {
        (0..32).fold(builder, |builder, _| builder.subscriber(delays()))
    });
    let mut tasks = Vec::with_capacity(RACES);
    for race in 0..RACES {
        let task = harness.add(Rules::always(), racer(race));
        // The offset varies, so that some requests coincide with the start of the attempt.
        (0..race % 2_000).for_each(|_| spin_loop());
        // From here on, the recorder rejects any attempt that starts after `cancel` returned.
        assert!(harness.cancel(&task));
        tasks.push(task);
    }
    for task in tasks {
        let outcome = harness.outcome(&task).await;
        assert!(outcome.is_canceled(), "{outcome}");
    }
    harness.finish().await;
}
