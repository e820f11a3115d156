//! Every return type that a job may have, and the value that the caller receives.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use taskvisor::{Config, JobError, JobHandle, Supervisor, SupervisorHandle};
use tokio::task::yield_now;

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
    pub(crate) type Unrecognizable = Result<u32, super::Own>;
}

#[taskvisor::job]
async fn unit() {
    yield_now().await;
}

#[taskvisor::job]
async fn written_unit() -> () {
    yield_now().await;
}

#[taskvisor::job]
async fn value(seed: u32) -> Value {
    yield_now().await;
    Value(seed.into())
}

#[taskvisor::job]
async fn option(seed: u32) -> Option<Result<u32, Own>> {
    yield_now().await;
    Some(Ok(seed))
}

#[taskvisor::job]
async fn own(seed: u32) -> Result<Value, Own> {
    yield_now().await;
    if seed == 0 { Err(Own) } else { Ok(Value(seed.into())) }
}

#[taskvisor::job]
async fn alias(seed: u32) -> Alias<Vec<u32>> {
    yield_now().await;
    Ok(vec![seed])
}

#[taskvisor::job]
async fn unrecognizable(seed: u32) -> hidden::Unrecognizable {
    yield_now().await;
    Ok(seed)
}

#[taskvisor::job]
async fn nothing() -> Alias<()> {
    yield_now().await;
    Ok(())
}

#[taskvisor::job]
async fn any(text: String) -> anyhow::Result<u32> {
    yield_now().await;
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn report(text: String) -> eyre::Result<u32> {
    yield_now().await;
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn cannot_fail(seed: u32) -> Result<u32, Infallible> {
    yield_now().await;
    Ok(seed)
}

#[taskvisor::job]
async fn either(seed: &'static str) -> Result<Cow<'static, str>, Cow<'static, str>> {
    yield_now().await;
    Ok(seed.into())
}

/// What can be called, shared or awaited.
#[taskvisor::job]
async fn closure(seed: u32) -> Box<dyn Fn(&u32) -> u32 + Send> {
    yield_now().await;
    Box::new(move |other| seed + *other)
}

#[taskvisor::job]
async fn shared(seed: u32) -> Result<Arc<dyn fmt::Display + Send + Sync>, Own> {
    yield_now().await;
    Ok(Arc::new(seed))
}

#[taskvisor::job]
async fn future(seed: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    yield_now().await;
    Box::pin(async move { seed })
}

#[taskvisor::job]
async fn handle(seed: u32, supervisor: SupervisorHandle) -> anyhow::Result<JobHandle<u32>> {
    yield_now().await;
    Ok(supervisor.submit(cannot_fail { seed })?)
}

#[taskvisor::job]
async fn boxed(text: String) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    yield_now().await;
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn text(seed: &'static str) -> Result<&'static str, &'static str> {
    yield_now().await;
    Ok(seed)
}

#[taskvisor::job]
async fn words(text: String) -> Result<u32, taskvisor::TaskError> {
    yield_now().await;
    Ok(text.parse()?)
}

#[taskvisor::job]
async fn nested(seed: u32) -> Alias<Alias<u32>> {
    yield_now().await;
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
    assert_eq!(supervisor.submit(report { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(cannot_fail { seed: 4 }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(either { seed: "four" }).unwrap().await?, "four");
    assert_eq!(supervisor.submit(closure { seed: 3 }).unwrap().await?(&1), 4);
    assert_eq!(supervisor.submit(shared { seed: 4 }).unwrap().await?.to_string(), "4");
    assert_eq!(supervisor.submit(future { seed: 4 }).unwrap().await?.await, 4);
    assert_eq!(supervisor.submit(handle { seed: 4 }).unwrap().await?.await?, 4);
    assert_eq!(supervisor.submit(boxed { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(words { text: four() }).unwrap().await?, 4);
    assert_eq!(supervisor.submit(text { seed: "four" }).unwrap().await?, "four");
    assert!(matches!(supervisor.submit(nested { seed: 4 }).unwrap().await?, Ok(4)));
    let error = supervisor.submit(own { seed: 0 }).unwrap().await.err();
    assert!(error.is_some_and(|error| error.downcast_ref::<Own>().is_some()));
    Ok(())
}
