//! Names its own library in a `use`.

use application as _;

#[taskvisor::main]
async fn main() {}
