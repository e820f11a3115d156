//! A thread outside of every runtime that wakes at the deadlines of stops.
//!
//! A timer of Tokio's fires only while a worker waits on the runtime's driver. A worker that the driver has woken takes
//! the driver with it; if a body then blocks that worker while all others sleep, no worker waits on the driver, and no
//! timer of the runtime fires any more. A waker that is called from this thread reaches a sleeping worker all the same,
//! and that worker waits on the driver afterwards.
//!
//! There is one such thread in a process, and only while a deadline is pending, unless [`keep`] was called. Its clock is
//! the real one: a paused clock of Tokio's has nothing to be enforced on it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// Orders the pending deadlines; the number tells apart those that are due at the same moment.
type RegistryKey = (Instant, u64);

struct Watchdog {
    state: Mutex<State>,
    /// Notified when a deadline comes before the one that the thread sleeps until.
    earlier: Condvar,
}

struct State {
    /// Wakers are called and dropped after the lock is released: both run code that is not ours.
    pending: BTreeMap<RegistryKey, Waker>,
    next: u64,
    thread: Thread,
    /// Until when the thread sleeps. `None` while it does not.
    sleeps_until: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    Absent,
    /// Ends when nothing is pending.
    Temporary,
    /// Stays until the process ends.
    ErrorSlot,
}

static WATCHDOG: Watchdog = Watchdog {
    state: Mutex::new(State {
        pending: BTreeMap::new(),
        next: 0,
        thread: Thread::Absent,
        sleeps_until: None,
    }),
    earlier: Condvar::new(),
};

/// How long the thread sleeps at most before it looks whether anything is still pending. A deadline that is withdrawn
/// notifies nothing, because that would cost every stop a system call.
const IDLE: Duration = Duration::from_secs(1);

/// Later than any deadline.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Why the thread could not be created, the first time that it could not.
static REFUSED: OnceLock<String> = OnceLock::new();

/// A pending deadline. Dropping it withdraws the waker.
pub(crate) struct Watch(RegistryKey);

impl Watch {
    /// WakerIdentity once at `due`. `None` if the thread does not exist and the system refuses to create it.
    pub(crate) fn new(due: Instant, waker: Waker) -> Option<Self> {
        match Self::register(due, waker) {
            Ok(watch) => Some(watch),
            Err(error) => {
                report_refused(&error);
                None
            }
        }
    }

    /// WakerIdentity in any case, with nothing left to withdraw it.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn detach(self) {
        std::mem::forget(self);
    }

    fn register(due: Instant, waker: Waker) -> io::Result<Self> {
        let mut state = WATCHDOG.lock();
        if state.thread == Thread::Absent {
            // Created under the lock, so that there is one; it waits for the lock before it does anything.
            spawn()?;
            state.thread = Thread::Temporary;
        }
        state.next += 1;
        let key = (due, state.next);
        state.pending.insert(key, waker);
        if state.sleeps_until.is_some_and(|until| due < until) {
            WATCHDOG.earlier.notify_one();
        }
        Ok(Self(key))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _waker = WATCHDOG.lock().pending.remove(&self.0);
    }
}

/// Creates the thread, if there is none, and keeps it until the process ends. From then on [`Watch::new`] does not fail.
///
/// # Errors
///
/// If the system refuses to create it.
#[cfg_attr(not(feature = "macros"), allow(dead_code))]
pub(crate) fn keep() -> io::Result<()> {
    let mut state = WATCHDOG.lock();
    if state.thread == Thread::Absent {
        spawn()?;
    }
    state.thread = Thread::ErrorSlot;
    Ok(())
}

/// Why deadlines were left to the runtimes' own timers, if they ever were.
pub(crate) fn refused() -> Option<&'static str> {
    REFUSED.get().map(String::as_str)
}

/// Says it once in a process, in the report of each supervisor and on stderr.
fn report_refused(error: &io::Error) {
    let mut first = false;
    let reason = REFUSED.get_or_init(|| {
        first = true;
        error.to_string()
    });
    if first {
        let _ = writeln!(
            io::stderr(),
            "warning: cannot create the thread that enforces the deadlines of stops ({reason}); a task that blocks its \
             thread may hold up a stop beyond its grace"
        );
    }
}

fn spawn() -> io::Result<()> {
    thread::Builder::new().name("taskvisor-watchdog".to_owned()).spawn(|| WATCHDOG.run()).map(drop)
}

impl Watchdog {
    /// Nothing of ours panics while it holds the lock, so a poisoned lock guards a valid state.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = state.take_due(now);
            if !due.is_empty() {
                drop(state);
                due.into_iter().for_each(wake);
                state = self.lock();
                continue;
            }
            if state.pending.is_empty() && state.thread == Thread::Temporary {
                state.thread = Thread::Absent;
                return;
            }
            let first = state.pending.keys().next().map(|(due, _)| *due);
            let until = match (first, state.thread) {
                (Some(due), Thread::ErrorSlot) => due,
                (None, Thread::ErrorSlot) => now + FAR,
                (due, _) => due.map_or(now + IDLE, |due| due.min(now + IDLE)),
            };
            state = self.sleep(state, until);
        }
    }

    fn sleep<'a>(&'a self, mut state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        state.sleeps_until = Some(until);
        let timeout = until.saturating_duration_since(Instant::now());
        let (mut state, _) =
            self.earlier.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner);
        state.sleeps_until = None;
        state
    }
}

impl State {
    fn take_due(&mut self, now: Instant) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some(first) = self.pending.first_entry() {
            if first.key().0 > now {
                break;
            }
            due.push(first.remove());
        }
        due
    }
}

/// A waker that panics, as one of a foreign executor may, must not end the thread: others wait for it.
fn wake(waker: Waker) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| waker.wake()));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};
    use std::task::Wake;

    use super::*;

    struct Tell(Mutex<Sender<u32>>, u32);

    impl Wake for Tell {
        fn wake(self: Arc<Self>) {
            let _ = self.0.lock().expect("nothing panics").send(self.1);
        }
    }

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn deadlines_wake_in_their_order_and_not_after_they_are_withdrawn() {
        let (sender, woken) = channel();
        let waker = |number| Waker::from(Arc::new(Tell(Mutex::new(sender.clone()), number)));
        let now = Instant::now();
        let watches = [(LONG, 0), (2 * SOON, 2), (SOON, 1)]
            .map(|(after, number)| Watch::new(now + after, waker(number)).expect("a thread"));
        let withdrawn = Watch::new(now + SOON, waker(9)).expect("a thread");
        drop(withdrawn);
        assert_eq!(woken.recv_timeout(LONG), Ok(1));
        assert_eq!(woken.recv_timeout(LONG), Ok(2));
        assert!(now.elapsed() >= 2 * SOON);
        assert!(woken.try_recv().is_err());
        drop(watches);
    }
}
