//! A thread outside of every runtime that wakes tasks at their stop deadlines.
//!
//! A Tokio timer fires only while a worker waits on the runtime's driver. A worker that the driver has woken takes the
//! driver with it. If a body then blocks that worker while all other workers sleep, no worker waits on the driver, and no
//! timer of the runtime fires. A wake-up from this thread still reaches a sleeping worker, and that worker waits on the
//! driver afterwards.
//!
//! A process has at most one such thread. The thread exists only while a deadline is pending, unless [`keep`] was called.
//! It reads the system clock: with a paused Tokio clock no deadline is enforced here.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// The key of a pending deadline: its time, and a number that distinguishes deadlines of the same time.
type DeadlineKey = (Instant, u64);

struct Watchdog {
    state: Mutex<State>,
    /// Notified when a new deadline is earlier than the time that the thread sleeps until.
    earlier: Condvar,
}

struct State {
    /// The wakers of the pending deadlines, called and dropped after the lock is released: both run foreign code.
    pending: BTreeMap<DeadlineKey, Waker>,
    next: u64,
    thread: Thread,
    /// The time that the thread sleeps until. `None` while it is awake.
    sleeps_until: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    Absent,
    /// Ends once no deadline is pending.
    Temporary,
    /// Stays until the process ends.
    Permanent,
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

/// The longest sleep of a temporary thread, after which it checks whether a deadline is still pending.
// A withdrawn deadline does not notify the thread, because that would cost every stop a system call.
const IDLE: Duration = Duration::from_secs(1);

/// The sleep of a permanent thread without a deadline. A new deadline interrupts it.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The first error of creating the thread.
static REFUSED: OnceLock<String> = OnceLock::new();

/// A pending deadline. Dropping it withdraws the waker.
pub(crate) struct Watch(DeadlineKey);

impl Watch {
    /// Wakes `waker` once, at `due`. `None` if the thread does not exist and the system refuses to create it.
    pub(crate) fn new(due: Instant, waker: Waker) -> Option<Self> {
        match Self::register(due, waker) {
            Ok(watch) => Some(watch),
            Err(error) => {
                report_refused(&error);
                None
            }
        }
    }

    /// Keeps the deadline: it can no longer be withdrawn.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn detach(self) {
        std::mem::forget(self);
    }

    fn register(due: Instant, waker: Waker) -> io::Result<Self> {
        let mut state = WATCHDOG.lock();
        if state.thread == Thread::Absent {
            // Created under the lock, so that two callers do not create two. The new thread starts by waiting for the lock.
            spawn()?;
            state.thread = Thread::Temporary;
        }
        state.next += 1;
        let key = (due, state.next);
        state.pending.insert(key, waker);
        // A thread that is awake takes the lock again before it sleeps, and finds the deadline then: only a sleeping one
        // needs the system call.
        if state.sleeps_until.is_some_and(|until| due < until) {
            WATCHDOG.earlier.notify_one();
        }
        Ok(Self(key))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The guard is a temporary of this statement, so that the waker is dropped after the lock.
        let _waker = WATCHDOG.lock().pending.remove(&self.0);
    }
}

/// Creates the thread if it does not exist, and keeps it until the process ends. Afterwards [`Watch::new`] cannot fail.
///
/// # Errors
///
/// If the system refuses to create the thread.
#[cfg_attr(not(feature = "macros"), allow(dead_code))]
pub(crate) fn keep() -> io::Result<()> {
    let mut state = WATCHDOG.lock();
    if state.thread == Thread::Absent {
        spawn()?;
    }
    state.thread = Thread::Permanent;
    Ok(())
}

/// Returns the first error of creating the thread. After it, deadlines depended on the runtimes' own timers.
pub(crate) fn refused() -> Option<&'static str> {
    REFUSED.get().map(String::as_str)
}

/// Keeps the error for the reports of all supervisors, and prints it to stderr once in a process.
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
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics half-way through a change of the state, so that a poisoned lock still guards a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = state.take_due(now);
            if !due.is_empty() {
                // Unlock first: a waker may register or withdraw a deadline, or block for a moment.
                drop(state);
                due.into_iter().for_each(wake);
                state = self.lock();
                // Deadlines were added meanwhile, or have passed: check again before sleeping.
                continue;
            }
            if state.pending.is_empty() && state.thread == Thread::Temporary {
                // Under the same lock as the check: a deadline that is registered later finds no thread and creates one.
                state.thread = Thread::Absent;
                return;
            }
            let earliest = state.pending.keys().next().map(|(due, _)| *due);
            let until = match (earliest, state.thread) {
                (Some(due), Thread::Permanent) => due,
                (None, Thread::Permanent) => now + FAR,
                (due, _) => due.map_or(now + IDLE, |due| due.min(now + IDLE)),
            };
            state = self.sleep(state, until);
        }
    }

    fn sleep<'a>(&'a self, mut state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        // Set under the lock that `wait_timeout` releases, so that no earlier deadline slips in unnoticed. A spurious
        // wake-up is harmless: the caller computes everything anew.
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
        while let Some(earliest) = self.pending.first_entry() {
            if earliest.key().0 > now {
                break;
            }
            due.push(earliest.remove());
        }
        due
    }
}

fn wake(waker: Waker) {
    // The waker of a foreign executor may panic. That must not end the thread: other tasks depend on it.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| waker.wake()));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};
    use std::task::Wake;

    use super::*;

    /// A waker that sends its number.
    struct SendNumber(Mutex<Sender<u32>>, u32);

    impl Wake for SendNumber {
        fn wake(self: Arc<Self>) {
            let _ = self.0.lock().expect("the lock is not poisoned").send(self.1);
        }
    }

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn deadlines_wake_in_order_and_not_once_withdrawn() {
        let (sender, woken) = channel();
        let waker = |number| Waker::from(Arc::new(SendNumber(Mutex::new(sender.clone()), number)));
        let now = Instant::now();
        let watches = [(LONG, 0), (2 * SOON, 2), (SOON, 1)].map(|(after, number)| {
            Watch::new(now + after, waker(number)).expect("the system creates a thread")
        });
        let withdrawn = Watch::new(now + SOON, waker(9)).expect("the system creates a thread");
        drop(withdrawn);
        assert_eq!(woken.recv_timeout(LONG), Ok(1));
        assert_eq!(woken.recv_timeout(LONG), Ok(2));
        assert!(now.elapsed() >= 2 * SOON);
        assert!(woken.try_recv().is_err());
        drop(watches);
    }
}
