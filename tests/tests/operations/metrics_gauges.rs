//! Metrics that go up and down: states, the readiness, heartbeats, and the end of a shutdown.

use std::time::Duration;

use taskvisor::{
    Event, EventName, Readiness, Subscribe, Subscriber, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec,
};
use tokio::time::sleep;

use crate::measured::{config, measure};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A task that runs until it is stopped.
fn waiting(name: &'static str) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name, |context: TaskContext| async move {
        context.cancelled().await;
        Ok(())
    }))
}

#[test]
fn the_state_follows_the_task() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config().with_max_concurrent(1)).build();
        let first = supervisor.add_task(waiting("first")).expect("it is accepted");
        sleep(seconds(1)).await;
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            sleep(seconds(2)).await;
            if context.attempt() == 1 { Err(TaskError::fail("no answer")) } else { Ok(()) }
        });
        let task = supervisor.add_task(TaskSpec::on_failure(work)).expect("it is accepted");
        let of_work = || measured.of("task_state").into_iter().filter(|line| line.contains("work"));
        let state = || of_work().collect::<Vec<_>>().join(" ");
        assert_eq!(state(), "{state=waiting,task=work} 1");
        sleep(seconds(1)).await;
        assert_eq!(state(), "{state=waiting,task=work} 1", "it waits for a permit");
        first.cancel();
        first.outcome().await;
        sleep(seconds(1)).await;
        assert_eq!(state(), "{state=running,task=work} 1");
        sleep(Duration::from_millis(1500)).await;
        assert_eq!(state(), "{state=sleeping,task=work} 1");
        task.pause().expect("it waits");
        sleep(seconds(1)).await;
        assert_eq!(state(), "{state=paused,task=work} 1");
        task.resume().expect("it is paused");
        assert!(task.outcome().await.is_completed());
        assert_eq!(measured.of("task_state"), [""; 0]);
        assert_eq!(measured.sum("ended_total"), 2.0);
    });
}

#[test]
fn the_readiness_follows_the_task() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            sleep(seconds(2)).await;
            context.ready();
            sleep(seconds(2)).await;
            if context.attempt() == 1 { Err(TaskError::fail("lost")) } else { Ok(()) }
        });
        let spec = TaskSpec::on_failure(work).with_ready(Readiness::Notify);
        let task = supervisor.add_task(spec).expect("it is accepted");
        // Not at the times at which something changes.
        sleep(Duration::from_millis(500)).await;
        let mut shown = Vec::new();
        for _ in 0..8 {
            sleep(seconds(1)).await;
            shown.push(measured.get("ready{task=work}"));
        }
        // The attempts begin at 0 s and at 5 s.
        assert_eq!(shown, [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        assert!(task.outcome().await.is_completed());
        assert_eq!(measured.get("ready{task=work}"), 0.0, "an ended task is not counted");
    });
}

#[test]
fn a_task_that_repeats_is_ready_between_its_attempts() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let work = TaskFn::arc("work", || async { Ok(()) });
        let task = supervisor.add_task(TaskSpec::always(work, seconds(10))).expect("it is accepted");
        sleep(seconds(1)).await;
        assert_eq!(measured.get("ready{task=work}"), 1.0);
        task.cancel();
        task.outcome().await;
        assert_eq!(measured.get("ready{task=work}"), 0.0);
    });
}

#[test]
fn the_age_of_a_heartbeat_is_right_within_five_seconds() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            sleep(seconds(7)).await;
            context.heartbeat();
            context.cancelled().await;
            Ok(())
        });
        let spec = TaskSpec::once(work).with_heartbeat(seconds(60));
        let task = supervisor.add_task(spec).expect("it is accepted");
        let age = || measured.get("heartbeat_age_seconds{task=work}");
        assert_eq!(age(), 0.0);
        let mut shown = Vec::new();
        for _ in 0..4 {
            sleep(seconds(5)).await;
            tokio::task::yield_now().await;
            shown.push(age());
        }
        assert_eq!(shown, [5.0, 3.0, 8.0, 13.0]);
        task.cancel();
        task.outcome().await;
        sleep(seconds(6)).await;
        assert_eq!(age(), 0.0);
    });
}

#[test]
fn a_task_that_comes_later_has_an_age_too() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        for _ in 0..2 {
            let task =
                supervisor.add_task(waiting("work").with_heartbeat(seconds(60))).expect("it is accepted");
            sleep(seconds(12)).await;
            assert!(measured.get("heartbeat_age_seconds{task=work}") > 5.0);
            task.cancel();
            task.outcome().await;
            sleep(seconds(20)).await;
            assert_eq!(measured.get("heartbeat_age_seconds{task=work}"), 0.0);
        }
    });
}

#[test]
fn a_missed_heartbeat_is_a_stalled_attempt() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let spec = waiting("work").with_heartbeat(seconds(3));
        supervisor.add_task(spec).expect("it is accepted").outcome().await;
        assert_eq!(measured.of("attempts_total"), ["{result=stalled,task=work} 1"]);
    });
}

struct Slow;

impl Subscribe for Slow {
    async fn on_event(&mut self, _: &Event) {
        sleep(seconds(3600)).await;
    }
}

#[test]
fn lost_events_count_where_they_are_lost() {
    measure(|measured| async move {
        let slow = Subscriber::new(Slow).with_name("slow").with_queue(2).with_events([EventName::Started]);
        let supervisor = Supervisor::builder(config()).subscriber(slow).build();
        for _ in 0..5 {
            supervisor.add_task(waiting("work")).map(|task| task.cancel()).expect("it is accepted");
            sleep(seconds(1)).await;
        }
        // Each task was canceled before it began.
        assert_eq!(measured.get("events_lost_total{subscriber=slow}"), 0.0);
        for _ in 0..5 {
            let task = supervisor.add_task(waiting("work")).expect("it is accepted");
            task.started().await.expect("it begins");
            task.cancel();
            task.outcome().await;
        }
        // One is handled, and two are in the queue.
        assert_eq!(measured.get("events_lost_total{subscriber=slow}"), 2.0);
    });
}

#[test]
fn the_duration_of_the_shutdown_is_known_at_its_end() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            context.cancelled().await;
            sleep(seconds(3)).await;
            Ok(())
        });
        let until = sleep(seconds(10));
        supervisor.run_until(vec![TaskSpec::once(work)], until).await.expect("it ends");
        assert_eq!(measured.get("shutdown_seconds{}"), 3.0);
        assert_eq!(measured.of("task_state"), [""; 0]);
    });
}
