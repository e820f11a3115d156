use taskvisor::Ready;

#[taskvisor::task(timeout = "5s", start_timeout = "1m")]
async fn serve(ready: Ready) {
    ready.notify();
}

fn main() {}
