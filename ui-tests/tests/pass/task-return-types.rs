//! Every return type that a task may have, in its usual spelling.

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::{fmt, io};

use taskvisor::{Config, ResultExt, RuntimeError, Supervisor, TaskError, TaskSpec};

/// An error of one's own, as people write it by hand.
#[derive(Debug)]
enum Own {
    Input(io::Error),
    Number(std::num::ParseIntError),
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => write!(f, "input: {error}"),
            Self::Number(error) => write!(f, "number: {error}"),
        }
    }
}

impl Error for Own {}

impl From<io::Error> for Own {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

impl From<std::num::ParseIntError> for Own {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Number(error)
    }
}

type Nothing = ();
type Alias<T = ()> = Result<T, Own>;
type Boxed = Box<dyn Error + Send + Sync>;

async fn read(text: &str) -> io::Result<&str> {
    tokio::task::yield_now().await;
    Ok(text)
}

mod values {
    use super::{Nothing, read};

    #[taskvisor::task]
    pub(super) async fn none() {
        assert!(read("5").await.is_ok());
    }

    #[taskvisor::task]
    pub(super) async fn unit() -> () {
        assert!(read("5").await.is_ok());
    }

    #[taskvisor::task]
    pub(super) async fn alias() -> Nothing {
        assert!(read("5").await.is_ok());
    }

    #[taskvisor::task]
    pub(super) async fn never() -> ! {
        std::future::pending().await
    }
}

#[taskvisor::task]
async fn own() -> Result<(), Own> {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn own_alias() -> Alias {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn standard() -> io::Result<()> {
    read("5").await?;
    Ok(())
}

#[taskvisor::task]
async fn formatting() -> fmt::Result {
    read("5").await.map_err(|_| fmt::Error)?;
    Ok(())
}

#[taskvisor::task]
async fn any() -> anyhow::Result<()> {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn report() -> eyre::Result<()> {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn boxed_alias() -> Result<(), Boxed> {
    read("5").await?.parse::<u32>()?;
    Ok(())
}

#[taskvisor::task]
async fn boxed_own() -> Result<(), Box<Own>> {
    read("5").await.map_err(Own::from)?;
    Ok(())
}

#[taskvisor::task]
async fn shared() -> Result<(), Arc<io::Error>> {
    read("5").await?;
    Ok(())
}

#[taskvisor::task]
async fn text() -> Result<(), &'static str> {
    read("5").await.map_err(|_| "no input")?;
    Ok(())
}

#[taskvisor::task]
async fn owned_text() -> Result<(), String> {
    read("5").await.map_err(|error| error.to_string())?;
    Ok(())
}

#[taskvisor::task]
async fn either_text() -> Result<(), Cow<'static, str>> {
    read("5").await.map_err(|_| "no input")?;
    Ok(())
}

#[taskvisor::task]
async fn cannot_fail() -> Result<(), Infallible> {
    assert!(read("5").await.is_ok());
    Ok(())
}

/// An error that classifies its own severity.
#[taskvisor::task]
async fn marked() -> Result<(), TaskError> {
    read("5").await?.parse::<u32>().fatal()?;
    Ok(())
}

#[taskvisor::task]
async fn unnamed() -> Result<(), impl Error + Send + Sync + 'static> {
    read("5").await.map(drop)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RuntimeError> {
    let endless = values::never::spec();
    assert_eq!(endless.name(), "never");
    let specs: Vec<TaskSpec> = vec![
        values::none::spec(),
        values::unit::spec(),
        values::alias::spec(),
        own::spec(),
        own_alias::spec(),
        standard::spec(),
        formatting::spec(),
        any::spec(),
        report::spec(),
        boxed::spec(),
        boxed_alias::spec(),
        boxed_own::spec(),
        shared::spec(),
        text::spec(),
        owned_text::spec(),
        either_text::spec(),
        cannot_fail::spec(),
        marked::spec(),
        unnamed::spec(),
    ];
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    for spec in specs {
        let handle = supervisor.add_task(spec).expect("its name is free");
        assert!(handle.outcome().await.is_completed());
    }
    // Called as functions, they return their declared types.
    assert!(own().await.is_ok() && any().await.is_ok() && unnamed().await.is_ok());
    supervisor.shutdown().await.map(drop)
}
