//! Readiness in every spelling: the options, the parameter `Ready`, an alias of it, and an extractor that contains one.

use std::time::Duration;

use taskvisor::{FromContext, Needs, Readiness, Ready, SupervisorHandle, TaskContext};

const READY: Readiness = Readiness::Notify;
const LIMIT: Duration = Duration::from_secs(5);

#[taskvisor::task(ready = "start", restart = "never")]
async fn start(ctx: TaskContext) {
    ctx.cancelled().await;
}

#[taskvisor::task(ready = "success")]
async fn success() {}

#[taskvisor::task(ready = READY, start_timeout = LIMIT, timeout = "1m", restart = "never")]
async fn notify(ctx: TaskContext) {
    ctx.ready();
    ctx.cancelled().await;
}

#[taskvisor::task(start_timeout = "5s")]
async fn parameter(ready: Ready, ctx: TaskContext) {
    assert!(ready.extend(LIMIT));
    ready.notify();
    ctx.cancelled().await;
}

#[taskvisor::task(ready = "notify")]
async fn borrowed(ready: &Ready, ctx: &TaskContext) {
    ready.notify();
    ctx.cancelled().await;
}

type Alias = Ready;

#[taskvisor::task(start_timeout = "5s")]
async fn alias(ready: Alias, ctx: TaskContext) {
    ready.notify();
    ctx.cancelled().await;
}

struct Server(Ready);

impl FromContext for Server {
    fn from_context(context: &TaskContext) -> Self {
        Self(Ready::from_context(context))
    }

    fn needs(needs: &mut Needs<'_>) {
        <Ready as FromContext>::needs(needs);
    }
}

#[taskvisor::task(start_timeout = "5s")]
async fn contained(Server(ready): Server, ctx: TaskContext) {
    ready.notify();
    ctx.cancelled().await;
}

#[taskvisor::task(restart = "never")]
async fn starter(supervisor: SupervisorHandle) {
    let started = supervisor.ready().await;
    let ready = supervisor.tasks().into_iter().filter(|task| task.ready_since.is_some()).count();
    // First, so that the program ends if an assertion fails.
    supervisor.stop();
    assert_eq!(started, Ok(()));
    assert_eq!(ready, 6, "all that wait for their stop");
}

#[taskvisor::main]
async fn main() {
    tokio::task::yield_now().await;
}
