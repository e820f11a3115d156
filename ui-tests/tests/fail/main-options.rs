#[taskvisor::main(flavor = "current_thread", worker_threads = 4, threads = 2, crates = ["my-crate"])]
async fn main() {}
