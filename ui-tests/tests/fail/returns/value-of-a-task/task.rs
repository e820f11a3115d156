#[taskvisor::task]
async fn ping() -> u32 {
    1
}

fn main() {}
