use taskvisor::{Readiness, Ready};

const READY: Readiness = Readiness::Start;

#[taskvisor::task(ready = READY)]
async fn serve(ready: Ready) {
    ready.notify();
}

fn main() {}
