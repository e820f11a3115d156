//! A recorder of metrics, whose values tests read.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use taskvisor::Config;
use tokio::runtime::Builder;

/// Records the values of all series. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Measured {
    /// By a line such as `attempts_total{result=failed,task=ping}`, without the prefix of all names.
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    described: Arc<Mutex<BTreeMap<String, Option<Unit>>>>,
}

/// The handle of one series.
struct Series {
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    line: String,
}

/// Runs `test` on the paused clock of one thread, with a recorder.
pub(crate) fn measure<F: Future>(test: impl FnOnce(Measured) -> F) -> F::Output {
    let measured = Measured::default();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    metrics::with_local_recorder(&measured, || runtime.block_on(test(measured.clone())))
}

/// As `measure`, on threads and with the real clock. The recorder is that of the thread that runs `test`.
pub(crate) fn measure_threads<F: Future>(test: impl FnOnce(Measured) -> F) -> F::Output {
    let measured = Measured::default();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    metrics::with_local_recorder(&measured, || runtime.block_on(test(measured.clone())))
}

/// A configuration that lists the task `work`, and has backoffs of one second.
pub(crate) fn config() -> Config {
    let backoff = taskvisor::BackoffPolicy::constant(Duration::from_secs(1));
    Config::default().with_metric_names(["work"]).with_backoff(backoff)
}

impl Measured {
    /// The value of a series. A histogram has two: `…_count` and `…_sum`.
    pub(crate) fn get(&self, line: &str) -> f64 {
        let values = self.values.lock().expect("no panic");
        *values.get(line).unwrap_or_else(|| panic!("no series `{line}`, but {:#?}", values.keys()))
    }

    /// The series of this metric that are not zero.
    pub(crate) fn of(&self, metric: &str) -> Vec<String> {
        let values = self.values.lock().expect("no panic");
        let of_metric = values.iter().filter(|(line, value)| line.starts_with(metric) && **value != 0.0);
        of_metric.map(|(line, value)| format!("{} {value}", &line[metric.len()..])).collect()
    }

    /// The sum of all series of this metric.
    pub(crate) fn sum(&self, metric: &str) -> f64 {
        let values = self.values.lock().expect("no panic");
        values.iter().filter(|(line, _)| line.starts_with(metric)).map(|(_, value)| value).sum()
    }

    /// The names of all metrics that have a series.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let values = self.values.lock().expect("no panic");
        let name = |line: &String| line.split('{').next().unwrap_or_default().to_owned();
        values.keys().map(name).map(|name| name.replace("_count", "").replace("_sum", "")).collect()
    }

    pub(crate) fn described(&self) -> BTreeMap<String, Option<Unit>> {
        self.described.lock().expect("no panic").clone()
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>) {
        self.described.lock().expect("no panic").insert(without_prefix(name.as_str()), unit);
    }

    fn series(&self, key: &Key, part: &str) -> Series {
        let mut labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        labels.sort();
        let line = format!("{}{part}{{{}}}", without_prefix(key.name()), labels.join(","));
        self.values.lock().expect("no panic").entry(line.clone()).or_default();
        Series { values: Arc::clone(&self.values), line }
    }
}

fn without_prefix(name: &str) -> String {
    name.strip_prefix("taskvisor_").unwrap_or_else(|| panic!("`{name}` has the prefix")).to_owned()
}

impl Recorder for Measured {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(self.series(key, "")))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(self.series(key, "")))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Sum {
            count: self.series(key, "_count"),
            sum: self.series(key, "_sum"),
        }))
    }
}

impl Series {
    fn change(&self, change: impl FnOnce(&mut f64)) {
        change(self.values.lock().expect("no panic").entry(self.line.clone()).or_default());
    }
}

impl CounterFn for Series {
    fn increment(&self, by: u64) {
        self.change(|value| *value += by as f64);
    }

    fn absolute(&self, _: u64) {
        unreachable!("the counters count")
    }
}

impl GaugeFn for Series {
    fn increment(&self, by: f64) {
        self.change(|value| *value += by);
    }

    fn decrement(&self, by: f64) {
        self.change(|value| *value -= by);
    }

    fn set(&self, to: f64) {
        self.change(|value| *value = to);
    }
}

/// The handle of a histogram.
struct Sum {
    count: Series,
    sum: Series,
}

impl HistogramFn for Sum {
    fn record(&self, recorded: f64) {
        self.count.change(|value| *value += 1.0);
        self.sum.change(|value| *value += recorded);
    }
}
