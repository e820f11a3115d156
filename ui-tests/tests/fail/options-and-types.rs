//! Mistakes of several kinds in one function: wrong options, a wrong signature and wrong types are reported in one build.

use std::rc::Rc;

use taskvisor::{App, Event};

const LIMIT: &str = "three";

#[taskvisor::task(max_retry = 3)]
async fn task(_db: u64) -> u8 {
    0
}

#[taskvisor::task(timeout = "5 parsecs", max_retries = LIMIT)]
async fn task_with_a_constant() {}

#[taskvisor::task]
fn task_of_a_thread(_db: u64) {}

#[taskvisor::job(slot = "{tennant}", max_retry = 3, queue = LIMIT)]
async fn job(tenant: Rc<u64>, #[inject] _flag: bool) -> Rc<u64> {
    tenant
}

#[taskvisor::job]
async unsafe fn unsafe_job(tenant: Rc<u64>, #[inject] _flag: bool) -> Rc<u64> {
    tenant
}

#[taskvisor::subscriber(quene = 8)]
async fn subscriber(_event: &Event, _db: u64) {}

#[taskvisor::subscriber]
async fn subscriber_of_a_value(_event: &Event, _db: u64) -> u8 {
    0
}

#[taskvisor::main(max_concurent = 8, grace = LIMIT)]
async fn main(_app: &mut App) -> u8 {
    0
}
