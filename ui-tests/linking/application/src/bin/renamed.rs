//! Names a crate as its dependency is renamed.

#[taskvisor::main(crates = [books])]
async fn main() {}
