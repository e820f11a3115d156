//! Contract 14: tasks with instances, and how they are added.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    Config, Instance, RateLimit, Readiness, RuntimeError, State, Supervisor, Task, TaskContext, TaskError,
    TaskFn, TaskRef, TaskSpec,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::instance_support::{
    CONSUME, consume, is_taken, names, numbered, reasons, running, running_now, until_stopped,
};
use crate::support::seconds;

fn refusal(supervisor: &Supervisor, spec: TaskSpec) -> RuntimeError {
    supervisor.add_instances(spec).expect_err("it is refused").reason().clone()
}

fn counted() -> TaskRef {
    TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        assert_eq!(ctx.name(), format!("consume/{number}"));
        assert_eq!(ctx.instance(), Some(number));
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn each_instance_is_a_task_with_its_own_number() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), counted()).with_instances(3);
    let instances = harness.add_instances(spec).expect("the names are free");
    assert_eq!(instances.iter().map(|task| task.name()).collect::<Vec<_>>(), numbered(3));
    assert_eq!(names(&harness), numbered(3));
    assert!(harness.is_alive(CONSUME) && harness.is_alive("consume/2") && harness.task(CONSUME).is_none());
    for task in &instances {
        assert!(task.outcome().await.is_completed());
    }
    assert!(names(&harness).is_empty() && !harness.is_alive(CONSUME));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_instance_has_the_number_zero() {
    let (harness, instances) = running(1).await;
    assert_eq!((instances[0].name(), instances.len()), ("consume/0", 1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn instances_fail_and_back_off_on_their_own() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number == 1 && ctx.attempt() < 3 {
            return Err(TaskError::fail("connection refused"));
        }
        ctx.cancelled().await;
        Ok(())
    });
    let spec = harness.spec(Rules::on_failure().constant_backoff(seconds(1)), body).with_instances(2);
    let instances = harness.add_instances(spec).expect("the names are free");
    harness.reach(&instances[1], 3).await;
    assert_eq!((instances[0].status().attempt, instances[0].status().total_failures), (1, 0));
    assert_eq!((instances[1].status().attempt, instances[1].status().total_failures), (3, 2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_spec_without_instances_is_added_as_one_task() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), Script::task(CONSUME, [Step::Succeed]));
    let added = harness.add_instances(spec).expect("the name is free");
    assert_eq!((added.len(), added[0].name()), (1, CONSUME));
    assert!(harness.instances(CONSUME).is_empty());
    assert!(added[0].outcome().await.is_completed());
    harness.finish().await;
}

/// A task by hand, whose value all attempts share.
struct ByHand;

impl Task for ByHand {
    async fn run(self: Arc<Self>, ctx: TaskContext) -> Result<(), TaskError> {
        ctx.cancelled().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_can_be_created_once_is_refused() {
    let harness = Harness::new();
    let once = TaskFn::arc(CONSUME, || async { Ok(()) });
    let refused = reasons(refusal(&harness, TaskSpec::once(once).with_instances(2)));
    assert!(
        refused.contains("`TaskFn::shared` instead of `TaskFn::arc`, or remove `instances`"),
        "{refused}"
    );
    let by_hand = harness.spec(Rules::never(), TaskRef::new(CONSUME, ByHand)).with_instances(2);
    assert_eq!(harness.add_instances(by_hand).expect("it is shared").len(), 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn add_task_refuses_instances_and_returns_the_spec() {
    let harness = Harness::new();
    let refused = harness.add_task(consume(&harness, 2)).expect_err("it is not one task");
    let text = refused.to_string();
    assert!(text.contains("call `add_instances`, or remove `instances`"), "{text}");
    assert_eq!(harness.add_instances(refused.into_spec()).expect("the spec is complete").len(), 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn every_bad_value_is_reported_at_once() {
    let supervisor = Supervisor::default();
    let spec = |instances| TaskSpec::once(until_stopped()).with_instances(instances);
    let none = reasons(refusal(&supervisor, spec(0)));
    assert!(none.contains("`instances` is 0, so the task would never run: set at least 1"), "{none}");
    let many = reasons(refusal(&supervisor, spec(10_001)));
    assert!(many.contains("`instances` is above 10,000: set fewer"), "{many}");
    let all = spec(0).with_max_concurrent(0).with_rate_limit(RateLimit::new(0, seconds(1)));
    let all = reasons(refusal(&supervisor, all.with_timeout(Duration::ZERO)));
    for part in ["`instances` is 0", "`max_concurrent` is 0", "rate", "timeout"] {
        assert!(all.contains(part), "`{part}` is missing: {all}");
    }
    let not_one = TaskFn::arc("", || async { Ok(()) });
    let both = reasons(refusal(&supervisor, TaskSpec::once(not_one).with_instances(0)));
    assert!(both.contains("TaskFn::shared") && both.contains("`instances` is 0"), "{both}");
    assert!(both.contains("name"), "{both}");
    assert!(supervisor.tasks().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_no_instance_has_no_number() {
    let supervisor = Supervisor::default();
    let numbered = || TaskFn::shared(CONSUME, |Instance(_): Instance| async move { Ok(()) });
    let refused = supervisor.add_task(TaskSpec::once(numbered())).expect_err("it is no instance");
    let refused = reasons(refused.reason().clone());
    assert!(
        refused.contains("parameter `Instance`, but is not an instance: add it as a task with `instances`"),
        "{refused}"
    );
    let context = TaskContext::for_test();
    assert_eq!(context.instance(), None);
    assert!(supervisor.add_instances(TaskSpec::once(numbered()).with_instances(1)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_missing_state_adds_none_of_the_instances() {
    struct Pool;
    let body = TaskFn::shared(CONSUME, |_: State<Pool>| async move { Ok(()) });
    let supervisor = Supervisor::default();
    let refused = supervisor.add_instances(TaskSpec::once(body).with_instances(3)).expect_err("no state");
    assert!(matches!(refused.reason(), RuntimeError::MissingState { .. }), "{refused}");
    assert_eq!(refused.into_spec().name(), CONSUME);
    assert!(supervisor.tasks().is_empty() && supervisor.instances(CONSUME).is_empty());
    assert!(matches!(supervisor.scale(CONSUME, 1), Err(RuntimeError::UnknownTask { .. })));
    supervisor.add_instances(TaskSpec::once(until_stopped()).with_instances(1)).expect("the name is free");
}

#[tokio::test(start_paused = true)]
async fn a_taken_number_adds_none_of_the_instances() {
    let harness = Harness::new();
    let other = harness.add(Rules::never(), Script::task("consume/2", [Step::UntilStopped]));
    let refused = harness.add_instances(consume(&harness, 4)).expect_err("a name is taken");
    assert!(is_taken(refused.reason(), "consume/2"), "{refused}");
    assert!(names(&harness).is_empty() && !harness.is_alive("consume/0"));
    assert!(matches!(harness.scale(CONSUME, 1), Err(RuntimeError::UnknownTask { .. })));
    harness.cancel(&other);
    harness.outcome(&other).await;
    let added = harness.add_instances(refused.into_spec()).expect("the name is free");
    assert_eq!(added.len(), 4);
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(taskvisor::EventName::Added), 5, "refused instances have no events");
}

#[tokio::test(start_paused = true)]
async fn the_base_name_is_taken_in_both_directions() {
    let (harness, instances) = running(2).await;
    let refused = |spec| harness.add_task(spec).expect_err("the name is taken").reason().clone();
    for name in [CONSUME, "consume/1"] {
        let task = harness.spec(Rules::never(), Script::task(name, [Step::Succeed]));
        assert!(is_taken(&refused(task), name), "{name}");
    }
    let second = harness.add_instances(consume(&harness, 1)).expect_err("the name is taken");
    assert!(is_taken(second.reason(), CONSUME), "{second}");
    for task in &instances {
        harness.cancel(task);
        harness.outcome(task).await;
    }
    let single = harness.add(Rules::never(), Script::task(CONSUME, [Step::UntilStopped]));
    let third = harness.add_instances(consume(&harness, 1)).expect_err("a task has the name");
    assert!(is_taken(third.reason(), CONSUME), "{third}");
    assert!(matches!(harness.scale(CONSUME, 1), Err(RuntimeError::NotScalable { .. })));
    harness.cancel(&single);
    harness.outcome(&single).await;
    assert_eq!(harness.add_instances(third.into_spec()).expect("the name is free").len(), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_set_leaves_the_ended_one_of_its_name() {
    let (harness, instances) = running(1).await;
    harness.cancel(&instances[0]);
    harness.outcome(&instances[0]).await;
    let refused = TaskSpec::once(until_stopped()).with_instances(2).with_needs(["nothing"]);
    harness.add_instances(refused).expect_err("no such task");
    harness.trace().set_dependencies(CONSUME, &[], &[]);
    assert_eq!(harness.scale(CONSUME, 2), Ok(1));
    assert_eq!(names(&harness), numbered(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_starts_instances_and_ends_with_them() {
    let harness = Harness::new();
    let single = harness.spec(Rules::never(), Script::task("single", [Step::Succeed]));
    let spec = harness.spec(Rules::never(), counted()).with_instances(3);
    let report = harness.run(vec![spec, single]).await.expect("all complete");
    assert_eq!(report.completed, 4);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_adds_none_of_the_instances() {
    let supervisor = Supervisor::default();
    let specs = || {
        vec![
            TaskSpec::once(counted()).with_instances(2),
            TaskSpec::once(Script::task("single", [Step::Succeed])),
        ]
    };
    let mut bad = specs();
    bad.push(TaskSpec::once(until_stopped()).with_instances(0));
    bad.push(TaskSpec::once(until_stopped()).with_instances(1));
    let refused = supervisor.run_until(bad, async {}).await.expect_err("two are refused");
    assert!(matches!(&refused, RuntimeError::Refused(errors) if errors.len() == 2), "{refused}");
    assert!(supervisor.tasks().is_empty());
    assert!(matches!(supervisor.scale(CONSUME, 1), Err(RuntimeError::UnknownTask { .. })));
    assert!(supervisor.run_until(specs(), async {}).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn instances_share_the_permits_of_their_task() {
    let harness = Harness::new();
    let spec = consume(&harness, 4).with_max_concurrent(2);
    harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    assert_eq!(running_now(&harness), 2);
    assert_eq!(harness.scale(CONSUME, 6), Ok(4));
    harness.settle().await;
    assert_eq!(running_now(&harness), 2, "new instances share them too");
    let first = harness.instances(CONSUME).remove(0);
    harness.cancel(&first);
    harness.settle().await;
    assert_eq!(running_now(&harness), 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn instances_share_the_rate_of_their_task() {
    let harness = Harness::new();
    let spec = consume(&harness, 3).with_rate_limit(RateLimit::new(1, seconds(10)));
    harness.add_instances(spec).expect("the names are free");
    for started in 1..=3 {
        harness.settle().await;
        assert_eq!(running_now(&harness), started);
        sleep(seconds(10)).await;
    }
    assert_eq!(harness.scale(CONSUME, 5), Ok(3));
    harness.settle().await;
    assert_eq!(running_now(&harness), 4);
    sleep(seconds(10)).await;
    harness.settle().await;
    assert_eq!(running_now(&harness), 5);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_of_a_critical_task_shuts_down() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        match number {
            2 => Err(TaskError::fatal("no disk")),
            _ => {
                ctx.cancelled().await;
                Ok(())
            }
        }
    });
    let spec = harness.spec(Rules::never(), body).with_instances(3).with_critical(true);
    let error = harness.run(vec![spec]).await.expect_err("it is critical");
    assert!(error.to_string().contains("consume/2"), "{error}");
    let (shutdown, _) = harness.try_finish().await;
    assert!(shutdown.is_err());
}

#[tokio::test(start_paused = true)]
async fn all_instances_are_in_the_start_up_set() {
    let harness = Harness::with_config(Config::default());
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        sleep(seconds(number as u64)).await;
        ctx.ready();
        ctx.cancelled().await;
        Ok(())
    });
    let rules = Rules::never().ready(Readiness::Notify);
    let began = tokio::time::Instant::now();
    harness.add_instances(harness.spec(rules, body).with_instances(4)).expect("the names are free");
    let one = async { harness.wait_ready("consume/1").await.map(|()| began.elapsed().as_secs()) };
    let named = async { harness.wait_ready(CONSUME).await.map(|()| began.elapsed().as_secs()) };
    let all = async { harness.ready().await.map(|()| began.elapsed().as_secs()) };
    assert_eq!(tokio::join!(one, named, all), (Ok(1), Ok(3), Ok(3)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_scaled_away_holds_no_start_up() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number == 0 {
            ctx.ready();
        }
        ctx.cancelled().await;
        Ok(())
    });
    let spec = harness.spec(Rules::never().ready(Readiness::Notify), body).with_instances(2);
    harness.add_instances(spec).expect("the names are free");
    let scaling = async {
        sleep(seconds(1)).await;
        harness.scale(CONSUME, 1)
    };
    let (named, all, scaled) = tokio::join!(harness.wait_ready(CONSUME), harness.ready(), scaling);
    assert_eq!(scaled, Ok(2));
    assert!(named.is_ok() && all.is_ok(), "{named:?}, {all:?}");
    harness.finish().await;
}
