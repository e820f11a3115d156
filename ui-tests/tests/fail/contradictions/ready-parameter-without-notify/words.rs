use taskvisor::Ready;

#[taskvisor::task(ready = "success")]
async fn serve(ready: Ready) {
    ready.notify();
}

fn main() {}
