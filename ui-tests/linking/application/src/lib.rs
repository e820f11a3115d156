//! The application's own library.

mod chores;

use taskvisor::prelude::*;

#[task]
async fn weed() {
    println!("weeded");
}
