//! All that a task may return.

use std::fmt;

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl std::error::Error for Own {}

type Alias = Result<(), Own>;

#[taskvisor::task]
async fn unit() {}

#[taskvisor::task]
async fn written_unit() -> () {}

#[taskvisor::task]
async fn never() -> ! {
    std::future::pending().await
}

#[taskvisor::task(restart = "never")]
async fn own() -> Result<(), Own> {
    Err(Own)
}

#[taskvisor::task]
async fn alias() -> Alias {
    Ok(())
}

#[taskvisor::task]
async fn any() -> anyhow::Result<()> {
    "5".parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}

#[taskvisor::task]
async fn text() -> Result<(), &'static str> {
    Ok(())
}

#[taskvisor::task]
async fn words() -> Result<(), taskvisor::TaskError> {
    "5".parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn unnamed() -> Result<(), impl std::error::Error + Send + Sync + 'static> {
    Ok::<(), Own>(())
}

/// An entry point by another name, which is never called.
#[taskvisor::main]
#[allow(dead_code)]
async fn endless() -> ! {
    std::future::pending().await
}

#[taskvisor::main(crates = [anyhow])]
async fn main() -> anyhow::Result<()> {
    let specs = [unit::spec(), written_unit::spec(), never::spec(), own::spec(), alias::spec(), any::spec()];
    let more = [boxed::spec(), text::spec(), words::spec(), unnamed::spec()];
    assert_eq!(specs.len() + more.len(), 10);
    assert_eq!(own().await.unwrap_err().to_string(), "own");
    std::process::exit(0)
}
