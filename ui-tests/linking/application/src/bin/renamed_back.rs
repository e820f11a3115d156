//! Names a crate by its own name, although the dependency is renamed.

extern crate books as ledger;

#[taskvisor::main(crates = [ledger])]
async fn main() {}
