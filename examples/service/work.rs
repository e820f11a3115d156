//! The background work of the service.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use taskvisor::TaskId;
use taskvisor::prelude::*;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::info;

/// The finished reports, by the job that has made them. A real service has a database.
#[derive(Default)]
pub(crate) struct Reports(Mutex<HashMap<TaskId, String>>);

impl Reports {
    pub(crate) fn find(&self, job: TaskId) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&job).cloned()
    }

    fn store(&self, job: TaskId, report: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job, report);
    }

    fn clear(&self) -> usize {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).len()
    }
}

/// A queue of mails, by their recipients.
pub(crate) struct Mails {
    sender: mpsc::Sender<String>,
    receiver: tokio::sync::Mutex<mpsc::Receiver<String>>,
}

impl Mails {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let (sender, receiver) = mpsc::channel(capacity);
        Self { sender, receiver: receiver.into() }
    }

    pub(crate) fn enqueue(&self, recipient: String) -> Result<(), mpsc::error::TrySendError<String>> {
        self.sender.try_send(recipient)
    }

    async fn next(&self) -> Option<String> {
        self.receiver.lock().await.recv().await
    }
}

/// Renews the token of an API. It is ready once the first token is there, and keeps it if a renewal fails.
#[task(every = "5m", ready = "success", max_retries = 3)]
async fn refresh_token() -> anyhow::Result<()> {
    sleep(Duration::from_millis(20)).await;
    info!("the token is renewed");
    Ok(())
}

/// Makes a report. One report of a customer at a time. A client waits for it, so that a shutdown lets it finish.
#[job(slot = "customer-{customer}", needs = [refresh_token], max_retries = 2, on_shutdown = "finish")]
pub(crate) async fn report(
    customer: u32,
    ctx: TaskContext,
    reports: State<Reports>,
) -> anyhow::Result<String> {
    info!(customer, "calculating");
    // The reports of some customers are large.
    sleep(Duration::from_millis(if customer < 100 { 50 } else { 1_500 })).await;
    let report = format!("report of customer {customer}");
    reports.store(ctx.id(), report.clone());
    Ok(report)
}

/// Sends the mails of the queue. After a stop request it takes no further mail; one that it has taken is sent within the grace.
#[task(instances = 4, delay = "0s")]
async fn send_mails(ctx: TaskContext, mails: State<Mails>) {
    if let Some(Some(recipient)) = ctx.run_until_cancelled(mails.next()).await {
        sleep(Duration::from_millis(10)).await;
        info!(recipient, "sent");
    }
}

/// Without the feed the service is useless: if it cannot be polled for long, the service ends with exit code 1, and is started anew.
#[task(every = "1s", timeout = "5s", backoff = "exp", max_failures = "20 in 5m", critical)]
async fn poll_feed() -> anyhow::Result<()> {
    sleep(Duration::from_millis(5)).await;
    Ok(())
}

/// Forgets the reports of the day.
#[task(cron = "0 3 * * *", tz = "Europe/Berlin")]
async fn clean_up(reports: State<Reports>) {
    info!(reports = reports.clear(), "cleaned up");
}
