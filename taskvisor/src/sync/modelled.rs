//! Replacements for what loom does not model: two of Tokio's primitives, random hashing, and the number of threads.

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::io;
use std::num::NonZeroUsize;

use super::Mutex;

/// A hasher without a random seed. Loom replays schedules, so that a model must be deterministic.
pub(crate) type RandomState = BuildHasherDefault<DefaultHasher>;

/// Accepts the `const { … }` syntax of the standard library's `thread_local!`, which loom's macro does not parse.
macro_rules! constant_thread_local {
    (static $name:ident: $kind:ty = const { $initial:expr };) => {
        loom::thread_local! { static $name: $kind = $initial; }
    };
}

pub(crate) use constant_thread_local as thread_local;

pub(crate) fn available_parallelism() -> io::Result<NonZeroUsize> {
    Ok(NonZeroUsize::MIN)
}

/// Tokio's `Notify`, behind a lock of loom's. Loom does not see inside Tokio; the lock makes it explore the order of calls.
#[derive(Debug, Default)]
pub(crate) struct Notify {
    order: Mutex<()>,
    notify: tokio::sync::Notify,
}

impl Notify {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    #[cfg_attr(not(feature = "controller"), allow(dead_code))]
    pub(crate) fn notified(&self) -> tokio::sync::futures::Notified<'_> {
        drop(self.order.lock());
        self.notify.notified()
    }

    #[cfg_attr(not(feature = "controller"), allow(dead_code))]
    pub(crate) fn notify_one(&self) {
        drop(self.order.lock());
        self.notify.notify_one();
    }
}

/// A watch channel with the methods that this crate uses. Tokio's own wakes its receivers in a random order.
pub(crate) mod watch {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::task::{Poll, Waker};

    use super::Mutex;

    #[derive(Debug, Default)]
    struct Watched<T> {
        value: T,
        version: u64,
        waiters: Vec<Waker>,
    }

    #[derive(Debug, Default)]
    pub(crate) struct Sender<T>(Arc<Mutex<Watched<T>>>);

    #[derive(Debug)]
    pub(crate) struct Receiver<T> {
        watched: Arc<Mutex<Watched<T>>>,
        /// The version that this receiver returned last.
        version: u64,
    }

    /// The error of a closed channel. The models never drop the sender, so that it never occurs.
    #[derive(Debug)]
    pub(crate) struct Closed;

    impl<T> Sender<T> {
        pub(crate) fn subscribe(&self) -> Receiver<T> {
            let version = self.0.lock().version;
            Receiver { watched: Arc::clone(&self.0), version }
        }

        pub(crate) fn borrow(&self) -> T
        where
            T: Clone,
        {
            self.0.lock().value.clone()
        }

        pub(crate) fn send_if_modified(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
            let waiters = {
                let mut watched = self.0.lock();
                if !change(&mut watched.value) {
                    return false;
                }
                watched.version += 1;
                std::mem::take(&mut watched.waiters)
            };
            waiters.into_iter().for_each(Waker::wake);
            true
        }
    }

    impl<T: Clone> Receiver<T> {
        pub(crate) fn borrow_and_update(&mut self) -> T {
            let watched = self.watched.lock();
            self.version = watched.version;
            watched.value.clone()
        }

        pub(crate) async fn changed(&mut self) -> Result<(), Closed> {
            let version = self.version;
            self.until(|watched| watched.version != version).await;
            Ok(())
        }

        pub(crate) async fn wait_for(&mut self, mut condition: impl FnMut(&T) -> bool) -> Result<T, Closed> {
            Ok(self.until(|watched| condition(&watched.value)).await)
        }

        async fn until(&mut self, mut condition: impl FnMut(&Watched<T>) -> bool) -> T {
            poll_fn(|context| {
                let mut watched = self.watched.lock();
                if condition(&watched) {
                    self.version = watched.version;
                    return Poll::Ready(watched.value.clone());
                }
                watched.waiters.push(context.waker().clone());
                Poll::Pending
            })
            .await
        }
    }
}
