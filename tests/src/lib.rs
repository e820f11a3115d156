//! The library of the tests: a recorder that checks the invariants on the events of every test.
//!
//! - [`Harness`]: a supervisor with a recorder. Add tasks with [`Rules`], which the recorder compares with the events,
//!   and call [`finish`](Harness::finish) at the end of *every* test: it shuts down, checks all invariants, and gives
//!   the [`EventLog`]. A harness that is dropped unfinished panics.
//! - [`Trace`]: the recorder alone, for tests without a harness (a supervisor built outside a runtime, an `App`, a real
//!   `run`). Pass [`Trace::subscriber`] to the supervisor, and call [`Trace::check`] after the shutdown.
//! - [`Script`]: a task that ends its attempts as listed.
//!
//! The recorder checks every task that has an event (the numbers are those of contract 9):
//! 1. attempts never overlap and are numbered 1, 2, 3, …;
//! 2. exactly one `Ended` per `Added`, equal to the outcome of each watched handle;
//! 4. the events follow the grammar, `seq` and `at` never run backwards, no event was lost;
//! 5. every backoff lies within the bounds of the task's rules and counts its failures right, the next attempt does not
//!    come before it is over, and retries stay within their limit;
//! 3. a slot has one owner at a time, and queued submissions start in the order of submission;
//! 6. no attempt starts after the task received a stop request, nor, on one thread, after `ShutdownRequested`;
//! 11. on one thread, each needed task was ready when an attempt of its dependent started, and each task of `after` once before
//!     the first attempt; of a task with instances, all were ready once before the first attempt, and one at each start;
//! 13. on one thread, never more attempts of a name run at once than its `max_concurrent`, nor begin than its `rate_limit` allows;
//! 17. the history of each watched handle has the attempts of the events.
//!
//! ```
//! use taskvisor::RestartPolicy;
//! use tests::{Harness, Rules, Script, Step};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let harness = Harness::new();
//! let task = Script::task("ping", [Step::Fail("refused"), Step::Succeed]);
//! let ping = harness.add(Rules::new(RestartPolicy::OnFailure).without_backoff(), task);
//! assert!(ping.outcome().await.is_completed());
//! let event_log = harness.finish().await;
//! assert_eq!(
//!     event_log.of(&ping),
//!     ["added", "started 1", "failed 1: refused", "backoff 1: 0ns", "started 2", "succeeded 2", "ended completed",
//!      "removed"]
//! );
//! # }
//! ```

#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

mod backoff;
mod dependencies;
#[cfg(test)]
mod dependencies_tests;
mod endless;
mod history;
mod instances;
mod rules;
mod schedule_rules;
mod script;
mod event_log;
mod limits;
#[cfg(test)]
mod limits_tests;
mod slots;
#[cfg(test)]
mod slots_tests;
mod grammar;
#[cfg(test)]
mod grammar_tests;
mod trace;
mod harness;
#[cfg(feature = "controller")]
mod submitting;

pub use backoff::Backoff;
pub use event_log::EventLog;
pub use harness::{Harness, report_of};
pub use rules::Rules;
pub use script::{Script, Step};
pub use trace::Trace;

/// The programs of the README, compiled.
#[cfg(all(doctest, feature = "controller", feature = "macros"))]
#[doc = include_str!("../../README.md")]
pub mod readme {}
