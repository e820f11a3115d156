//! A library that declares two tasks in one line, and whose dependents call it otherwise.

use taskvisor::prelude::*;

macro_rules! tasks {
    ($($name:ident says $text:literal)*) => {$(
        /// Says that it ran.
        #[task]
        pub async fn $name() {
            println!($text);
        }
    )*};
}

tasks! { balance says "balanced" reconcile says "reconciled" }
