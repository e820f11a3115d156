//! A thousand tasks.

use std::collections::BTreeSet;

use serde_json::json;

use crate::fixture::{Service, broken, well};
use crate::loading::{assert_clean, open};
use crate::session::Browser;
use crate::shared::in_browser;

/// How many rows, and how many elements in all, the document has at most. Unlike a list of all rows, which would have 12,000 elements.
const MAX: (u64, u64) = (80, 4_000);

/// The names of the rows in the document, and whether the last one is in view.
const ROWS: &str = "
    const grid = document.querySelector('#tasks').getBoundingClientRect();
    const rows = [...document.querySelectorAll('#tasks [data-task]')];
    const inView = (row) => row.getBoundingClientRect().bottom > grid.top && row.getBoundingClientRect().top < grid.bottom;
    return rows.filter(inView).map((row) => row.dataset.task).sort();";

#[test]
fn a_thousand_tasks_are_a_few_rows_of_the_document() {
    in_browser(async |browser| {
        let service = Service::start(well::thousand()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#tasks-count", "1,001").await;
        assert_few_elements(browser).await;
        let count = browser.script("return document.querySelector('#tasks').ariaRowCount;", Vec::new()).await;
        assert_eq!(count, "1002", "with the headings, for screen readers");

        // To the end, in steps of a page.
        let scroll = "
            const grid = document.querySelector('#tasks');
            grid.scrollTop += grid.clientHeight;
            return grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1;";
        let mut seen = BTreeSet::new();
        let mut at_end = false;
        while !at_end {
            seen.extend(rows_in_view(browser).await);
            at_end = browser.script(scroll, Vec::new()).await == json!(true);
            // Two frames: one for the event of the scroll, one for the rows.
            browser.frames(2).await;
            assert_few_elements(browser).await;
        }
        seen.extend(rows_in_view(browser).await);
        assert_eq!(seen.len(), 1_001, "each task was in view once");
        assert!(
            rows_in_view(browser).await.contains(&"partition-0999".to_owned()),
            "the last one is at the end"
        );
        assert_clean(browser, &service.url()).await;
    });
}

#[test]
fn the_filter_finds_one_of_a_thousand() {
    in_browser(async |browser| {
        let service = Service::start(well::thousand()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#tasks-count", "1,001").await;
        browser.script("document.querySelector('#tasks').scrollTop = 20_000;", Vec::new()).await;
        browser.click("#filter").await;
        browser.press("TION-0777".chars()).await;
        let found = "
            const rows = [...document.querySelectorAll('#tasks [data-task]')];
            return rows.length === 1 && rows[0].dataset.task === 'partition-0777';";
        browser.wait_for("one row", found, Vec::new()).await;
        assert_eq!(rows_in_view(browser).await, ["partition-0777"], "it is in view after the scroll, too");
        browser.press("x".chars()).await;
        browser.wait_for_text("#tasks-note", "No task").await;
    });
}

#[test]
fn a_thousand_broken_tasks_are_shown_worst_first() {
    in_browser(async |browser| {
        let service = Service::start(broken::thousand()).await;
        broken::settle(service.supervisor()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#verdict", "DEGRADED").await;
        browser.wait_for_text("#tasks-count", "1,003").await;
        browser.wait_for_text("#attention", "compress").await;
        assert_few_elements(browser).await;
        assert_eq!(rows_in_view(browser).await.first().map(String::as_str), Some("compress"), "it is stuck");
        // Each of these states is among the thousand, and each filter shows only its own.
        for state in ["running", "backing_off", "sleeping", "waiting", "paused", "stuck", "ended"] {
            browser.click(&format!("#states [data-state=\"{state}\"]")).await;
            let only = "
                const rows = [...document.querySelectorAll('#tasks [data-task]')];
                return rows.length > 0 && rows.every((row) => row.dataset.phase === arguments[0]);";
            browser.wait_for(&format!("only rows that are {state}"), only, vec![state.into()]).await;
        }
        assert_clean(browser, &service.url()).await;
    });
}

async fn rows_in_view(browser: &Browser) -> Vec<String> {
    let rows = browser.script(ROWS, Vec::new()).await;
    serde_json::from_value(rows).expect("it is a list of names")
}

async fn assert_few_elements(browser: &Browser) {
    let count = "
        return [document.querySelectorAll('#tasks [data-task]').length, document.querySelectorAll('*').length];";
    let count = browser.script(count, Vec::new()).await;
    assert!(count[0].as_u64() > Some(5) && count[0].as_u64() < Some(MAX.0), "rows: {count}");
    assert!(count[1].as_u64() < Some(MAX.1), "elements: {count}");
}
