//! Names a crate twice: by its own name, and by the name of the renamed dependency.

extern crate billing as accounts;

#[taskvisor::main(crates = [billing, accounts])]
async fn main() {}
