//! The page without a pointer.

use fantoccini::key::Key;
use serde_json::json;

use crate::fixture::{Service, broken, well};
use crate::loading::{assert_clean, open};
use crate::session::Browser;
use crate::shared::in_browser;

/// Describes the element with the focus: how it is found, whether it comes later in the document than the previous one, and whether the
/// focus is visible.
const FOCUS: &str = "
    const focused = document.activeElement;
    if (focused === document.body || focused === null) { watched.previous = null; return null; }
    const previous = watched.previous ?? document.body;
    watched.previous = focused;
    const later = Boolean(previous.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING);
    const marks = [focused, ...focused.querySelectorAll('*')].map((element) => getComputedStyle(element));
    const visible = focused.matches(':focus-visible')
        && (marks[0].outlineStyle !== 'none' || marks.some((mark) => mark.stroke !== 'none' && parseFloat(mark.strokeWidth) >= 3));
    const box = focused.getBoundingClientRect();
    const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    const name = focused.id ? `#${focused.id}` : focused.dataset.state ?? focused.className.baseVal ?? focused.className;
    return { name: `${focused.tagName.toLowerCase()} ${name}`, later, visible, inside };";

#[test]
fn tab_walks_the_page_in_its_order_and_shows_the_focus() {
    in_browser(async |browser| {
        let service = Service::start(broken::three()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#attention", "ingest").await;
        browser.wait_for_text("#graph", "report").await;
        let mut walk = Vec::new();
        loop {
            browser.press([Key::Tab.into()]).await;
            let focus = browser.script(FOCUS, Vec::new()).await;
            let Some(name) = focus["name"].as_str() else { break };
            assert_eq!(focus["later"], true, "the order is that of the document: {name} after {walk:?}");
            assert_eq!(focus["visible"], true, "the focus of `{name}` is visible");
            assert_eq!(focus["inside"], true, "`{name}` is in the window when it has the focus");
            walk.push(name.to_owned());
            assert!(walk.len() < 300, "the walk ends: {walk:?}");
        }
        assert!(walk[0].contains("skip"), "first, the link to the tasks: {walk:?}");
        for expected in [
            "#filter",
            "#sort",
            "attention",
            "div #tasks",
            "canvas",
            "g node",
            "#events-filter",
            "#events-pause",
        ] {
            assert!(walk.iter().any(|name| name.contains(expected)), "`{expected}` is missing: {walk:?}");
        }
    });
}

#[test]
fn keys_filter_select_open_and_close() {
    in_browser(async |browser| {
        let service = Service::start(well::three()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#tasks", "poll_feed").await;

        browser.press(['/']).await;
        assert_eq!(focused(browser).await, "filter");
        browser.press("d".chars()).await;
        wait_for_rows(browser, &["dashboard", "db", "poll_feed"]).await;
        browser.press([Key::Down.into()]).await;
        assert_eq!(focused(browser).await, "tasks");
        let first = active(browser).await;
        browser.press([Key::Down.into()]).await;
        assert_ne!(active(browser).await, first, "the arrow has moved the active row");
        browser.press([Key::End.into()]).await;
        assert_eq!(active(browser).await, "poll_feed");
        browser.press([Key::Home.into()]).await;
        assert_eq!(active(browser).await, first);
        browser.press([Key::End.into(), Key::Enter.into()]).await;
        browser.wait_for_text("#details[open]", "poll_feed").await;
        let inside = "return document.querySelector('#details').contains(document.activeElement);";
        assert_eq!(browser.script(inside, Vec::new()).await, true, "the details have the focus");
        // A modal dialog keeps the focus.
        for _ in 0..30 {
            browser.press([Key::Tab.into()]).await;
            let outside = "return document.querySelector('#tasks').contains(document.activeElement);";
            assert_eq!(browser.script(outside, Vec::new()).await, false);
        }
        browser.press([Key::Escape.into()]).await;
        browser
            .wait_for(
                "the details are closed",
                "return !document.querySelector('#details').open;",
                Vec::new(),
            )
            .await;
        assert_eq!(focused(browser).await, "tasks", "the focus returns");
        assert_eq!(active(browser).await, "poll_feed");

        // The row stays selected while the tasks are refreshed.
        service.supervisor().pause("db").expect("it is known");
        browser.wait_for_text("#attention", "db").await;
        assert_eq!(active(browser).await, "poll_feed");
        assert_eq!(focused(browser).await, "tasks");

        browser.press_with(Key::Shift.into(), Key::Tab.into()).await;
        assert_ne!(focused(browser).await, "tasks", "the grid is no trap");
        assert_clean(browser, &service.url()).await;
    });
}

async fn focused(browser: &Browser) -> String {
    let id = browser.script("return document.activeElement.id;", Vec::new()).await;
    id.as_str().expect("it is a text").to_owned()
}

/// The task whose row is active in the grid, for a screen reader.
async fn active(browser: &Browser) -> String {
    let script = "
        const row = document.getElementById(document.querySelector('#tasks').getAttribute('aria-activedescendant'));
        return row?.dataset.task ?? null;";
    let name = browser.wait_for("an active row", script, Vec::new()).await;
    name.as_str().expect("it is a name").to_owned()
}

async fn wait_for_rows(browser: &Browser, names: &[&str]) {
    let script = "
        const rows = [...document.querySelectorAll('#tasks [data-task]')].map((row) => row.dataset.task).sort();
        return JSON.stringify(rows) === JSON.stringify(arguments[0]);";
    browser.wait_for(&format!("the rows {names:?}"), script, vec![json!(names)]).await;
}
