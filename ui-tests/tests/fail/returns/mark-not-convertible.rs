use std::fmt;

use taskvisor::ResultExt;

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error of this crate")
    }
}

impl std::error::Error for Own {}

#[taskvisor::task]
async fn ping() -> Result<(), Own> {
    std::fs::read("ping").fatal()?;
    Ok(())
}

fn main() {}
