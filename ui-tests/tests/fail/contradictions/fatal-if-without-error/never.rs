//! Nor has one that never returns.

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::task(fatal_if = is_permanent)]
async fn poll() -> ! {
    std::future::pending().await
}

fn main() {}
