#[taskvisor::task]
async fn ping() -> &str {
    "done"
}

fn main() {}
