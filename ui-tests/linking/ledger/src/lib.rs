//! A library that declares two tasks in one line. Its dependents rename it.

use taskvisor::prelude::*;

macro_rules! tasks {
    ($($name:ident says $text:literal)*) => {$(
        /// Prints that it ran.
        #[task]
        pub async fn $name() {
            println!($text);
        }
    )*};
}

tasks! { balance says "balanced" reconcile says "reconciled" }
