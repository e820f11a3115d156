//! The options of instances, permits, rates and places in a slot: literals and constants, and what reaches the descriptor.

use std::error::Error;
use std::sync::Mutex;
use std::time::Duration;

use taskvisor::prelude::*;
use taskvisor::{Job, RateLimit, Setting};

const COUNT: usize = 2 + 2;
const PERMITS: usize = 2;
const BURST: u32 = 3;
const MINUTE: Duration = Duration::from_secs(60);
const LIMIT: RateLimit = RateLimit::new(10, MINUTE);
const SLOT: &str = "copies";

#[task(instances = 4, max_concurrent = 2, rate_limit = "10/m", burst = 3)]
async fn literals() {}

#[task(instances = COUNT, max_concurrent = PERMITS, rate_limit = LIMIT.with_burst(BURST))]
async fn constants() {}

#[task(rate_limit = "10/1m", burst = BURST, max_concurrent = PERMITS, instances = PERMITS * 2)]
async fn both() {}

#[task(instances = 10_000, rate_limit = "100/30s")]
async fn most() {}

#[task(rate_limit = "1/d")]
async fn alone() {}

#[task]
async fn unlimited() {}

#[job(slot = "{tenant}", capacity = 2, max_concurrent = 4, rate_limit = "1000/s", burst = 10)]
async fn sync(tenant: u64) -> u64 {
    tenant
}

#[job(slot = SLOT, capacity = PERMITS, max_concurrent = COUNT, rate_limit = LIMIT)]
async fn copy() {}

#[job(slot = SLOT)]
async fn plain() {}

static NUMBERS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

#[job(max_concurrent = 1, rate_limit = "1000/s", burst = 3)]
async fn limited(tenant: u64) -> u64 {
    tenant
}

/// Each instance registers its number, in all forms of the parameter.
#[task(instances = 3, max_concurrent = 1)]
async fn number(Instance(number): Instance, same: &Instance, again: taskvisor::Instance, ctx: TaskContext) {
    assert_eq!((same.0, again), (number, Instance(number)));
    assert_eq!(ctx.instance(), Some(number));
    assert_eq!(ctx.name(), format!("number/{number}"));
    NUMBERS.lock().expect("no test panics").push(number);
}

/// A type of the user with the name of the extractor.
mod cloud {
    use taskvisor::{FromContext, TaskContext};

    #[derive(Clone)]
    pub(super) struct Instance(pub(super) String);

    impl FromContext for Instance {
        fn from_context(context: &TaskContext) -> Self {
            Self(context.name().to_owned())
        }
    }

    #[taskvisor::task]
    pub(super) async fn inspect(instance: self::Instance) {
        assert_eq!(instance.0, "inspect");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for spec in [literals::spec(), constants::spec(), both::spec()] {
        assert_eq!(spec.instances(), Setting::Set(4));
        assert_eq!(spec.max_concurrent(), Setting::Set(2));
        assert_eq!(spec.rate_limit(), Setting::Set(LIMIT.with_burst(3)));
    }
    assert_eq!(most::spec().instances(), Setting::Set(10_000));
    assert_eq!(most::spec().rate_limit(), Setting::Set(RateLimit::new(100, Duration::from_secs(30))));
    assert_eq!(alone::spec().rate_limit(), Setting::Set(RateLimit::new(1, 24 * 60 * MINUTE)));
    assert_eq!(alone::spec().instances(), Setting::Inherit);
    assert_eq!(unlimited::spec().rate_limit(), Setting::Inherit);

    let (sync, copy, plain) = (sync::descriptor(), copy::descriptor(), plain::descriptor());
    assert_eq!((sync.capacity, copy.capacity, plain.capacity), (Some(2), Some(2), None));
    assert_eq!(sync.rare.max_concurrent, Setting::Set(4));
    assert_eq!(copy.rare.max_concurrent, Setting::Set(4));
    assert_eq!(plain.rare.max_concurrent, Setting::Inherit);
    assert_eq!(
        sync.rare.rate_limit,
        Setting::Set(RateLimit::new(1_000, Duration::from_secs(1)).with_burst(10))
    );
    assert_eq!(copy.rare.rate_limit, Setting::Set(LIMIT));

    let supervisor = Supervisor::default();
    for task in supervisor.add_instances(number::spec())? {
        assert_eq!(task.outcome().await, Outcome::Completed);
    }
    let mut numbers = std::mem::take(&mut *NUMBERS.lock().expect("no test panics"));
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!(supervisor.add_task(cloud::inspect::spec())?.outcome().await, Outcome::Completed);
    let submitted = [1, 2, 3].map(|tenant| supervisor.submit(limited { tenant }));
    for (submission, tenant) in submitted.into_iter().zip([1, 2, 3]) {
        assert_eq!(submission?.await?, tenant);
    }
    supervisor.shutdown().await?;
    Ok(())
}
