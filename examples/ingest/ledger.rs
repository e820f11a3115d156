//! The ledger: the files in progress, and the results of the others.

use std::collections::{BTreeMap, HashSet};
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use taskvisor::prelude::*;
use taskvisor::{FailureKind, Phase};

use crate::file_result::FileResult;
use crate::totals::Totals;

/// Prints failures when they happen, and the summary after `Stopped`, which is the last event.
#[subscriber(on(Failed, Panicked, Stopped))]
async fn report(event: &Event, ledger: State<Ledger>) {
    match &event.kind {
        EventKind::Stopped => {
            ledger.settle().await;
            ledger.print();
        }
        // `settle` reports a malformed file, with its name.
        EventKind::Failed { error, .. } if error.kind() == FailureKind::Fatal => {}
        _ => eprintln!("{event}"),
    }
}

#[derive(Default)]
pub(crate) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// Files in the folder that must not be submitted: those in progress, and those that were left there.
    known: HashSet<String>,
    /// The files in progress, in the order of submission.
    in_progress: Vec<InProgress>,
    accounts: BTreeMap<String, Account>,
}

struct InProgress {
    customer: String,
    file: String,
    handle: JobHandle<Totals>,
}

/// The files of one customer.
#[derive(Default)]
struct Account {
    done: u32,
    rejected: u32,
    left: u32,
    totals: Totals,
}

impl Ledger {
    pub(crate) fn knows(&self, file: &str) -> bool {
        self.pages().known.contains(file)
    }

    pub(crate) fn add(&self, customer: String, file: String, handle: JobHandle<Totals>) {
        let mut pages = self.pages();
        pages.known.insert(file.clone());
        pages.in_progress.push(InProgress { customer, file, handle });
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.pages().in_progress.is_empty()
    }

    /// Returns how many files stay in the folder.
    pub(crate) fn left(&self) -> u32 {
        self.pages().accounts.values().map(|account| account.left).sum()
    }

    /// Records the result of every job that has ended, in the order of submission.
    pub(crate) async fn settle(&self) {
        for InProgress { customer, file, handle } in self.take_ended() {
            let result = handle.await;
            self.record(customer, file, result.into());
        }
    }

    fn take_ended(&self) -> Vec<InProgress> {
        let mut pages = self.pages();
        let has_ended = |job: &InProgress| matches!(job.handle.status().phase, Phase::Ended(_));
        let (ended, in_progress) = take(&mut pages.in_progress).into_iter().partition(has_ended);
        pages.in_progress = in_progress;
        ended
    }

    /// Records and prints the result of a file.
    pub(crate) fn record(&self, customer: String, file: String, result: FileResult) {
        match result {
            FileResult::Done(_) | FileResult::Rejected(_) => println!("{file}: {result}"),
            FileResult::Left(_) => eprintln!("{file}: {result}"),
            // There may be many of these. The summary counts them.
            FileResult::Waiting => {}
        }
        let mut pages = self.pages();
        let account = pages.accounts.entry(customer).or_default();
        match result {
            FileResult::Done(totals) => {
                account.done += 1;
                account.totals += totals;
            }
            FileResult::Rejected(_) => account.rejected += 1,
            FileResult::Left(_) | FileResult::Waiting => {
                account.left += 1;
                pages.known.insert(file);
                return;
            }
        }
        // The file was moved, so another file may arrive under its name.
        pages.known.remove(&file);
    }

    fn print(&self) {
        let pages = self.pages();
        println!(
            "\n{:<12} {:>6} {:>8} {:>6} {:>8} {:>8} {:>12}",
            "customer", "done", "rejected", "left", "orders", "pieces", "amount"
        );
        for (customer, Account { done, rejected, left, totals }) in &pages.accounts {
            let Totals { orders, pieces, amount } = totals;
            println!("{customer:<12} {done:>6} {rejected:>8} {left:>6} {orders:>8} {pieces:>8} {amount:>12}");
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
