//! Names and texts that try to become part of the page.

use serde_json::json;

use crate::fixture::{Service, hostile};
use crate::loading::{assert_clean, open};
use crate::session::Browser;
use crate::shared::in_browser;

/// Elements that only a text could have created.
const CREATED: &str = "
    return [...document.querySelectorAll('img, iframe, object, embed, form[action], a[href]:not(.skip), b > script, tasks script')]
        .map((element) => element.outerHTML)
        .concat([...document.querySelectorAll('script')].length > 1 ? ['another script'] : [])
        .concat([...document.querySelectorAll('*')].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith('on')))
            .map((element) => element.outerHTML));";

#[test]
fn hostile_names_are_shown_as_they_are() {
    in_browser(async |browser| {
        let service = Service::start(hostile::tasks()).await;
        hostile::submit(service.supervisor());
        open(browser, &service.url()).await;
        for name in hostile::NAMES {
            assert_text(browser, "#tasks", name).await;
            assert_text(browser, "#slots", name).await;
            assert_text(browser, "#jobs", name).await;
            assert_text(browser, "#timeline", name).await;
        }
        browser.wait_for_text("#events", "__proto__").await;
        for name in hostile::NAMES.into_iter().chain(["__proto__", "<b>needed</b>"]) {
            open_details(browser, name).await;
            assert_text(browser, "#details", name).await;
            let loaded = "return document.querySelector('#details').innerText.includes('Dependencies');";
            if name != "__proto__" {
                browser.wait_for("the answer about the task", loaded, Vec::new()).await;
            }
            browser.script("document.querySelector('#details').close();", Vec::new()).await;
        }
        // An error with its causes.
        assert_text(browser, "#attention", "constructor").await;
        for query in hostile::NAMES {
            filter(browser, query).await;
            let found = "return [...document.querySelectorAll('#tasks [data-task]')].some((row) => row.dataset.task === arguments[0]);";
            browser.wait_for("the filtered row", found, vec![query.into()]).await;
        }
        filter(browser, "").await;
        assert_eq!(browser.script(CREATED, Vec::new()).await, json!([]), "no text has created an element");
        assert_eq!(
            browser.script("return Object.prototype.toString.call({});", Vec::new()).await,
            "[object Object]"
        );
        assert_clean(browser, &service.url()).await;
    });
}

#[test]
fn hostile_errors_are_shown_as_they_are() {
    in_browser(async |browser| {
        let service = Service::start(hostile::failing()).await;
        open(browser, &service.url()).await;
        for name in hostile::NAMES {
            open_details(browser, name).await;
            let shown = "
                const text = document.querySelector('#details').textContent;
                return text.includes('Latest attempts') && arguments[0].every((error) => text.includes(error));";
            let errors = hostile::NAMES.map(hostile::shown);
            browser.wait_for(&format!("the errors of `{name}`"), shown, vec![json!(errors)]).await;
            browser.script("document.querySelector('#details').close();", Vec::new()).await;
        }
        browser.wait_for_text("#events", "backoff").await;
        assert_eq!(browser.script(CREATED, Vec::new()).await, json!([]), "no text has created an element");
        assert_clean(browser, &service.url()).await;
    });
}

/// Waits until the text of a part contains a name as it is.
async fn assert_text(browser: &Browser, part: &str, name: &str) {
    let script = "return document.querySelector(arguments[0]).textContent.includes(arguments[1]);";
    let name = hostile::shown(name);
    browser.wait_for(&format!("`{name}` in `{part}`"), script, vec![part.into(), name.into()]).await;
}

async fn open_details(browser: &Browser, name: &str) {
    let script = "
        const row = [...document.querySelectorAll('#tasks [data-task]')].find((row) => row.dataset.task === arguments[0]);
        row?.click();
        return row !== undefined;";
    browser.wait_for(&format!("the row of `{name}`"), script, vec![name.into()]).await;
    browser.wait_for("the details", "return document.querySelector('#details').open;", Vec::new()).await;
}

async fn filter(browser: &Browser, query: &str) {
    let script = "
        const filter = document.querySelector('#filter');
        filter.value = arguments[0];
        filter.dispatchEvent(new Event('input'));";
    browser.script(script, vec![query.into()]).await;
}
