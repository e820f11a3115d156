//! The kinds of load.

mod one_shots;
mod failures;
mod parked;
mod keyed;
mod jobs;
mod observer;

use std::sync::Arc;

use taskvisor::{Admission, Outcome, Rejection, StopCause};
use tokio::runtime::Handle;

use crate::KEYS;
use crate::driver::Crew;

pub(crate) use jobs::PATIENT;

const ADMISSIONS: [Admission; 4] =
    [Admission::Queue, Admission::Replace, Admission::DropIfRunning, Admission::Latest];

pub(crate) fn start_all(crew: &mut Crew) {
    crew.start("one-shots", 2, one_shots::drive);
    crew.start("from a thread", 1, |driver, number| async move {
        // A thread that does not belong to the runtime.
        let runtime = Handle::current();
        let work = move || runtime.block_on(one_shots::drive(driver, number));
        let thread = tokio::task::spawn_blocking(|| std::thread::spawn(work).join());
        thread.await.expect("the thread was started").expect("the driver does not panic");
    });
    crew.start("failures", 1, |driver, _| failures::drive(driver, &failures::AT_ONCE));
    crew.start("delays", 1, |driver, _| failures::drive(driver, &failures::DELAYED));
    crew.start("panics", 1, |driver, _| failures::drive(driver, &failures::PANICS));
    crew.start("parked", 1, |driver, _| parked::drive(driver));
    crew.start("keyed", 2, keyed::drive);
    crew.start("jobs", 1, |driver, _| jobs::drive(driver));
    crew.start("patient jobs", 8, jobs::wait_for_room);
    crew.start("observer", 1, |driver, _| observer::drive(driver));
}

/// The keys of the slots.
fn keys() -> Vec<Arc<str>> {
    (0..KEYS).map(|key| format!("key-{key}").into()).collect()
}

/// Whether a submission with this admission may have this outcome while no shutdown is requested.
fn is_outcome_of(admission: Admission, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Completed => true,
        Outcome::Canceled { cause: StopCause::Replace | StopCause::Clear, .. } => true,
        Outcome::Rejected(Rejection::Cleared) => admission != Admission::DropIfRunning,
        Outcome::Rejected(Rejection::Superseded) => {
            matches!(admission, Admission::Replace | Admission::Latest)
        }
        _ => false,
    }
}
