//! Contract 24: a state that code outside of the tasks reads.

use std::sync::Arc;

use taskvisor::{Config, State, Supervisor, TaskFn, TaskSpec};

use crate::support::SECOND;

#[derive(Debug, PartialEq)]
struct Region(&'static str);

fn with_region() -> Supervisor {
    Supervisor::builder(Config::default()).state(Region("north")).build()
}

#[tokio::test(start_paused = true)]
async fn a_state_is_found_by_its_type() {
    let supervisor = with_region();
    let state = supervisor.handle().state::<Region>().expect("it was registered");
    assert_eq!(*state, Region("north"));
    assert_eq!(supervisor.state::<&'static str>(), None, "no state of this type was registered");
}

#[tokio::test(start_paused = true)]
async fn it_is_the_same_state_that_the_tasks_have() {
    let supervisor = with_region();
    let outside = supervisor.handle().state::<Region>().expect("it was registered");
    let expected = Arc::as_ptr(&outside) as usize;
    let body = TaskFn::arc("compare", move |state: State<Region>| {
        assert_eq!(std::ptr::from_ref::<Region>(&state) as usize, expected);
        async { Ok(()) }
    });
    let task = supervisor.add_task(TaskSpec::once(body)).expect("the name is free");
    assert!(task.outcome().await.is_completed());
}

#[tokio::test(start_paused = true)]
async fn a_held_state_outlives_its_supervisor() {
    let supervisor = with_region();
    let handle = supervisor.handle();
    let held = handle.state::<Region>().expect("it was registered");
    drop(supervisor);
    tokio::time::sleep(SECOND).await;
    assert_eq!(handle.state::<Region>(), None, "the supervisor has ended");
    assert_eq!(*held, Region("north"));
    assert!(Arc::into_inner(held).is_some(), "nothing else holds it");
}
