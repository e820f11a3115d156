//! Links a crate and does not name it, and has no task.

use billing as _;

#[taskvisor::main]
async fn main() {}
