//! The example `metrics`, scraped over HTTP and read by a parser of the format of Prometheus.

use prometheus_parse::{HistogramCount, Scrape, Value};

use super::http::{Answer, request};
use super::process::Process;

fn scrape(address: &str) -> Scrape {
    let Answer { status, body, .. } = request(address, "GET /metrics");
    assert_eq!(status, 200, "{body}");
    Scrape::parse(body.lines().map(|line| Ok(line.to_owned()))).expect("the format of Prometheus")
}

/// The value of a series. `labels` are its labels, such as `task=import result=failed`, in any order.
fn value<'a>(scrape: &'a Scrape, metric: &str, labels: &str) -> &'a Value {
    let has = |sample: &prometheus_parse::Sample| {
        labels.split(' ').all(|label| {
            let (name, value) = label.split_once('=').expect("a label has a value");
            sample.labels.get(name) == Some(value)
        })
    };
    let mut samples = scrape.samples.iter().filter(|sample| sample.metric == metric && has(sample));
    let sample = samples.next().unwrap_or_else(|| panic!("no `{metric}` with {labels}"));
    assert!(samples.next().is_none(), "several `{metric}` with {labels}");
    &sample.value
}

#[test]
fn the_metrics_are_scraped_over_http() {
    let mut process = Process::start("metrics", &["--listen", "127.0.0.1:0"]);
    let line = process.wait_for(&["http://"]);
    let address = line.trim_start_matches("http://").trim_end_matches("/metrics");
    process.wait_for(&["all orders are imported"]);
    let scrape = scrape(address);

    let counter = |metric: &str, labels: &str| match *value(&scrape, metric, labels) {
        Value::Counter(value) => value,
        ref other => panic!("`{metric}` is no counter: {other:?}"),
    };
    assert_eq!(counter("taskvisor_attempts_total", "task=import result=failed"), 6.0);
    assert_eq!(counter("taskvisor_attempts_total", "task=import result=succeeded"), 6.0);
    assert_eq!(counter("taskvisor_attempts_total", "task=import result=panicked"), 0.0);
    assert_eq!(counter("taskvisor_restarts_total", "task=import cause=failed"), 6.0);
    assert_eq!(counter("taskvisor_ended_total", "task=import outcome=completed"), 6.0);
    assert_eq!(counter("taskvisor_refused_total", "job=import why=busy"), 1.0);

    let gauge = |metric: &str, labels: &str| match *value(&scrape, metric, labels) {
        Value::Gauge(value) => value,
        ref other => panic!("`{metric}` is no gauge: {other:?}"),
    };
    assert_eq!(gauge("taskvisor_task_state", "task=serve state=running"), 1.0);
    assert_eq!(gauge("taskvisor_task_state", "task=import state=running"), 0.0);
    assert_eq!(gauge("taskvisor_slot_waiting", "job=import"), 0.0);

    let observed = |metric: &str, labels: &str| match value(&scrape, metric, labels) {
        Value::Histogram(buckets) => buckets.last().map_or(0.0, |HistogramCount { count, .. }| *count),
        other => panic!("`{metric}` is no histogram: {other:?}"),
    };
    assert_eq!(observed("taskvisor_attempt_seconds", "task=import"), 12.0);
    assert_eq!(observed("taskvisor_slot_wait_seconds", "job=import"), 6.0);
    let described = scrape.docs.get("taskvisor_attempts_total").map(String::as_str);
    assert_eq!(described, Some("Attempts that have ended, by result."));
    #[cfg(unix)]
    {
        process.signal("TERM");
        process.end().expect_code(0);
    }
}
