//! The page and the shutdown of its service.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{TaskContext, TaskFn, TaskSpec};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::fixture::Service;
use crate::fixture::work::serves;
use crate::loading::open;
use crate::shared::in_browser;

#[test]
fn an_open_page_does_not_hold_up_a_shutdown() {
    in_browser(async |browser| {
        let flushed = Arc::new(Notify::new());
        let wait = Arc::clone(&flushed);
        let flush = TaskFn::shared("flush", move |context: TaskContext| {
            let wait = Arc::clone(&wait);
            async move {
                context.cancelled().await;
                wait.notified().await;
                Ok(())
            }
        });
        let service = Service::start(vec![serves("db"), TaskSpec::on_failure(flush)]).await;
        open(browser, &service.url()).await;
        service.supervisor().stop();
        // The page shows the shutdown while it lasts, although its stream has ended.
        let stops = "return document.querySelector('#verdict').dataset.verdict === 'shutting_down';";
        browser.wait_for("the shutdown", stops, Vec::new()).await;
        browser.wait_for_text("#verdict", "SHUTTING DOWN").await;
        browser.wait_for_text("#health", "grace ends in ").await;
        assert_eq!(browser.script("return document.querySelector('#stale').hidden;", Vec::new()).await, true);
        flushed.notify_one();
        // The grace is 30 s, the rest for a slow machine. A stream that remained open would use up the grace.
        let report = timeout(Duration::from_secs(25), service.ended()).await.expect("it ends in time");
        let report = report.expect("it shuts down in order");
        assert!(report.aborted_tasks.is_empty(), "{report:?}");
        browser.wait_for("the banner", "return !document.querySelector('#stale').hidden;", Vec::new()).await;
    });
}
