//! Jobs, which share the slots with the tasks: each submitter receives its own value.

use taskvisor::prelude::*;
use tokio::task::yield_now;

use super::{ADMISSIONS, is_outcome_of};
use crate::KEYS;
use crate::driver::{Closed, Driver};
use crate::world::World;

const BURST: usize = 128;
const RUSH: usize = 16;

/// How many jobs may wait for a slot.
const QUEUE: usize = 4;

#[job(slot = "key-{key}", queue = QUEUE)]
async fn double(key: usize, number: u64, world: State<World>) -> u64 {
    let _attempt = world.attempt();
    let _lane = world.lane(key);
    yield_now().await;
    number * 2
}

/// Succeeds with the second attempt, if the number is even.
#[job(slot = "key-{key}", max_retries = 1, backoff = "none")]
async fn halve(key: usize, number: u64, ctx: TaskContext, world: State<World>) -> Result<u64, String> {
    let _attempt = world.attempt_number(ctx.attempt());
    let _lane = world.lane(key);
    if ctx.attempt() == 2 && number % 2 == 0 { Ok(number / 2) } else { Err(format!("{number} is odd")) }
}

/// The name of the jobs that wait for room.
pub(crate) const PATIENT: &str = patient::NAME;

/// Waits for room, and is never refused.
#[job(slot = "key-{key}", queue = 1)]
async fn patient(key: usize, number: u64, world: State<World>) -> u64 {
    let _attempt = world.attempt();
    let _lane = world.lane(key);
    yield_now().await;
    number + 1
}

type Accepted = (Admission, u64, JobHandle<u64>);

pub(crate) async fn drive(driver: Driver) {
    let (mut doubles, mut halves) = (Vec::with_capacity(BURST), Vec::with_capacity(BURST));
    for round in 0.. {
        let closed = submit_all(&driver, round, &mut doubles, &mut halves).is_err();
        for (admission, number, job) in doubles.drain(..) {
            expect(&driver, job, number * 2, |outcome| is_outcome_of(admission, outcome)).await;
        }
        for (admission, number, job) in halves.drain(..) {
            let is_promised = |outcome: &Outcome| match outcome {
                Outcome::Completed => number % 2 == 0,
                Outcome::Failed(failure) => number % 2 == 1 && failure.attempt() == 2,
                outcome => is_outcome_of(admission, outcome),
            };
            expect(&driver, job, number / 2, is_promised).await;
        }
        if closed {
            return;
        }
    }
}

fn submit_all(
    driver: &Driver,
    round: usize,
    doubles: &mut Vec<Accepted>,
    halves: &mut Vec<Accepted>,
) -> Result<(), Closed> {
    for index in 0..BURST {
        let (key, number) = ((index / RUSH * 7 + round) % KEYS, index as u64);
        let admission = ADMISSIONS[(index + round) % ADMISSIONS.len()];
        let double = driver.submit(double { key, number }.with_admission(admission))?;
        doubles.extend(double.map(|job| (admission, number, job)));
        let halve = driver.submit(halve { key, number }.with_admission(admission))?;
        halves.extend(halve.map(|job| (admission, number, job)));
    }
    Ok(())
}

pub(crate) async fn wait_for_room(driver: Driver, number: usize) {
    for round in 0_u64.. {
        let job = patient { key: number, number: round };
        let Some(job) = driver.submit_wait(job).await else { return };
        expect(&driver, job, round + 1, |outcome| is_outcome_of(Admission::Queue, outcome)).await;
    }
}

/// There is a value exactly if the job completed, and it is the right one.
async fn expect(driver: &Driver, job: JobHandle<u64>, value: u64, promised: impl FnOnce(&Outcome) -> bool) {
    let outcome = job.outcome().await;
    driver.ended(job.task(), &outcome, promised);
    let task = job.task().clone();
    let is_right = match job.await {
        Ok(given) => outcome.is_completed() && given == value,
        Err(JobError::Ended(reported)) => reported.to_string() == outcome.to_string(),
        Err(_) => false,
    };
    if !is_right {
        driver.mistake(|| format!("{}#{}: {outcome}, but not with its value", task.name(), task.id()));
    }
}
