//! Which files are under way, and what became of the others.

use std::collections::{BTreeMap, HashSet};
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use taskvisor::prelude::*;
use taskvisor::{FailureKind, Phase};

use crate::fate::Fate;
use crate::totals::Totals;

/// Tells of failures when they happen, and the summary at the end: `Stopped` is the last event there is.
#[subscriber(on(Failed, Panicked, Stopped))]
async fn report(event: &Event, ledger: State<Ledger>) {
    match &event.kind {
        EventKind::Stopped => {
            ledger.settle().await;
            ledger.print();
        }
        // A malformed file is told of with its name, when its result is settled.
        EventKind::Failed { error, .. } if error.kind() == FailureKind::Fatal => {}
        _ => eprintln!("{event}"),
    }
}

#[derive(Default)]
pub(crate) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// Files in the folder that are not to be submitted: those under way, and those that were left there.
    known: HashSet<String>,
    /// In the order in which they were submitted.
    under_way: Vec<UnderWay>,
    accounts: BTreeMap<String, Account>,
}

struct UnderWay {
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

    pub(crate) fn enter(&self, customer: String, file: String, handle: JobHandle<Totals>) {
        let mut pages = self.pages();
        pages.known.insert(file.clone());
        pages.under_way.push(UnderWay { customer, file, handle });
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.pages().under_way.is_empty()
    }

    /// How many files stay in the folder.
    pub(crate) fn left(&self) -> u32 {
        self.pages().accounts.values().map(|account| account.left).sum()
    }

    /// Notes the result of every job that has ended, in the order in which they were submitted.
    pub(crate) async fn settle(&self) {
        for UnderWay { customer, file, handle } in self.take_ended() {
            let result = handle.await;
            self.note(customer, file, result.into());
        }
    }

    fn take_ended(&self) -> Vec<UnderWay> {
        let mut pages = self.pages();
        let has_ended = |job: &UnderWay| matches!(job.handle.status().phase, Phase::Ended(_));
        let (ended, under_way) = take(&mut pages.under_way).into_iter().partition(has_ended);
        pages.under_way = under_way;
        ended
    }

    /// Notes what became of a file, and tells of it.
    pub(crate) fn note(&self, customer: String, file: String, fate: Fate) {
        match fate {
            Fate::Done(_) | Fate::Rejected(_) => println!("{file}: {fate}"),
            Fate::Left(_) => eprintln!("{file}: {fate}"),
            // There may be many of them: the summary says how many.
            Fate::Waiting => {}
        }
        let mut pages = self.pages();
        let account = pages.accounts.entry(customer).or_default();
        match fate {
            Fate::Done(totals) => {
                account.done += 1;
                account.totals += totals;
            }
            Fate::Rejected(_) => account.rejected += 1,
            Fate::Left(_) | Fate::Waiting => {
                account.left += 1;
                pages.known.insert(file);
                return;
            }
        }
        // It was moved away: another file may come under its name.
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
