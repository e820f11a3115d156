//! Names a crate by the name of the renamed dependency.

#[taskvisor::main(crates = [books])]
async fn main() {}
