//! The example `service`, driven over HTTP.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use prometheus_parse::{Scrape, Value};

use super::http::{Answer, request, send};
use super::process::{Process, Stream};

struct Service {
    process: Process,
    address: String,
    overrides: PathBuf,
}

impl Service {
    /// Starts the service with these options, and waits until it is ready.
    fn start(test: &str, overrides: &str) -> Self {
        let path = std::env::temp_dir().join(format!("taskvisor-{test}-{}.toml", std::process::id()));
        fs::write(&path, overrides).expect("the folder is writable");
        let arguments = ["--listen", "127.0.0.1:0", "--overrides", path.to_str().expect("UTF-8")];
        let mut process = Process::start("service", &arguments);
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
    expect(&service.get("/health/live"), 200, "ready");
    expect(&service.get("/health/started"), 200, "ready");
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
fn workers_controls_and_metrics_of_the_service() {
    let mut service = Service::start("workers", "");
    for recipient in ["ada", "grace", "edsger"] {
        assert_eq!(service.post(&format!("/mails/{recipient}")).status, 202);
    }
    let succeeded = |task| service.metric("taskvisor_attempts_total", ("task", task));
    service.wait_until("the mails are sent", || succeeded("send_mails") == 3.0);
    expect(&service.post("/tasks/clean_up/trigger"), 200, "it runs now");
    service.wait_until("it has run", || succeeded("clean_up") == 1.0);
    assert_eq!(service.post("/tasks/nothing/trigger").status, 409);
    assert_eq!(service.metric("taskvisor_ready", ("task", "serve")), 1.0);
    service.process.wait_for_on(Stream::Stderr, &["task{name=\"send_mails/", "recipient=\"ada\""]);
    service.process.wait_for_on(Stream::Stderr, &["operated", "task=\"clean_up\"", "by=\"http\""]);
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
    assert_eq!((ready.status, ready.body.trim_end()), (503, "not ready: shutting down"));
    assert_eq!(service.get("/health/live").status, 200);
    let answer = begun.answer();
    assert_eq!(answer.status, 202, "{}", answer.body);
    // The job goes on, because a client may wait for it.
    service.process.wait_for_on(Stream::Stderr, &["ended task=\"report\"", "outcome=\"completed\""]);
    service.process.wait_for_on(Stream::Stderr, &["ended task=\"serve\""]);
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
