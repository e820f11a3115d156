//! The details of a task.

use std::time::Duration;

use taskvisor::{BackoffPolicy, MaxFailures};

use crate::fixture::Service;
use crate::fixture::work::{HOUR, fails};
use crate::loading::open;
use crate::session::Browser;
use crate::shared::in_browser;

#[test]
fn they_say_how_close_a_task_is_to_its_limit_of_failures() {
    in_browser(async |browser| {
        let limited = fails("ingest", "no route to host", &[])
            .with_backoff(BackoffPolicy::constant(Duration::from_secs(60)))
            .with_max_failures(MaxFailures::new(5, HOUR));
        let service = Service::start(vec![limited]).await;
        open(browser, &service.url()).await;
        let cell = "return document.querySelector('#tasks [data-task=\"ingest\"] .window').textContent === '1 of 5';";
        browser.wait_for("the cell of the table", cell, Vec::new()).await;
        open_details(browser, "ingest").await;
        browser.wait_for_text("#details", "1 in the latest 1 h").await;
        browser.wait_for_text("#details", "gives up beyond 5").await;
    });
}

async fn open_details(browser: &Browser, task: &str) {
    browser.click(&format!("#tasks [data-task=\"{task}\"]")).await;
    browser.wait_for_text("#details[open]", task).await;
}
