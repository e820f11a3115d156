//! Dependencies in every spelling: tasks of other modules and crates, in functions, under raw names, of macros, and in a cycle.

use std::future::pending;
use std::time::Duration;

use taskvisor::{DeclaredTask, Job, Ready, State, StopOrder};

use store::cache as memory;

const PATIENCE: Duration = Duration::from_secs(5);
const ORDER: StopOrder = StopOrder::Last;

mod store {
    use super::names;

    #[taskvisor::task]
    pub(crate) async fn migrate() {}

    #[taskvisor::task(after = [migrate])]
    pub(super) async fn cache() {}

    pub(crate) mod inner {
        #[taskvisor::task(after = [super::migrate], needs = [super::cache, self::twin])]
        pub(crate) async fn index() {}

        #[taskvisor::task(needs = [crate::store::cache])]
        async fn twin() {}
    }

    pub(super) fn in_a_function() -> [Vec<&'static str>; 2] {
        // The local task hides the one of the module.
        #[taskvisor::task(name = "local")]
        async fn cache() {}

        #[taskvisor::task(needs = [cache, self::migrate])]
        async fn reader() {}

        names::<reader>()
    }
}

/// Named as a crate.
#[taskvisor::task(needs = [r#loop])]
async fn tokio() {}

#[taskvisor::task]
async fn r#loop(ready: Ready) -> ! {
    ready.notify();
    pending().await
}

struct Db;

/// A parameter may have the name of a task.
#[taskvisor::task(
    after = [store::migrate, crate::store::inner::index,],
    needs = [tokio, memory, r#loop, ::ui_tests_reexport::tick],
    interrupt_on_loss = PATIENCE,
    stop_order = ORDER
)]
async fn consume(memory: State<Db>) {
    drop(memory);
}

#[taskvisor::task(needs = [pong], stop_order = "first")]
async fn ping() {}

#[taskvisor::task(needs = [ping])]
async fn pong() {}

#[taskvisor::job(needs = [tokio, store::migrate], interrupt_on_loss = "5s", expires = "30s")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

macro_rules! declare {
    ($name:ident, $path:path, $expression:expr, $of_type:ty) => {
        #[taskvisor::task(after = [$crate::store::migrate], needs = [$path, $expression, $of_type])]
        async fn $name() {}
    };
}

declare!(made, store::cache, tokio, self::r#loop);

/// The names in `after` and in `needs`.
fn names<T: DeclaredTask>() -> [Vec<&'static str>; 2] {
    let dependencies = T::descriptor().dependencies;
    [dependencies.after, dependencies.needs]
        .map(|tasks| tasks.iter().map(|descriptor| descriptor().name).collect())
}

fn main() {
    assert_eq!(
        names::<consume>(),
        [vec!["migrate", "index"], vec!["tokio", "cache", "loop", "library.tick"]]
    );
    assert_eq!(names::<store::inner::index>(), [vec!["migrate"], vec!["cache", "twin"]]);
    assert_eq!(store::in_a_function(), [vec![], vec!["local", "migrate"]]);
    assert_eq!(names::<made>(), [vec!["migrate"], vec!["cache", "tokio", "loop"]]);
    assert_eq!((names::<ping>(), names::<pong>()), ([vec![], vec!["pong"]], [vec![], vec!["ping"]]));
    assert_eq!(names::<store::migrate>(), [[""; 0]; 2]);
    let of_the_job = sync::descriptor().dependencies;
    let of_the_job: Vec<_> = of_the_job.needs.iter().map(|descriptor| descriptor().name).collect();
    assert_eq!(of_the_job, ["tokio", "migrate"]);
    assert!(r#loop::descriptor().never_returns && !tokio::descriptor().never_returns);
}
