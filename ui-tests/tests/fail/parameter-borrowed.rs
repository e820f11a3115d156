#[taskvisor::task]
async fn mutable(counter: &mut u32) {
    *counter += 1;
}

#[taskvisor::task]
async fn text(_name: &str) {}

fn main() {}
