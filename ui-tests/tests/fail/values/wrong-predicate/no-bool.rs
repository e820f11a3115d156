//! A predicate answers yes or no.

fn is_permanent(_: &std::io::Error) {}

#[taskvisor::task(fatal_if = is_permanent)]
async fn poll() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
