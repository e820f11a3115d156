//! How soon the page shows a change, and what it does without its server.

use serde_json::{Value, json};
use taskvisor::Phase;
use taskvisor_axum::{Dashboard, router};

use crate::fixture::front::Front;
use crate::fixture::work::{runs, serves};
use crate::fixture::{Service, until, well};
use crate::loading::open;
use crate::session::Browser;
use crate::shared::in_browser;

/// How soon a change must be visible.
const PROMISE_MS: f64 = 1_000.0;

/// How often a change is measured before the page is to blame.
const TRIES: usize = 3;

/// A change passes through some threads one after the other: of the task, of the subscriber, of the stream, of the browser's network
/// process, twice of the page for the event and for the answer to its request, and of the server for that request. Each waits for the
/// machine as long as the timer of the page does.
const HOPS: f64 = 8.0;

/// Records when the row of a task shows a phase, by the clock of the machine, which is also that of the server.
const RECORD: &str = "
    const [task, phase] = arguments;
    const row = () => document.querySelector(`#tasks [data-task=\"${task}\"]`);
    watched.shownAt = null;
    watched.lag = 0;
    watched.events = new Set([...document.querySelectorAll('#events [data-event]')].map((event) => event.dataset.event));
    watched.observer?.disconnect();
    watched.observer = new MutationObserver(() => {
        if (watched.shownAt === null && row()?.dataset.phase === phase) watched.shownAt = Date.now();
    });
    watched.observer.observe(document.querySelector('#tasks'), { subtree: true, childList: true, attributes: true });";

/// Returns the delay from the event to what the page shows, and by how much the machine has delayed the page.
const DELAY: &str = "
    const [task, action] = arguments;
    const events = [...document.querySelectorAll('#events [data-kind=\"operated\"]')];
    const isNew = (event) => !watched.events.has(event.dataset.event);
    const event = events.find((event) => isNew(event) && event.textContent.includes(`action=${action}`));
    if (watched.shownAt === null || !event) return null;
    return [watched.shownAt - Date.parse(event.querySelector('time').dateTime), watched.lag];";

#[test]
fn a_change_is_visible_within_a_second_of_its_event() {
    in_browser(async |browser| {
        let service = Service::start(vec![serves("db"), runs("ingest")]).await;
        open(browser, &service.url()).await;
        for action in ["pause", "resume", "pause", "resume"] {
            let mut delays = Vec::new();
            loop {
                let (delay, lag) = measure(browser, &service, action).await;
                delays.push((delay, lag));
                if delay <= PROMISE_MS + HOPS * lag {
                    break;
                }
                assert!(delays.len() < TRIES, "`{action}`: delays and lags in ms: {delays:?}");
                measure(browser, &service, if action == "pause" { "resume" } else { "pause" }).await;
            }
        }
    });
}

/// Pauses or resumes the task `ingest`. Returns the delay from the event to what the page shows, and the lag of the machine.
async fn measure(browser: &Browser, service: &Service, action: &str) -> (f64, f64) {
    let (phase, result) = match action {
        "pause" => {
            browser.script(RECORD, vec!["ingest".into(), "paused".into()]).await;
            ("paused", service.supervisor().pause("ingest"))
        }
        _ => {
            browser.script(RECORD, vec!["ingest".into(), "running".into()]).await;
            ("running", service.supervisor().resume("ingest"))
        }
    };
    assert_eq!(result.ok(), Some(true));
    let what = format!("the event of `{action}`, and the phase {phase}");
    let delay = browser.wait_for(&what, DELAY, vec!["ingest".into(), action.into()]).await;
    let [delay, lag] = [0, 1].map(|index| delay[index].as_f64().expect("it is a number"));
    assert!(delay > -50.0, "the page and the server have one clock: {delay} ms");
    (delay, lag)
}

#[test]
fn it_survives_a_restart_of_the_server() {
    in_browser(async |browser| {
        let service = Service::start(well::three()).await;
        let (url, address) = (service.url(), service.address().to_string());
        open(browser, &url).await;
        drop(service);
        browser.wait_for("the banner", "return !document.querySelector('#stale').hidden;", Vec::new()).await;
        // It says how old the data is, in seconds that go on.
        let age = "return Number(/(\\d+) s old/.exec(document.querySelector('#stale').innerText)?.[1] ?? NaN) || null;";
        let first = browser.wait_for("the age", age, Vec::new()).await.as_f64().expect("it is a number");
        let older = format!("const age = (() => {{ {age} }})(); return age > arguments[0] ? age : null;");
        browser.wait_for("a higher age", &older, vec![json!(first)]).await;
        browser.wait_for_text("#tasks", "poll_feed").await;

        let again = vec![serves("db"), runs("after_the_restart")];
        let service = Service::start_at(&address, Dashboard::new(), again).await;
        assert_eq!(service.url(), url);
        wait_for_phase(browser, "after_the_restart", "running").await;
        let recovered = "
            return document.querySelector('#stale').hidden
                && document.querySelector('#connection').dataset.connection === 'live'
                && document.querySelector('#tasks [data-task=\"poll_feed\"]') === null;";
        browser.wait_for("no banner, and only the tasks of the new run", recovered, Vec::new()).await;
        browser.wait_for_text("#events", "after_the_restart").await;
        browser
            .wait_for(
                "the break in the events",
                "return document.querySelector('#events .gap') !== null;",
                Vec::new(),
            )
            .await;
        // It is live again.
        service.supervisor().pause("after_the_restart").expect("it is known");
        wait_for_phase(browser, "after_the_restart", "paused").await;
    });
}

#[test]
fn the_events_show_how_many_were_missed() {
    in_browser(async |browser| {
        let dashboard = Dashboard::new().with_event_ring(10);
        let service = Service::start_at("127.0.0.1:0", dashboard, vec![runs("ingest")]).await;
        let front = Front::start("127.0.0.1:0", router(service.supervisor().clone())).await;
        let address = front.address().to_string();
        open(browser, &format!("http://{address}/")).await;
        browser.wait_for_text("#events", "ingest started").await;
        drop(front);
        browser.wait_for("the banner", "return !document.querySelector('#stale').hidden;", Vec::new()).await;
        for _ in 0..20 {
            service.supervisor().pause("ingest").expect("it is known");
            until("it is paused", || matches!(phase_of(&service, "ingest"), Some(Phase::Paused { .. })))
                .await;
            service.supervisor().resume("ingest").expect("it is known");
            until("it runs", || matches!(phase_of(&service, "ingest"), Some(Phase::Running { .. }))).await;
        }
        let _front = Front::start(&address, router(service.supervisor().clone())).await;
        let gap = "return /(\\d+) events missed/.exec(document.querySelector('#events .gap')?.textContent ?? '')?.[1] ?? null;";
        let missed = browser.wait_for("a gap", gap, Vec::new()).await;
        let missed: u64 = missed.as_str().and_then(|number| number.parse().ok()).expect("it is a number");
        // Each round publishes at least the pause, its end, the resume and a start.
        assert!((60..=400).contains(&missed), "{missed} events are missed");
        browser.wait_for("no banner", "return document.querySelector('#stale').hidden;", Vec::new()).await;
        // What came before the gap is below it, and what came after it is above.
        let order = "
            const rows = [...document.querySelectorAll('#events ol > li')];
            const gap = rows.findIndex((row) => row.classList.contains('gap'));
            return [gap, rows.length - 1 - gap];";
        let order = browser.script(order, Vec::new()).await;
        assert!(order[0].as_i64() > Some(0) && order[1].as_i64() > Some(0), "{order}");
    });
}

fn phase_of(service: &Service, task: &str) -> Option<Phase> {
    Some(service.supervisor().task(task)?.status().phase)
}

pub(crate) async fn wait_for_phase(browser: &Browser, task: &str, phase: &str) -> Value {
    let script = "
        const [task, phase] = arguments;
        const rows = [...document.querySelectorAll('#tasks [data-task]')];
        return rows.some((row) => row.dataset.task === task && row.dataset.phase === phase);";
    browser.wait_for(&format!("`{task}` is {phase}"), script, vec![task.into(), phase.into()]).await
}
