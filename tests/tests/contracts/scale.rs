//! Contract 14: `scale` changes how many instances run.

use std::sync::{Arc, Mutex};

use taskvisor::{Instance, Outcome, RuntimeError, StopCause, Supervisor, TaskContext, TaskFn, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::instance_support::{
    CONSUME, is_scaled, is_taken, names, numbered, running, running_now, until_stopped,
};
use crate::support::{millis, seconds};

#[tokio::test(start_paused = true)]
async fn scale_starts_and_stops_instances() {
    let (harness, instances) = running(2).await;
    assert_eq!(harness.scale(CONSUME, 4), Ok(2));
    assert_eq!(names(&harness), numbered(4), "they are live when `scale` returns");
    harness.settle().await;
    assert_eq!(running_now(&harness), 4);
    assert_eq!(harness.scale(CONSUME, 1), Ok(4));
    assert!(is_scaled(&harness.outcome(&instances[1]).await));
    harness.settle().await;
    assert_eq!(names(&harness), numbered(1));
    assert_eq!(instances[0].status().attempt, 1, "the first one was left alone");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_instance_receives_its_stop_first() {
    let harness = Harness::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let body = TaskFn::shared(CONSUME, move |ctx: TaskContext, Instance(number): Instance| {
        let order = Arc::clone(&seen);
        async move {
            ctx.cancelled().await;
            order.lock().expect("a lock").push(number);
            Ok(())
        }
    });
    harness.add_instances(harness.spec(Rules::never(), body).with_instances(5)).expect("the names are free");
    harness.settle().await;
    assert_eq!(harness.scale(CONSUME, 2), Ok(5));
    harness.settle().await;
    assert_eq!(*order.lock().expect("a lock"), [4, 3, 2]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn zero_keeps_the_declaration_and_its_name() {
    let (harness, instances) = running(2).await;
    assert_eq!(harness.scale(CONSUME, 0), Ok(2));
    for task in &instances {
        assert_eq!(harness.outcome(task).await, Outcome::canceled(StopCause::Scale));
    }
    assert!(!harness.is_alive(CONSUME) && harness.tasks().is_empty());
    let task = harness.spec(Rules::never(), Script::task(CONSUME, [Step::Succeed]));
    let refused = harness.add_task(task).expect_err("it can be scaled up again");
    assert!(matches!(refused.reason(), RuntimeError::NameTaken { .. }), "{refused}");
    assert!(matches!(
        taskvisor::SupervisorHandle::pause(&harness, CONSUME),
        Err(RuntimeError::UnknownTask { .. })
    ));
    assert_eq!(harness.scale(CONSUME, 3), Ok(0));
    harness.settle().await;
    assert_eq!(running_now(&harness), 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn zero_lets_a_run_without_other_tasks_end() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), until_stopped()).with_instances(2);
    let scaler = TaskFn::arc("scaler", |ctx: TaskContext| async move {
        sleep(seconds(1)).await;
        assert_eq!(ctx.supervisor().scale(CONSUME, 0), Ok(2));
        Ok(())
    });
    let report = harness.run(vec![spec, harness.spec(Rules::never(), scaler)]).await.expect("all have ended");
    assert_eq!((report.completed, report.canceled), (1, 2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_same_number_restarts_those_that_have_ended() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number == 1 {
            return Ok(());
        }
        ctx.cancelled().await;
        Ok(())
    });
    let spec = harness.spec(Rules::never(), body).with_instances(3);
    let instances = harness.add_instances(spec).expect("the names are free");
    assert!(harness.outcome(&instances[1]).await.is_completed());
    assert_eq!(names(&harness), ["consume/0", "consume/2"], "nothing restarts it by itself");
    assert_eq!(harness.scale(CONSUME, 3), Ok(3));
    let again = harness.task("consume/1").expect("it was started");
    assert_ne!(again.id(), instances[1].id());
    assert!(harness.outcome(&again).await.is_completed());
    assert_eq!(instances[0].status().attempt, 1, "the others were left alone");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_ended_declaration_can_be_scaled_up() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, || async {
        sleep(seconds(1)).await;
        Ok(())
    });
    let spec = harness.spec(Rules::never(), body).with_instances(2);
    for task in harness.add_instances(spec).expect("the names are free") {
        harness.outcome(&task).await;
    }
    assert_eq!(harness.scale(CONSUME, 3), Ok(2));
    assert_eq!(names(&harness), numbered(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_wanted_again_starts_after_the_stop() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(seconds(2)).await;
        Ok(())
    });
    let spec = harness.spec(Rules::never(), body).with_instances(2);
    let instances = harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    let began = Instant::now();
    assert_eq!(harness.scale(CONSUME, 0), Ok(2));
    sleep(seconds(1)).await;
    assert_eq!(harness.scale(CONSUME, 2), Ok(0));
    assert_eq!(harness.instances(CONSUME).len(), 2, "the stopping ones have the names");
    for task in &instances {
        assert!(is_scaled(&harness.outcome(task).await) && began.elapsed() == seconds(2));
    }
    harness.settle().await;
    assert_eq!((names(&harness), running_now(&harness)), (numbered(2), 2));
    assert!(harness.instances(CONSUME).iter().all(|task| !instances.iter().any(|one| one.id() == task.id())));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_surplus_instance_has_the_configured_grace() {
    let harness = Harness::with_config(taskvisor::Config::default().with_grace(seconds(3)));
    let body = TaskFn::shared(CONSUME, |_: TaskContext| std::future::pending());
    let spec = harness.spec(Rules::never(), body).with_instances(1);
    let instances = harness.add_instances(spec).expect("the name is free");
    harness.settle().await;
    let began = Instant::now();
    assert_eq!(harness.scale(CONSUME, 0), Ok(1));
    assert!(harness.outcome(&instances[0]).await.is_aborted());
    assert_eq!(began.elapsed(), seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn impossible_numbers_and_names_change_nothing() {
    let (harness, _) = running(2).await;
    let single = harness.add(Rules::never(), Script::task("single", [Step::UntilStopped]));
    let error = harness.scale(CONSUME, 10_001).expect_err("it is too much");
    assert_eq!(error.to_string(), "10001 instances of `consume` are too many: set at most 10000");
    for name in ["single", "consume/0"] {
        let error = harness.scale(name, 3).expect_err("it has no instances");
        assert!(matches!(&error, RuntimeError::NotScalable { name: other, .. } if other == name));
        assert!(error.to_string().contains("give it `instances`"), "{error}");
    }
    assert!(matches!(harness.scale("other", 1), Err(RuntimeError::UnknownTask { .. })));
    assert_eq!((names(&harness), running_now(&harness)), (numbered(2), 2));
    harness.cancel(&single);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_taken_number_is_named_and_those_before_it_start() {
    let (harness, _) = running(1).await;
    let other = harness.add(Rules::never(), Script::task("consume/2", [Step::UntilStopped]));
    let error = harness.scale(CONSUME, 4).expect_err("a name is taken");
    assert!(is_taken(&error, "consume/2"), "{error}");
    assert_eq!(names(&harness), numbered(2));
    harness.cancel(&other);
    harness.outcome(&other).await;
    assert_eq!(harness.scale(CONSUME, 4), Ok(4), "a repeated call starts the missing ones");
    assert_eq!(names(&harness), numbered(4));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_refuses_to_scale() {
    let supervisor = Supervisor::default();
    let spec = TaskSpec::once(until_stopped()).with_instances(2);
    supervisor.add_instances(spec).expect("the names are free");
    supervisor.stop();
    assert_eq!(supervisor.scale(CONSUME, 3), Err(RuntimeError::ShuttingDown));
    supervisor.shutdown().await.expect("all stop");
    assert_eq!(supervisor.scale(CONSUME, 3), Err(RuntimeError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_replaces_no_leaving_instance() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(millis(100)).await;
        Ok(())
    });
    let spec = harness.spec(Rules::never(), body).with_instances(2);
    harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    assert_eq!(harness.scale(CONSUME, 0), Ok(2));
    assert_eq!(harness.scale(CONSUME, 2), Ok(0));
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(taskvisor::EventName::Added), 2);
}

#[tokio::test(start_paused = true)]
async fn the_largest_number_starts_and_stops() {
    let supervisor = Supervisor::default();
    let spec = TaskSpec::once(until_stopped()).with_instances(TaskSpec::MAX_INSTANCES);
    assert_eq!(supervisor.add_instances(spec).expect("the names are free").len(), 10_000);
    assert_eq!(supervisor.scale(CONSUME, 1), Ok(10_000));
    assert_eq!(supervisor.scale(CONSUME, 10_000), Ok(1));
    sleep(seconds(1)).await;
    assert_eq!(running_now(&supervisor), 10_000);
    let report = supervisor.shutdown().await.expect("all stop");
    assert_eq!(report.canceled + report.completed, 19_999);
}
