#[taskvisor::task]
fn ping() {}

fn main() {
    // The declaration can still be used, so that this is no second error.
    let _ = ping::spec();
}
