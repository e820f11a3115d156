//! Names a crate twice: as it calls itself, and as it is called here.

extern crate billing as accounts;

#[taskvisor::main(crates = [billing, accounts])]
async fn main() {}
