//! The list of events.

use taskvisor::ControllerSpec;

use crate::fixture::Service;
use crate::fixture::work::{runs, serves};
use crate::loading::open;
use crate::shared::in_browser;

#[test]
fn the_events_of_jobs_can_be_hidden() {
    in_browser(async |browser| {
        let service = Service::start(vec![serves("db")]).await;
        open(browser, &service.url()).await;
        let submit = || {
            let spec = ControllerSpec::queue(runs("send_invoice")).with_slot("invoice");
            drop(service.supervisor().submit(spec).expect("it is accepted"));
        };
        submit();
        browser.wait_for_text("#events", "send_invoice").await;
        browser.click("#events-jobs").await;
        let without_jobs = "
            const text = document.querySelector('#events ol').innerText;
            return !text.includes('send_invoice') && text.includes('db');";
        browser.wait_for("only the events of tasks", without_jobs, Vec::new()).await;
        submit();
        service.supervisor().pause("db").expect("it is known");
        // A later event of a task, which would be above those of the second job.
        browser.wait_for_text("#events", "db operated").await;
        assert_eq!(browser.script(without_jobs, Vec::new()).await, true);
        browser.click("#events-jobs").await;
        browser.wait_for_text("#events", "send_invoice").await;
    });
}
