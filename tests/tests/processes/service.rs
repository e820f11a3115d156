//! The example `service`, driven over HTTP.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use prometheus_parse::{Scrape, Value};
use serde_json::Value as Json;

use super::http::{Answer, request, send, send_with};
use super::process::{Process, Stream};

/// Permits controls.
const TOKEN: &str = "secret";

struct Service {
    process: Process,
    address: String,
    overrides: PathBuf,
}

impl Service {
    /// Starts the service with these options, and waits until it is ready.
    fn start(test: &str, overrides: &str) -> Self {
        Self::start_with(test, overrides, &[])
    }

    /// Starts it with a token that permits controls.
    fn start_with_token(test: &str) -> Self {
        Self::start_with(test, "", &["--token", TOKEN])
    }

    fn start_with(test: &str, overrides: &str, more: &[&str]) -> Self {
        let path = std::env::temp_dir().join(format!("taskvisor-{test}-{}.toml", std::process::id()));
        fs::write(&path, overrides).expect("the folder is writable");
        let arguments = ["--listen", "127.0.0.1:0", "--overrides", path.to_str().expect("UTF-8")];
        let mut process = Process::start("service", &[&arguments, more].concat());
        let address = process.wait_for(&["http://"]).trim_start_matches("http://").to_owned();
        let service = Self { process, address, overrides: path };
        service.wait_until("it is ready", || service.get("/health/ready").status == 200);
        service
    }

    fn get(&self, path: &str) -> Answer {
        request(&self.address, &format!("GET {path}"))
    }

    fn post(&self, path: &str) -> Answer {
        request(&self.address, &format!("POST {path}"))
    }

    /// The object that the dashboard answers.
    fn json(&self, path: &str) -> Json {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.body))
    }

    /// Sends an action, such as `clean_up/trigger`, with this token.
    fn control(&self, action: &str, token: &str) -> Answer {
        let headers = ["taskvisor-control: 1", &format!("authorization: Bearer {token}")];
        send_with(&self.address, &format!("POST /taskvisor/tasks/{action}"), &headers).answer()
    }

    /// The phase of a task.
    fn phase(&self, task: &str) -> String {
        let task = self.json(&format!("/taskvisor/tasks/{task}"));
        task["task"]["phase"].as_str().expect("a phase").to_owned()
    }

    fn wait_until(&self, what: &str, mut is_true: impl FnMut() -> bool) {
        for _ in 0..3_000 {
            if is_true() {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("never: {what}");
    }

    /// The value of a counter or a gauge, or the sum of those with this label.
    fn metric(&self, name: &str, label: (&str, &str)) -> f64 {
        let text = self.get("/metrics").body;
        let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("the format");
        let samples = scrape.samples.iter();
        let samples = samples.filter(|one| one.metric == name && one.labels.get(label.0) == Some(label.1));
        samples
            .map(|sample| match sample.value {
                Value::Counter(value) | Value::Gauge(value) => value,
                ref other => panic!("`{name}` is {other:?}"),
            })
            .sum()
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        self.process.signal(name);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.overrides);
    }
}

fn expect(answer: &Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.body.trim_end()), (status, body));
}

#[test]
fn a_request_gets_the_value_of_its_job_or_an_id() {
    let service = Service::start("values", "");
    expect(&service.post("/reports/7"), 200, "report of customer 7");

    let slow = service.post("/reports/700");
    assert_eq!(slow.status, 202, "{}", slow.body);
    let path = format!("/jobs/{}", slow.body);
    assert_eq!(service.get(&path).status, 202);
    service.wait_until("the job has ended", || service.get(&path).status == 200);
    expect(&service.get(&path), 200, "report of customer 700");
    expect(&service.get("/jobs/999999"), 404, "no job 999999");
    expect(&service.get("/jobs/none"), 404, "no job none");
}

#[test]
fn workers_and_metrics_of_the_service() {
    let mut service = Service::start("workers", "");
    for recipient in ["ada", "grace", "edsger"] {
        assert_eq!(service.post(&format!("/mails/{recipient}")).status, 202);
    }
    let succeeded = |task| service.metric("taskvisor_attempts_total", ("task", task));
    service.wait_until("the mails are sent", || succeeded("send_mails") == 3.0);
    assert_eq!(service.metric("taskvisor_ready", ("task", "serve")), 1.0);
    service.process.wait_for_on(Stream::Stderr, &["task{name=\"send_mails/", "recipient=\"ada\""]);
}

#[test]
fn the_service_serves_the_page_and_its_data() {
    let service = Service::start("page", "");
    for path in ["/taskvisor", "/taskvisor/"] {
        let page = service.get(path);
        assert_eq!(page.status, 200, "{}", page.head);
        assert!(page.head.contains("content-type: text/html"), "{}", page.head);
        assert!(page.head.contains("content-security-policy: default-src 'none'"), "{}", page.head);
        assert!(page.body.contains("</script>"), "{}", page.body);
    }
    let status = service.json("/taskvisor/status");
    assert_eq!((&status["verdict"], &status["name"]), (&"ok".into(), &"service".into()), "{status}");
    // Five declared tasks; the one with four instances counts once. No token: nothing is offered.
    assert_eq!((&status["counts"]["tasks"], &status["actions"]), (&5.into(), &Json::Array(Vec::new())));
    assert_eq!((&status["events"], &status["metrics"]), (&true.into(), &true.into()), "{status}");
    for path in ["/health/live", "/health/ready", "/health/started", "/taskvisor/health/ready"] {
        assert_eq!(service.json(path)["ok"], true, "{path}");
    }
    expect(&service.post("/reports/8"), 200, "report of customer 8");
    let jobs = service.json("/taskvisor/jobs");
    assert_eq!(jobs["ended"][0]["slot"], "customer-8", "{jobs}");
    assert_eq!(service.control("clean_up/trigger", TOKEN).status, 405);
}

#[test]
fn only_the_token_permits_to_control_the_service() {
    let mut service = Service::start_with_token("controls");
    assert_eq!(service.control("poll_feed/pause", "wrong").status, 403);
    assert_ne!(service.phase("poll_feed"), "paused");
    assert_eq!(service.control("poll_feed/pause", TOKEN).status, 200);
    service.wait_until("it is paused", || service.phase("poll_feed") == "paused");
    // Critical and paused: the operator has made the service unready.
    assert_eq!(service.get("/health/ready").status, 503);
    assert_eq!(service.control("poll_feed/resume", TOKEN).status, 200);
    service.wait_until("it is ready again", || service.get("/health/ready").status == 200);

    assert_eq!(service.control("clean_up/trigger", TOKEN).status, 200);
    let runs = || service.metric("taskvisor_attempts_total", ("task", "clean_up"));
    service.wait_until("it has run", || runs() == 1.0);
    assert_eq!(service.control("nothing/trigger", TOKEN).status, 404);
    service.process.wait_for_on(Stream::Stderr, &["operated", "task=\"poll_feed\"", "by=\"operator\""]);
}

#[cfg(unix)]
#[test]
fn the_file_of_the_service_is_read_again_at_sighup() {
    let mut service = Service::start("reload", "[task.poll_feed]\ntimeout = \"3s\"\n");
    fs::write(&service.overrides, "[task.poll_feed]\ntimeout = \"4s\"\n").expect("writable");
    service.signal("HUP");
    let line = service.process.wait_for_on(Stream::Stderr, &["reloaded: "]);
    let path = service.overrides.display();
    assert_eq!(line, format!("reloaded: task `poll_feed`: timeout = 4s ({path}:2), was 3s"));
}

#[cfg(unix)]
#[test]
fn a_request_that_has_begun_at_sigterm_is_answered() {
    let mut service = Service::start("sigterm", "");
    let begun = send(&service.address, "POST /reports/800");
    service.process.wait_for_on(Stream::Stderr, &["calculating customer=800"]);
    service.signal("TERM");
    service.process.wait_for_on(Stream::Stderr, &["shutdown_requested"]);
    // The server stops last: the probes are answered until then.
    let ready = service.get("/health/ready");
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("not ready: shutting down"), "{}", ready.body);
    assert_eq!(service.get("/health/live").status, 200);
    let answer = begun.answer();
    assert_eq!(answer.status, 202, "{}", answer.body);
    // The job goes on, because a client may wait for it.
    service.process.wait_for_on(Stream::Stderr, &["ended task=\"report\"", "outcome=\"completed\""]);
    service.process.wait_for_on(Stream::Stderr, &["ended task=\"serve\""]);
}

/// With an open stream, the server would wait until it is aborted at the end of its grace of 20 s.
#[cfg(unix)]
#[test]
fn an_open_event_stream_does_not_hold_up_the_shutdown() {
    let mut service = Service::start("stream", "");
    let stream = send(&service.address, "GET /taskvisor/events?after=start");
    // Handled after the stream was accepted: the listener accepts in order.
    assert_eq!(service.get("/health/live").status, 200);
    service.signal("TERM");
    let events = stream.answer();
    assert!(events.head.contains("content-type: text/event-stream"), "{}", events.head);
    for kind in ["started", "shutdown_requested"] {
        assert!(events.body.contains(&format!("\"kind\":\"{kind}\"")), "{kind}: {}", events.body);
    }
    // Not aborted: it has ended by itself, and so has the process.
    service.process.wait_for_on(Stream::Stderr, &["ended task=\"serve\"", "outcome=\"canceled\""]);
    service.process.wait_for_on(Stream::Stderr, &["stopped"]);
}

#[test]
fn a_wrong_file_prevents_the_start_of_the_service() {
    let path = std::env::temp_dir().join(format!("taskvisor-wrong-{}.toml", std::process::id()));
    fs::write(&path, "[task.pol_feed]\ntimeout = \"2s\"\n").expect("writable");
    let ended = Process::start("service", &["--overrides", path.to_str().expect("UTF-8")]).end();
    let _ = fs::remove_file(&path);
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let expected = "unknown task `pol_feed`; did you mean `poll_feed`?";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
}
