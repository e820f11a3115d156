//! What the page loads, and from where.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::Value;
use taskvisor_axum::router;

use crate::fixture::front::Front;
use crate::fixture::{Service, well};
use crate::session::{Browser, Theme};
use crate::shared::in_browser;

/// Opens the page, and waits until it shows the tasks, and events as they happen.
pub(crate) async fn open(browser: &Browser, address: &str) {
    browser.open(address).await;
    let loaded = "
        return document.querySelector('#verdict')?.dataset.verdict !== undefined
            && document.querySelector('#tasks [data-task]') !== null
            && document.querySelector('#connection').dataset.connection === 'live';";
    browser.wait_for("the page is loaded and live", loaded, Vec::new()).await;
}

/// Asserts that the page has loaded nothing from elsewhere, has reported nothing to its console, and was not attacked.
pub(crate) async fn assert_clean(browser: &Browser, address: &str) {
    let requests = browser.requests().await;
    assert!(
        requests.iter().any(|request| request.starts_with(address)),
        "the log has requests: {requests:?}"
    );
    let elsewhere = |request: &&String| {
        !["data:", "about:", address].into_iter().any(|permitted| request.starts_with(permitted))
    };
    let elsewhere: Vec<_> = requests.iter().filter(elsewhere).collect();
    assert!(elsewhere.is_empty(), "requests to elsewhere: {elsewhere:?}");
    let problem = |line: &String| !["\"DEBUG\"", "\"INFO\""].into_iter().any(|level| line.starts_with(level));
    let problems: Vec<_> = browser.console().await.into_iter().filter(problem).collect();
    assert!(problems.is_empty(), "the console: {problems:?}");
    let watched = browser.script("return watched;", Vec::new()).await;
    for kind in ["violations", "errors", "dialogs"] {
        assert_eq!(watched[kind], Value::Array(Vec::new()), "{kind}");
    }
}

#[test]
fn it_loads_without_a_message_or_another_host() {
    in_browser(async |browser| {
        let service = Service::start(well::three()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#tasks", "poll_feed").await;
        browser.wait_for_text("#verdict", "OK").await;
        browser.wait_for_text("#events", "poll_feed succeeded").await;
        assert_clean(browser, &service.url()).await;
    });
}

/// Shows that the test above would find such a request.
#[test]
fn a_request_to_another_host_would_be_found() {
    in_browser(async |browser| {
        const PAGE: &str = "<script>fetch('http://example.invalid/x').catch(() => {}); alert(1); console.error('e')</script>";
        let front = Front::start("127.0.0.1:0", Router::new().route("/", get(async || Html(PAGE)))).await;
        browser.open(&format!("http://{}/", front.address())).await;
        let requests = browser.requests().await;
        assert!(requests.iter().any(|request| request.contains("example.invalid")), "{requests:?}");
        assert_eq!(
            browser.script("return watched.dialogs;", Vec::new()).await,
            serde_json::json!(["alert: 1"])
        );
        let console = browser.console().await;
        assert!(console.iter().any(|line| line.starts_with("\"SEVERE\"")), "{console:?}");
    });
}

#[test]
fn it_works_nested_with_and_without_a_slash() {
    in_browser(async |browser| {
        let service = Service::start(well::three()).await;
        for path in ["/admin", "/admin/"] {
            let routes = Router::new().nest(path, router(service.supervisor().clone()));
            let front = Front::start("127.0.0.1:0", routes).await;
            browser.reset().await.expect("it answers");
            open(browser, &format!("http://{}{path}", front.address())).await;
            browser.wait_for_text("#tasks", "poll_feed").await;
            assert_clean(browser, &format!("http://{}/admin", front.address())).await;
        }
    });
}

#[test]
fn a_change_of_its_size_reports_no_error() {
    in_browser(async |browser| {
        let service = Service::start(well::three()).await;
        open(browser, &service.url()).await;
        // Each of the layouts of the table changes the heights of its rows, and with them its own height.
        for width in [380, 900, 1600, 700, 1280, 380, 1600, 820, 1500, 830] {
            browser.show(Theme::Light, (width, 900)).await;
            browser.frames(3).await;
        }
        assert_clean(browser, &service.url()).await;
    });
}
