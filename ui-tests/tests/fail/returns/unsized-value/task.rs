#[taskvisor::task]
async fn ping() -> dyn std::error::Error {
    std::fmt::Error
}

fn main() {}
