//! Lists all tasks and slots in a loop.

use taskvisor::{SlotStatus, TaskStatus};
use tokio::task::yield_now;

use crate::PER_SLOT;
use crate::driver::Driver;

pub(crate) async fn drive(driver: Driver) {
    while !driver.world.is_ending() {
        let tasks = driver.supervisor.tasks();
        if !tasks.is_sorted_by(|older, newer| older.id < newer.id) {
            driver.mistake(|| "the tasks are not listed by age".to_owned());
        }
        if let Some(task) = tasks.iter().find(|task| !is_sane(task)) {
            driver.mistake(|| format!("{task:?}"));
        }
        let slots = driver.supervisor.slots();
        if !slots.is_sorted_by(|one, other| one.key < other.key) {
            driver.mistake(|| "the slots are not listed by key".to_owned());
        }
        if let Some(slot) = slots.iter().find(|slot| !is_within_limits(slot)) {
            driver.mistake(|| format!("{slot:?}"));
        }
        driver.world.count_snapshot();
        yield_now().await;
    }
}

fn is_sane(task: &TaskStatus) -> bool {
    !task.name.is_empty() && u64::from(task.failures) <= task.attempt
}

/// One `Replace` and one `Latest` may exceed the limit of the queue.
fn is_within_limits(slot: &SlotStatus) -> bool {
    let is_apart = slot.waiting.iter().all(|waiter| waiter.id != slot.owner_id);
    is_apart && slot.waiting.len() <= PER_SLOT + 2
}
