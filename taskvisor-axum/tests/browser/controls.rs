//! Actions on tasks, with and without permission.

use serde_json::json;
use taskvisor::Phase;
use taskvisor_axum::Dashboard;

use crate::changes::wait_for_phase;
use crate::fixture::work::runs;
use crate::fixture::{Service, broken};
use crate::loading::open;
use crate::session::Browser;
use crate::shared::in_browser;

#[test]
fn without_controls_nothing_can_be_changed() {
    in_browser(async |browser| {
        let service = Service::start(broken::three()).await;
        open(browser, &service.url()).await;
        browser.wait_for_text("#attention", "billing").await;
        open_details(browser, "ingest").await;
        browser.wait_for_text("#details", "Latest attempts").await;
        let actions = "return document.querySelectorAll('[data-action]').length;";
        assert_eq!(browser.script(actions, Vec::new()).await, json!(0));
    });
}

#[test]
fn a_confirmed_action_happens_and_names_its_operator() {
    in_browser(async |browser| {
        let dashboard = Dashboard::new().with_controls(|_| Some("the page".to_owned()));
        let service = Service::start_at("127.0.0.1:0", dashboard, vec![runs("ingest"), runs("report")]).await;
        open(browser, &service.url()).await;

        choose(browser, "ingest", "pause").await;
        browser.wait_for_text("#confirm", "ingest").await;
        browser.wait_for_text("#confirm", "Pause").await;
        let focus = "return document.activeElement.id;";
        assert_eq!(
            browser.script(focus, Vec::new()).await,
            "confirm-cancel",
            "Enter does nothing by mistake"
        );
        browser.click("#confirm-cancel").await;
        let closed = "return !document.querySelector('#confirm').open;";
        browser.wait_for("the question is closed", closed, Vec::new()).await;
        assert!(
            !browser.requests().await.iter().any(|request| request.contains("/pause")),
            "nothing was sent"
        );
        assert!(matches!(phase_of(&service, "ingest"), Phase::Running { .. }));

        browser.click("#details [data-action=\"pause\"]").await;
        browser.click("#confirm-send").await;
        browser.wait_for("the question is closed", closed, Vec::new()).await;
        wait_for_phase(browser, "ingest", "paused").await;
        assert!(matches!(phase_of(&service, "ingest"), Phase::Paused { .. }));
        assert!(matches!(phase_of(&service, "report"), Phase::Running { .. }), "only this task is paused");
        browser.wait_for_text("#events [data-kind=\"operated\"]", "the page").await;
        assert_eq!(posts(browser).await, ["/tasks/ingest/pause"]);

        browser.click("#details [data-action=\"resume\"]").await;
        browser.click("#confirm-send").await;
        wait_for_phase(browser, "ingest", "running").await;
    });
}

#[test]
fn a_refused_action_asks_for_a_token() {
    in_browser(async |browser| {
        let dashboard = Dashboard::new().with_controls(|request| {
            let token = request.headers().get("authorization")?;
            (token == "Bearer s3cret").then(|| "on-call".to_owned())
        });
        let service = Service::start_at("127.0.0.1:0", dashboard, vec![runs("ingest"), runs("report")]).await;
        open(browser, &service.url()).await;

        choose(browser, "ingest", "pause").await;
        let asks = "return document.querySelector('#token').checkVisibility();";
        assert_eq!(
            browser.script(asks, Vec::new()).await,
            false,
            "no token is requested before it is needed"
        );
        browser.click("#confirm-send").await;
        browser.wait_for_text("#confirm-message", "does not permit").await;
        browser.wait_for("the field for the token", asks, Vec::new()).await;
        assert!(matches!(phase_of(&service, "ingest"), Phase::Running { .. }));

        browser.click("#token").await;
        browser.press("wrong".chars()).await;
        browser.click("#confirm-send").await;
        let sent = "return !document.querySelector('#confirm-send').disabled;";
        browser.wait_for("the answer", sent, Vec::new()).await;
        browser.wait_for_text("#confirm-message", "does not permit").await;
        assert!(matches!(phase_of(&service, "ingest"), Phase::Running { .. }));

        browser.script("document.querySelector('#token').value = '';", Vec::new()).await;
        browser.click("#token").await;
        browser.press("s3cret".chars()).await;
        browser.click("#confirm-send").await;
        wait_for_phase(browser, "ingest", "paused").await;
        assert!(matches!(phase_of(&service, "ingest"), Phase::Paused { .. }));

        // The token is kept in memory, and only there.
        let stored = "return [localStorage.length, sessionStorage.length, document.cookie, location.href.includes('s3cret')];";
        assert_eq!(browser.script(stored, Vec::new()).await, json!([0, 0, "", false]));
        browser.script("document.querySelector('#details').close();", Vec::new()).await;
        choose(browser, "report", "pause").await;
        browser.click("#confirm-send").await;
        wait_for_phase(browser, "report", "paused").await;
    });
}

/// Opens the details of a task, and chooses an action.
async fn choose(browser: &Browser, task: &str, action: &str) {
    open_details(browser, task).await;
    browser.click(&format!("#details [data-action=\"{action}\"]")).await;
    browser.wait_for("the question", "return document.querySelector('#confirm').open;", Vec::new()).await;
}

async fn open_details(browser: &Browser, task: &str) {
    browser.click(&format!("#tasks [data-task=\"{task}\"]")).await;
    browser.wait_for_text("#details[open]", task).await;
}

/// The paths of the requests for actions since the latest call.
async fn posts(browser: &Browser) -> Vec<String> {
    let requests = browser.requests().await.into_iter();
    let posts = requests.filter(|request| request.ends_with("/pause") || request.ends_with("/resume"));
    posts.filter_map(|request| Some(request[request.find("/tasks/")?..].to_owned())).collect()
}

fn phase_of(service: &Service, task: &str) -> Phase {
    service.supervisor().task(task).expect("it is known").status().phase
}
