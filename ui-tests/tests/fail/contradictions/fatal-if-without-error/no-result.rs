//! A function that returns nothing has no error.

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::task(fatal_if = is_permanent)]
async fn poll() {}

fn main() {}
