//! What the application's own library declares.

use taskvisor::prelude::*;

#[task]
async fn sweep() {
    println!("swept");
}

#[subscriber(on(Ended))]
async fn log(event: &Event) {
    println!("logged {event}");
}
