//! An application with one declared task, started by the work "start-up".

#[macro_use]
#[path = "../declared.rs"]
#[allow(unused_macros)]
mod declared;
#[path = "../polled.rs"]
mod polled;

const TASKS: u64 = 1;

task!();

#[taskvisor::main(worker_threads = 2)]
async fn main() {}
