//! All that a job may return, and what arrives of it.

use std::fmt;

use taskvisor::{Config, JobError, Supervisor};

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl std::error::Error for Own {}

/// Neither `Clone` nor `Sync`.
struct Value(std::cell::Cell<u32>);

type Alias<T> = Result<T, Own>;

mod hidden {
    pub type Unrecognizable = Result<u32, super::Own>;
}

#[taskvisor::job]
async fn unit() {}

#[taskvisor::job]
async fn written_unit() -> () {}

#[taskvisor::job]
async fn value(seed: u32) -> Value {
    Value(seed.into())
}

#[taskvisor::job]
async fn option(seed: u32) -> Option<Result<u32, Own>> {
    Some(Ok(seed))
}

#[taskvisor::job]
async fn own(seed: u32) -> Result<Value, Own> {
    if seed == 0 { Err(Own) } else { Ok(Value(seed.into())) }
}

#[taskvisor::job]
async fn alias(seed: u32) -> Alias<Vec<u32>> {
    Ok(vec![seed])
}

#[taskvisor::job]
async fn unrecognizable(seed: u32) -> hidden::Unrecognizable {
    Ok(seed)
}

#[taskvisor::job]
async fn nothing() -> Alias<()> {
    Ok(())
}

#[taskvisor::job]
async fn any(text: String) -> anyhow::Result<u32> {
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn boxed(text: String) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn text(seed: &'static str) -> Result<&'static str, &'static str> {
    Ok(seed)
}

#[taskvisor::job]
async fn words(text: String) -> Result<u32, taskvisor::TaskError> {
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn nested(seed: u32) -> Alias<Alias<u32>> {
    Ok(Ok(seed))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), JobError> {
    let runtime = Supervisor::new(Config::default(), Vec::new());
    let supervisor = runtime.handle();
    let four = || "4".to_owned();
    let () = supervisor.submit(unit {}).unwrap().await?;
    let () = supervisor.submit(written_unit {}).unwrap().await?;
    let () = supervisor.submit(nothing {}).unwrap().await?;
    assert_eq!(supervisor.submit(value { seed: 4 }).unwrap().await?.0.get(), 4);
    assert!(matches!(supervisor.submit(option { seed: 4 }).unwrap().await?, Some(Ok(4))));
    assert_eq!(supervisor.submit(own { seed: 4 }).unwrap().await?.0.get(), 4);
    assert_eq!(supervisor.submit(alias { seed: 4 }).unwrap().await?, [4]);
    assert_eq!(supervisor.submit(unrecognizable { seed: 4 }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(any { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(boxed { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(words { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(text { seed: "four" }).unwrap().await?, "four");
    assert!(matches!(supervisor.submit(nested { seed: 4 }).unwrap().await?, Ok(4)));
    let error = supervisor.submit(own { seed: 0 }).unwrap().await.err();
    assert!(error.is_some_and(|error| error.downcast_ref::<Own>().is_some()));
    Ok(())
}
