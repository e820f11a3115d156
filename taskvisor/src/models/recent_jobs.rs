//! Models of the jobs that are kept after their ends, with the shipped actors: an accepted job is always found, live or ended.

use std::sync::Arc;

use loom::thread;

use super::world::{Added, World, at_once};
use super::{explore_within, join};
use crate::job::JobStatus;
use crate::policy::Config;
use crate::runtime::registry::slot::Admission;
use crate::task::TaskId;

fn world(recent_jobs: usize) -> World {
    World::with(Config::default().with_recent_jobs(recent_jobs), Vec::new())
}

fn submit(world: &World) -> Added {
    world.submit(Admission::Queue, at_once()).expect("the queue has room")
}

fn has_ended(world: &World, id: TaskId) -> bool {
    match world.supervisor.job_status(id) {
        Some(JobStatus::Ended(job)) => {
            assert!(job.outcome.is_completed() && job.attempts == 1, "{job:?}");
            true
        }
        Some(JobStatus::Live(_)) => false,
        None => panic!("the job is neither live nor ended"),
    }
}

/// `job_status` × `deregister`, `finish`: an accepted job is found before, during and after its end, and its end stays.
#[test]
fn an_accepted_job_is_found_live_or_ended() {
    explore_within(3, || {
        let world = world(2);
        let job = submit(&world);
        let id = job.handle.id();
        let handle = job.handle.clone();
        let running = job.spawn();
        let visible = handle.is_finished();
        let ended = has_ended(&world, id);
        assert!(ended || !visible, "the end was visible, and is not found");
        assert!(has_ended(&world, id) || !ended, "an end is final");
        assert!(join(running).is_completed());
        assert!(has_ended(&world, id));
    });
}

/// `register_submission` × `cells` × `job_status`: a job that is registered is found by its id, also once it has ended.
#[test]
fn a_registered_job_is_found() {
    explore_within(3, || {
        let world = Arc::new(world(2));
        let submitting = Arc::clone(&world);
        let running = thread::spawn(move || submit(&submitting).run());
        for cell in world.shared.registry.cells() {
            let _live_or_ended = has_ended(&world, cell.id());
        }
        assert!(join(running).is_completed());
    });
}

/// `end` × `end` × `recent_jobs`: with room for one, the last one stays, and no live entry is left.
#[test]
fn the_job_that_ended_last_stays() {
    explore_within(2, || {
        let world = world(1);
        let jobs = [submit(&world), submit(&world)];
        let last = jobs[1].handle.id();
        let running = jobs.map(Added::spawn);
        assert!(world.supervisor.recent_jobs().len() <= 1);
        for job in running {
            assert!(join(job).is_completed());
        }
        let kept: Vec<_> = world.supervisor.recent_jobs().iter().map(|job| job.id).collect();
        assert_eq!(kept, [last], "the slot runs them in order");
        assert!(world.is_empty());
    });
}
