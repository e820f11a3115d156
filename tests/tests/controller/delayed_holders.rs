//! `Delayed` of a wait for a permit names the limit, and the tasks that hold its permits.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use taskvisor::{
    Config, Event, EventKind, Holders, LimitScope, TaskError, TaskFn, TaskHandle, TaskId, WaitingOn,
};
use tests::{EventLog, Harness, Rules, Script};
use tokio::time::sleep;

use crate::own_permits::{all_complete, alone, lasts, work};
use crate::support::*;

/// The reports of a task: the limit, the seconds of the wait, and the holders.
fn reports(event_log: &EventLog, task: &TaskHandle) -> Vec<(LimitScope, u64, Holders)> {
    let report = |event: &Event| match &event.kind {
        EventKind::Delayed { on: WaitingOn::Permit { of, .. }, since, held_by, .. } => {
            Some((of.clone(), event.at.duration_since(*since).as_secs(), held_by.clone()))
        }
        _ => None,
    };
    event_log.events_of(task).filter_map(report).collect()
}

fn ids(holders: &Holders) -> Vec<TaskId> {
    holders.listed().iter().map(|holder| holder.id).collect()
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_permit_of_a_job_names_its_holder() {
    let harness = Harness::new();
    let owner = work(&harness, "a", alone(), lasts(50));
    sleep(seconds(3)).await;
    let beside = harness.submit_to("other", Queue, Rules::never(), Script::task("beside", lasts(60)));
    let waits = work(&harness, "b", alone(), lasts(1));
    all_complete(&[owner.clone(), beside, waits.clone()]).await;
    let event_log = harness.finish().await;
    let found = reports(&event_log, &waits);
    assert_eq!(found.iter().map(|(_, waited, _)| *waited).collect::<Vec<_>>(), [10, 20, 40]);
    for (of, _, held_by) in &found {
        assert!(matches!(of, LimitScope::Task { name, .. } if name == "work"), "{of}");
        assert_eq!((ids(held_by), held_by.total()), (vec![owner.id()], 1));
    }
    let began = event_log.events_of(&owner).find(|event| matches!(event.kind, EventKind::Started { .. }));
    let since = found[0].2.listed()[0].since;
    assert_eq!(Some(since), began.map(|event| event.at), "since the begin of its attempt");
    let line = event_log.events_of(&waits).find(|event| matches!(event.kind, EventKind::Delayed { .. }));
    assert_eq!(
        line.map(ToString::to_string),
        Some(format!(
            "work#{} [b] delayed on=permit of=work held_by=\"work#{}\" waited=10s",
            waits.id(),
            owner.id()
        ))
    );
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_waits_for_the_supervisor_is_named() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(15)));
    harness.reach(&owner, 1).await;
    let [first, second] = ["a", "b"].map(|slot| work(&harness, slot, alone(), lasts(1)));
    all_complete(&[owner.clone(), first.clone(), second.clone()]).await;
    let event_log = harness.finish().await;
    let [(of, 10, held_by)] = &reports(&event_log, &first)[..] else { panic!("one report") };
    assert_eq!((of, ids(held_by)), (&LimitScope::Supervisor, vec![owner.id()]));
    let [(of, 10, held_by)] = &reports(&event_log, &second)[..] else { panic!("one report") };
    assert_eq!((of.to_string().as_str(), ids(held_by)), ("`work`", vec![first.id()]));
}

#[tokio::test(start_paused = true)]
async fn at_most_eight_holders_are_listed_and_all_are_counted() {
    let harness = Harness::new();
    let rules = Rules::never().max_concurrent(10);
    let mut tasks = Vec::new();
    for number in 0..10 {
        tasks.push(work(&harness, &format!("slot {number}"), rules, lasts(100)));
        sleep(SECOND).await;
    }
    let waits = work(&harness, "last", rules, lasts(1));
    tasks.push(waits.clone());
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    let found = reports(&event_log, &waits);
    let (_, _, held_by) = &found[0];
    assert_eq!(held_by.total(), 10);
    let longest: Vec<_> = tasks[..8].iter().map(TaskHandle::id).collect();
    assert_eq!(ids(held_by), longest, "those that began first");
    let text = held_by.to_string();
    assert!(text.ends_with(&format!("work#{} and 2 more", tasks[7].id())), "{text}");
}

#[tokio::test(start_paused = true)]
async fn many_waiters_name_the_same_holders() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(2));
    let owners = ["a", "b"].map(|slot| work(&harness, slot, Rules::never(), lasts(15)));
    harness.settle().await;
    let waiters: Vec<_> =
        (0..20).map(|number| work(&harness, &format!("slot {number}"), Rules::never(), lasts(1))).collect();
    all_complete(&waiters).await;
    let event_log = harness.finish().await;
    let owners = owners.map(|owner| owner.id());
    for waiter in &waiters {
        let found = reports(&event_log, waiter);
        assert_eq!(found[0].1, 10);
        assert_eq!(ids(&found[0].2), owners);
    }
}

#[tokio::test(start_paused = true)]
async fn holders_of_later_reports_are_those_of_that_time() {
    let harness = Harness::new();
    let first = work(&harness, "a", alone(), lasts(15));
    let second = work(&harness, "b", alone(), lasts(15));
    let waits = work(&harness, "c", alone(), lasts(1));
    all_complete(&[first.clone(), second.clone(), waits.clone()]).await;
    let event_log = harness.finish().await;
    let found = reports(&event_log, &waits);
    let found: Vec<_> = found.iter().map(|(_, waited, held_by)| (*waited, ids(held_by))).collect();
    assert_eq!(found, [(10, vec![first.id()]), (20, vec![second.id()])]);
}

#[tokio::test(start_paused = true)]
async fn a_reported_holder_is_freed_after_its_end() {
    let harness = Harness::new();
    let alive = Arc::new(());
    let error = Held(Arc::clone(&alive));
    let task = TaskFn::arc("work", move || {
        let error = error.clone();
        async move {
            sleep(seconds(15)).await;
            Err(TaskError::fatal(error))
        }
    });
    let owner = harness.submit_to("a", Queue, alone(), task);
    let waits = work(&harness, "b", alone(), lasts(1));
    outcome_of(&owner).await;
    assert!(outcome_of(&waits).await.is_completed());
    drop((owner, waits));
    let event_log = harness.finish().await;
    assert!(Arc::strong_count(&alive) > 1, "the events have it");
    drop(event_log);
    assert_eq!(Arc::strong_count(&alive), 1, "the list of holders keeps the task");
}

/// An error that counts its copies.
#[derive(Clone, Debug)]
struct Held(Arc<()>);

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", Arc::strong_count(&self.0))
    }
}

impl Error for Held {}
