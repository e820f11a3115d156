//! Names a crate and its own library, which no other line names.

#[taskvisor::main(crates = [billing, application])]
async fn main() {}
