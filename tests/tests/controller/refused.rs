//! A refusal says why and gives the submission back. A refused submission has no outcome and no events of a task.

use taskvisor::{
    BackoffPolicy, Config, ControllerSpec, EventKind, EventName, RestartPolicy, RuntimeError, State,
    Supervisor, TaskFn, TaskSpec,
};
use tests::{Harness, Rules, Trace};

use crate::support::*;

struct Database;

#[tokio::test(start_paused = true)]
async fn a_refused_submission_comes_back_as_it_was() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let error = refused(&harness, DropIfRunning, one_attempt("later"));
    assert_eq!(error.to_string(), "the slot `slot` is busy: retry later, or use an admission that waits");
    let submission = error.into_submission();
    harness.cancel(&owner);
    outcome_of(&owner).await;
    let later = harness.submit(submission).expect("the slot is free");
    harness.watch_in(SLOT, &later);
    assert_eq!(later.name(), "later");
    assert_eq!(harness.slots()[0].key.as_ref(), SLOT);
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("busy"))));
    assert!(outcome_of(&later).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&later), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_published_with_name_slot_and_reason() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let reason = refused(&harness, DropIfRunning, one_attempt("dropped")).to_string();
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Refused), 1);
    let refused = event_log.events().iter().find(|event| event.kind.name() == EventName::Refused);
    let refused = refused.expect("the refusal is published");
    assert_eq!((refused.id(), refused.task()), (None, None), "a refused submission is no task");
    let EventKind::Refused { task, slot, reason: published, .. } = &refused.kind else { panic!("{refused}") };
    assert_eq!((task.as_str(), slot.as_deref(), published), ("dropped", Some(SLOT), &reason));
    assert!(event_log.ids_of("dropped").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_missing_state_is_refused() {
    let harness = Harness::new();
    let task = TaskFn::arc("needy", |_: State<Database>| async { Ok(()) });
    let error = refused(&harness, Queue, task);
    assert!(matches!(error.reason(), RuntimeError::MissingState { name, .. } if name == "needy"), "{error}");
    assert!(harness.slots().is_empty(), "the slot was never taken");
    assert_eq!(error.into_submission().into_spec().name(), "needy");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn rules_that_contradict_each_other_are_refused() {
    let harness = Harness::new();
    let spec = TaskSpec::new(one_attempt("odd"), RestartPolicy::Never, BackoffPolicy::default(), None);
    let error = harness.submit(ControllerSpec::queue(spec.with_max_retries(3))).expect_err("contradictory");
    assert!(matches!(error.reason(), RuntimeError::InvalidSpec { .. }), "{error}");
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_or_blank_slot_is_refused() {
    let harness = Harness::new();
    for slot in ["", "  "] {
        let spec = TaskSpec::inherit(one_attempt("work"));
        let error = harness.submit(ControllerSpec::queue(spec).with_slot(slot)).expect_err("it has no key");
        assert_eq!(
            error.to_string(),
            "`work`: the slot is empty or blank, and it is the key under which submissions compete: put fixed text beside the \
             value, such as `region-`"
        );
        assert_eq!(error.into_submission().slot(), slot);
    }
    assert!(harness.slots().is_empty());
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Refused), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_fits_into_any_error() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let error = refused(&harness, DropIfRunning, one_attempt("dropped"));
    let into_anyhow = || -> anyhow::Result<()> { Err(error)? };
    assert_eq!(
        into_anyhow().expect_err("an error").to_string(),
        "the slot `slot` is busy: retry later, or use an admission that waits"
    );
    let error = refused(&harness, DropIfRunning, one_attempt("dropped"));
    assert!(matches!(RuntimeError::from(error), RuntimeError::Busy { slot, .. } if slot == SLOT));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_accepted_after_a_stop_request() {
    let harness = Harness::new();
    harness.stop();
    for admission in ALL {
        let error = refused(&harness, admission, one_attempt("late"));
        assert!(matches!(error.reason(), RuntimeError::ShuttingDown));
        assert_eq!(error.into_submission().into_spec().name(), "late");
    }
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("late").is_empty());
    assert!(event_log.count(EventName::Refused) <= ALL.len());
}

#[test]
fn a_submission_refused_without_a_runtime_can_be_retried() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    let submission = ControllerSpec::queue(trace.spec(Rules::never(), one_attempt("work"))).with_slot(SLOT);
    let error = supervisor.submit(submission).expect_err("there is no runtime");
    assert!(matches!(error.reason(), RuntimeError::NoRuntime), "{error}");
    assert!(supervisor.slots().is_empty());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let task = supervisor.submit(error.into_submission()).expect("there is a runtime now");
        trace.in_slot(&task, SLOT);
        trace.ended(&task, task.outcome().await);
        supervisor.shutdown().await.expect("in order");
    });
    assert!(trace.check().lines().iter().any(|line| line == "work ended completed"));
}
