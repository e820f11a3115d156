//! Links a crate in two versions, and names it.

use invoices as _;

#[taskvisor::main(crates = [billing])]
async fn main() {}
