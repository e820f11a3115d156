//! Tasks that are submitted to slots with every admission, more than may wait.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use taskvisor::{Admission, ControllerSpec, TaskContext, TaskFn, TaskHandle, TaskSpec};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::{ADMISSIONS, is_outcome_of, keys};
use crate::KEYS;
use crate::driver::{Closed, Driver};

/// How many tasks are submitted before the driver awaits them, and how many of them in a row to the same slot.
const BURST: usize = 256;
const RUSH: usize = 16;

pub(crate) async fn drive(driver: Driver, number: usize) {
    let keys = keys();
    let mut accepted = Vec::with_capacity(BURST);
    for round in 0.. {
        let closed = submit_all(&driver, &keys, number + round, &mut accepted).is_err();
        driver.supervisor.clear_slot(&keys[round % KEYS]);
        for (admission, task) in accepted.drain(..) {
            driver.expect(&task, |outcome| is_outcome_of(admission, outcome)).await;
        }
        if closed {
            return;
        }
    }
}

fn submit_all(
    driver: &Driver,
    keys: &[Arc<str>],
    round: usize,
    accepted: &mut Vec<(Admission, TaskHandle)>,
) -> Result<(), Closed> {
    for index in 0..BURST {
        let key = (index / RUSH * 5 + round * 3) % KEYS;
        let admission = ADMISSIONS[(index + round) % ADMISSIONS.len()];
        let spec = ControllerSpec::new(spec(driver, key, index), admission).with_slot(Arc::clone(&keys[key]));
        accepted.extend(driver.submit(spec)?.map(|task| (admission, task)));
    }
    Ok(())
}

fn spec(driver: &Driver, key: usize, index: usize) -> TaskSpec {
    let world = driver.world.clone();
    // Marked by the attempt until the value is dropped: the slot must not be granted to another submission before that.
    let lane = Arc::new(OnceLock::new());
    let task = TaskFn::arc("keyed", move |ctx: TaskContext| {
        let (world, lane) = (world.clone(), Arc::clone(&lane));
        async move {
            let _attempt = world.attempt();
            lane.get_or_init(|| world.lane(key));
            match index % 8 {
                0 => drop(ctx.run_until_cancelled(sleep(Duration::from_millis(1))).await),
                1..=3 => yield_now().await,
                _ => {}
            }
            Ok(())
        }
    });
    TaskSpec::inherit(task)
}
