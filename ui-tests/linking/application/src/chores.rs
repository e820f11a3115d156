//! The declarations of the application's own library.

use taskvisor::prelude::*;

#[task]
async fn sweep() {
    println!("swept");
}

#[subscriber(on(Ended))]
async fn log(event: &Event) {
    println!("logged {event}");
}
