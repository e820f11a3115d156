//! What loom has no stand-in for: what of Tokio wakes, and what is random or depends on the machine.

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::io;
use std::num::NonZeroUsize;

use super::Mutex;

/// The same in every schedule, because loom repeats what it explored.
pub(crate) type RandomState = BuildHasherDefault<DefaultHasher>;

/// As the standard library's is written where the first value is a constant.
macro_rules! constant_thread_local {
    (static $name:ident: $kind:ty = const { $first:expr };) => {
        loom::thread_local! { static $name: $kind = $first; }
    };
}

pub(crate) use constant_thread_local as thread_local;

pub(crate) fn available_parallelism() -> io::Result<NonZeroUsize> {
    Ok(NonZeroUsize::MIN)
}

/// Tokio's own, with an access that loom sees before each call, so that it explores their order.
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

    pub(crate) fn notify_waiters(&self) {
        drop(self.order.lock());
        self.notify.notify_waiters();
    }
}

/// A value that is watched, as far as it is used here. Not Tokio's own: that wakes in a random order.
pub(crate) mod watch {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::task::{Poll, Waker};

    use super::Mutex;

    #[derive(Debug, Default)]
    struct Watched<T> {
        value: T,
        version: u64,
        waiting: Vec<Waker>,
    }

    #[derive(Debug, Default)]
    pub(crate) struct Sender<T>(Arc<Mutex<Watched<T>>>);

    #[derive(Debug)]
    pub(crate) struct Receiver<T> {
        watched: Arc<Mutex<Watched<T>>>,
        seen: u64,
    }

    /// The sender is gone. Here it is not.
    #[derive(Debug)]
    pub(crate) struct Closed;

    impl<T> Sender<T> {
        pub(crate) fn subscribe(&self) -> Receiver<T> {
            let seen = self.0.lock().version;
            Receiver { watched: Arc::clone(&self.0), seen }
        }

        pub(crate) fn borrow(&self) -> T
        where
            T: Clone,
        {
            self.0.lock().value.clone()
        }

        pub(crate) fn send_if_modified(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
            let waiting = {
                let mut watched = self.0.lock();
                if !change(&mut watched.value) {
                    return false;
                }
                watched.version += 1;
                std::mem::take(&mut watched.waiting)
            };
            waiting.into_iter().for_each(Waker::wake);
            true
        }
    }

    impl<T: Clone> Receiver<T> {
        pub(crate) fn borrow_and_update(&mut self) -> T {
            let watched = self.watched.lock();
            self.seen = watched.version;
            watched.value.clone()
        }

        pub(crate) async fn changed(&mut self) -> Result<(), Closed> {
            let seen = self.seen;
            self.until(|watched| watched.version != seen).await;
            Ok(())
        }

        pub(crate) async fn wait_for(&mut self, mut met: impl FnMut(&T) -> bool) -> Result<T, Closed> {
            Ok(self.until(|watched| met(&watched.value)).await)
        }

        async fn until(&mut self, mut met: impl FnMut(&Watched<T>) -> bool) -> T {
            poll_fn(|context| {
                let mut watched = self.watched.lock();
                if met(&watched) {
                    self.seen = watched.version;
                    return Poll::Ready(watched.value.clone());
                }
                watched.waiting.push(context.waker().clone());
                Poll::Pending
            })
            .await
        }
    }
}
