//! The two runtimes that everything is measured on.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Measures the work, not the wake-up of another core.
    CurrentThread,
    TwoWorkers,
}

impl Flavor {
    pub const ALL: &'static [Self] = &[Self::CurrentThread, Self::TwoWorkers];
    /// For measurements that do not depend on threads, such as bytes.
    pub const ONE: &'static [Self] = &[Self::CurrentThread];
    pub const TWO: &'static [Self] = &[Self::TwoWorkers];

    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current thread",
            Self::TwoWorkers => "two workers",
        }
    }

    /// Runs the work as a task. The future of `block_on` is woken through the operating system, and that cost would
    /// hide the differences between the systems.
    pub fn run<T: Send + 'static>(self, work: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime();
        let result = runtime.block_on(async { tokio::spawn(work).await });
        result.expect("the work does not panic")
    }

    fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::TwoWorkers => Builder::new_multi_thread(),
        };
        if self == Self::TwoWorkers {
            builder.worker_threads(2);
        }
        builder.enable_all().build().expect("a runtime")
    }
}
