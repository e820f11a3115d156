//! A closure is no path.

#[taskvisor::task(fatal_if = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound)]
async fn poll() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
