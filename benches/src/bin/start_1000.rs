//! An application with 1,000 declared tasks, started by the work "start-up".

#[macro_use]
#[path = "../declared.rs"]
#[allow(unused_macros)]
mod declared;
#[path = "../polled.rs"]
mod polled;

const TASKS: u64 = 1000;

thousand_tasks!();

#[taskvisor::main(worker_threads = 2)]
async fn main() {}
