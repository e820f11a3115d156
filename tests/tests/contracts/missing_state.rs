//! A task that needs an unregistered state is refused before it starts.

use std::sync::Arc;

use taskvisor::{
    AddError, Config, EventName, FromContext, Needs, RuntimeError, State, TaskContext, TaskFn, TaskRef,
};
use tests::{Harness, Rules};

struct Db;
struct Cache;

fn needs_both() -> TaskRef {
    TaskFn::arc("work", |_: State<Db>, _: State<Cache>| async { Ok(()) })
}

fn refused(harness: &Harness, task: TaskRef) -> AddError {
    harness.add_task(harness.spec(Rules::never(), task)).expect_err("a state is missing")
}

#[tokio::test(start_paused = true)]
async fn the_refusal_names_the_task_and_all_missing_types() {
    let harness = Harness::new();
    let error = refused(&harness, needs_both());
    match error.reason() {
        RuntimeError::MissingState { name, types, .. } => {
            assert_eq!(name, "work");
            assert_eq!(types.len(), 2);
            assert!(types[0].ends_with("Db") && types[1].ends_with("Cache"), "{types:?}");
        }
        other => panic!("{other}"),
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_registered_state_is_not_named() {
    let harness = Harness::build(Config::default(), |builder| builder.state(Db));
    match refused(&harness, needs_both()).reason() {
        RuntimeError::MissingState { types, .. } => assert!(types.len() == 1 && types[0].ends_with("Cache")),
        other => panic!("{other}"),
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_spec_comes_back_and_runs_where_the_state_is() {
    let without = Harness::new();
    let spec = refused(&without, needs_both()).into_spec();
    without.finish().await;
    let with = Harness::build(Config::default(), |builder| builder.state(Db).state(Cache));
    with.trace().set_rules("work", Rules::never());
    let task = with.add_task(spec).expect("nothing is missing");
    with.watch(&task);
    assert!(with.outcome(&task).await.is_completed());
    with.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_task_leaves_no_event_and_its_name_free() {
    let harness = Harness::new();
    let _refused = refused(&harness, needs_both());
    assert!(!harness.is_alive("work"));
    let task = harness.add(Rules::never(), TaskFn::arc("work", || async { Ok(()) }));
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.count(EventName::Added), 1);
}

#[tokio::test(start_paused = true)]
async fn the_refusal_explains_a_related_registered_type() {
    let harness =
        Harness::build(Config::default(), |builder| builder.state(Arc::new(Db)).state("text").state(7));
    let task = TaskFn::arc("work", |_: State<Db>| async { Ok(()) });
    assert_eq!(
        refused(&harness, task).to_string(),
        "`work` needs `State<Db>`, but no state of that type was registered: an `Arc<Db>` was registered; `State` already \
         shares its value, so register the `Db` itself, or take `State<Arc<Db>>`"
    );
    let task = TaskFn::arc("work", |_: State<String>, _: State<u64>, _: State<Cache>| async { Ok(()) });
    assert_eq!(
        refused(&harness, task).to_string(),
        "`work` needs `State<String>`; `State<u64>`; `State<Cache>`, but no states of those types were registered: a \
         `&'static str` was registered: write `.state(value.to_string())`, or take `State<&'static str>`; an `i32` was \
         registered: write `.state::<u64>(…)`, or take `State<i32>`; call `.state(…)` for `State<Cache>`"
    );
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_related_type_lists_the_registered_ones() {
    let without = Harness::new();
    let needs_db = || TaskFn::arc("work", |_: State<Db>| async { Ok(()) });
    assert_eq!(
        refused(&without, needs_db()).to_string(),
        "`work` needs `State<Db>`, but no state was registered: call `.state(…)`"
    );
    without.finish().await;
    let with = Harness::build(Config::default(), |builder| builder.state(Cache).state(7_u32));
    assert_eq!(
        refused(&with, needs_db()).to_string(),
        "`work` needs `State<Db>`, but no state of that type was registered: call `.state(…)`; the registered types are \
         `Cache`, `u32`"
    );
    with.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_need_of_a_custom_parameter_is_explained_too() {
    struct MayCount;

    impl FromContext for MayCount {
        fn from_context(_: &TaskContext) -> Self {
            Self
        }

        fn needs(needs: &mut Needs<'_>) {
            needs.state::<Option<Db>>();
        }
    }
    let harness = Harness::build(Config::default(), |builder| builder.state(Db));
    let task = TaskFn::arc("work", |_: MayCount| async { Ok(()) });
    match refused(&harness, task).reason() {
        error @ RuntimeError::MissingState { registered, .. } => {
            assert!(registered.len() == 1 && registered[0].ends_with("::Db"), "{registered:?}");
            let expected = "a `Db` was registered: take `Option<State<Db>>` instead of `State<Option<Db>>`";
            assert!(error.to_string().ends_with(expected), "{error}");
        }
        other => panic!("{other}"),
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_starts_nothing_if_one_of_its_tasks_misses_a_state() {
    let harness = Harness::new();
    let fine = harness.spec(Rules::never(), TaskFn::arc("fine", || async { Ok(()) }));
    let broken = harness.spec(Rules::never(), needs_both());
    let refused = harness.run(vec![fine, broken]).await.expect_err("a state is missing");
    assert!(matches!(refused, RuntimeError::MissingState { .. }), "{refused}");
    assert_eq!(harness.finish().await.count(EventName::Added), 0);
}

#[tokio::test(start_paused = true)]
async fn a_state_registered_twice_is_an_error_of_the_first_call() {
    let harness = Harness::build(Config::default(), |builder| builder.state(7_u32).state(8_u32));
    let error = refused(&harness, TaskFn::arc("work", || async { Ok(()) }));
    assert!(matches!(error.reason(), RuntimeError::DuplicateState { type_name: "u32", .. }), "{error}");
    harness.finish().await;
}
