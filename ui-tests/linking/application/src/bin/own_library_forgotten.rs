//! Does not name its own library.

#[taskvisor::main]
async fn main() {}
