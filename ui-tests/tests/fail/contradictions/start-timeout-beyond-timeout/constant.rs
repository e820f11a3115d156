use std::time::Duration;

use taskvisor::Ready;

const LIMIT: Duration = Duration::from_secs(60);

#[taskvisor::task(timeout = "5s", start_timeout = LIMIT)]
async fn serve(ready: Ready) {
    ready.notify();
}

fn main() {}
