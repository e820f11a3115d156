//! Names a crate as it calls itself, although its dependency is renamed.

extern crate books as ledger;

#[taskvisor::main(crates = [ledger])]
async fn main() {}
