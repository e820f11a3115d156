#[taskvisor::task]
async fn ping(counter: &mut u32) {
    *counter += 1;
}

fn main() {}
