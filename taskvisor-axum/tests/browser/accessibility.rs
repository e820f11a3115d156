//! What the page offers to those who see it badly, or not at all, or on a phone.

use serde_json::{Value, json};
use taskvisor_axum::Dashboard;

use crate::fixture::{Service, broken, hostile, well};
use crate::loading::open;
use crate::session::{Browser, Theme, WINDOW};
use crate::shared::in_browser;

/// Roles of elements that a person operates.
const INTERACTIVE: [&str; 14] = [
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "switch",
    "tab",
    "grid",
    "listbox",
    "menuitem",
    "slider",
    "DisclosureTriangle",
];

const PHONE: (u32, u32) = (380, 800);

#[test]
fn everything_interactive_has_an_accessible_name() {
    in_browser(async |browser| {
        let service = start_broken().await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#attention", "ingest").await;
        assert_names(browser, "the page", 20).await;
        open_details(browser, "ingest").await;
        assert_names(browser, "the details", 5).await;
        browser.click("#details [data-action=\"pause\"]").await;
        assert_names(browser, "the confirmation", 2).await;

        let structure = "
            const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
            const references = [...document.querySelectorAll('[aria-labelledby], [aria-describedby]')]
                .flatMap((element) => `${element.getAttribute('aria-labelledby') ?? ''} ${element.getAttribute('aria-describedby') ?? ''}`.trim().split(/ +/));
            return {
                lang: document.documentElement.lang,
                title: document.title !== '',
                headings: document.querySelectorAll('h1').length,
                main: document.querySelectorAll('main').length,
                twice: ids.filter((id, index) => ids.indexOf(id) !== index),
                dangling: references.filter((id) => !document.getElementById(id)).filter((id) => !['details-title', 'confirm-title'].includes(id)),
            };";
        let structure = browser.script(structure, Vec::new()).await;
        let expected =
            json!({ "lang": "en", "title": true, "headings": 1, "main": 1, "twice": [], "dangling": [] });
        assert_eq!(structure, expected);
    });
}

#[test]
fn every_text_has_a_contrast_of_four_and_a_half() {
    in_browser(async |browser| {
        let services = [Service::start(well::three()).await, start_broken().await];
        for theme in Theme::BOTH {
            for size in [WINDOW, PHONE, (1600, 1000)] {
                browser.show(theme, size).await;
                for service in &services {
                    open(browser, &service.url()).await;
                    assert_contrast(browser, &format!("{theme:?} {size:?}"), 40).await;
                }
            }
            open_details(browser, "ingest").await;
            assert_contrast(browser, &format!("{theme:?}, details"), 40).await;
            browser.click("#details [data-action=\"pause\"]").await;
            browser.click("#confirm-send").await;
            let refused = "return document.querySelector('#confirm-message').hidden === false;";
            browser.wait_for("the refusal", refused, Vec::new()).await;
            assert_contrast(browser, &format!("{theme:?}, confirmation"), 40).await;
        }
        drop(services);
        for theme in Theme::BOTH {
            browser.show(theme, WINDOW).await;
            browser
                .wait_for("the banner", "return !document.querySelector('#stale').hidden;", Vec::new())
                .await;
            assert_contrast(browser, &format!("{theme:?}, banner"), 40).await;
        }
    });
}

#[test]
fn a_phone_never_scrolls_sideways() {
    in_browser(async |browser| {
        browser.show(Theme::Light, PHONE).await;
        let slow = [Service::start(well::thousand()).await, Service::start(hostile::tasks()).await];
        hostile::submit(slow[1].supervisor());
        let services = [start_broken().await, Service::start(well::three()).await];
        for service in slow.iter().chain(&services) {
            open(browser, &service.url()).await;
            browser.frames(3).await;
            assert_narrow(browser, "the page").await;
            browser.script("document.querySelector('#tasks [data-task]').click();", Vec::new()).await;
            browser
                .wait_for("the details", "return document.querySelector('#details').open;", Vec::new())
                .await;
            browser.frames(3).await;
            assert_narrow(browser, "the details").await;
        }
    });
}

/// A broken service with jobs, whose controls refuse everything.
async fn start_broken() -> Service {
    let service =
        Service::start_at("127.0.0.1:0", Dashboard::new().with_controls(|_| None), broken::three()).await;
    broken::submit_jobs(service.supervisor());
    service
}

async fn open_details(browser: &Browser, name: &str) {
    let script = "
        const row = document.querySelector(`#tasks [data-task=\"${arguments[0]}\"]`);
        row?.click();
        return row !== null;";
    browser.wait_for(&format!("the row of `{name}`"), script, vec![name.into()]).await;
    browser.wait_for_text("#details[open]", "Latest attempts").await;
}

/// Asserts that the browser computes a name for everything that can be operated.
async fn assert_names(browser: &Browser, what: &str, at_least: usize) {
    let tree = browser.developer("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().expect("it is a list");
    let is_interactive = |node: &&Value| {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        node["ignored"] != true && INTERACTIVE.contains(&role)
    };
    let operable: Vec<_> = nodes.iter().filter(is_interactive).collect();
    assert!(operable.len() >= at_least, "{what} has only {} elements: {operable:#?}", operable.len());
    let unnamed: Vec<_> = operable
        .into_iter()
        .filter(|node| node["name"]["value"].as_str().unwrap_or_default().trim().is_empty())
        .map(|node| (&node["role"]["value"], &node["backendDOMNodeId"], &node["properties"]))
        .collect();
    assert!(unnamed.is_empty(), "without a name in {what}: {unnamed:#?}");
    // What the keyboard reaches says what it is.
    let without_role = "
        const reachable = [...document.querySelectorAll('[tabindex=\"0\"]')];
        const native = 'a, button, canvas[role], input, select, summary, ul, ol';
        return reachable.filter((element) => !element.hasAttribute('role') && !element.matches(native)).map((element) => element.outerHTML.slice(0, 200));";
    assert_eq!(browser.script(without_role, Vec::new()).await, json!([]), "without a role in {what}");
}

async fn assert_contrast(browser: &Browser, what: &str, at_least: u64) {
    // Without an animation that is still transparent.
    browser.wait_for("no animation", "return document.getAnimations().length === 0;", Vec::new()).await;
    let result = browser.script(include_str!("contrast.js"), Vec::new()).await;
    assert!(result["count"].as_u64() >= Some(at_least), "{what}: {result}");
    assert_eq!(result["low"], json!([]), "{what}");
}

async fn assert_narrow(browser: &Browser, what: &str) {
    let script = "
        const wide = (element) => element.scrollWidth > arguments[0];
        return [document.documentElement, document.body, ...document.querySelectorAll('dialog[open]')].filter(wide)
            .map((element) => `${element.tagName}: ${element.scrollWidth} px`);";
    let wide = browser.script(script, vec![json!(PHONE.0)]).await;
    assert_eq!(wide, json!([]), "{what} is too wide:\n{}", browser.describe().await);
}
