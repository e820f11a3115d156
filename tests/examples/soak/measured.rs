//! A recorder of metrics, whose values must equal the other counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// All series, by metric and labels.
static SERIES: LazyLock<Mutex<BTreeMap<String, Arc<Series>>>> = LazyLock::new(Mutex::default);

/// Sums without a lock. All values are whole numbers, and a histogram is the number of its values.
#[derive(Debug, Default)]
struct Series(AtomicI64);

/// The recorder. With a field, because a recorder without a size counts as none.
struct Sums {
    _size: u8,
}

/// Installs the recorder.
pub(crate) fn install() -> anyhow::Result<()> {
    metrics::set_global_recorder(Sums { _size: 0 }).map_err(|error| anyhow::anyhow!("{error}"))
}

/// The sum of all series of a metric that have this label, or of all its series with an empty one.
pub(crate) fn sum(metric: &str, label: &str) -> i64 {
    let series = SERIES.lock().unwrap_or_else(PoisonError::into_inner);
    let of_metric =
        |line: &&String| line.starts_with(&format!("taskvisor_{metric}{{")) && line.contains(label);
    let lines = series.iter().filter(|(line, _)| of_metric(line));
    lines.map(|(_, series)| series.0.load(Ordering::SeqCst)).sum()
}

/// The series of a metric that are not zero.
pub(crate) fn left(metric: &str) -> Vec<String> {
    let series = SERIES.lock().unwrap_or_else(PoisonError::into_inner);
    let is_left = |(line, series): &(&String, &Arc<Series>)| {
        line.starts_with(&format!("taskvisor_{metric}{{")) && series.0.load(Ordering::SeqCst) != 0
    };
    series.iter().filter(is_left).map(|(line, series)| format!("{line} {:?}", series.0)).collect()
}

fn series(key: &Key) -> Arc<Series> {
    let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
    let line = format!("{}{{{}}}", key.name(), labels.join(","));
    Arc::clone(SERIES.lock().unwrap_or_else(PoisonError::into_inner).entry(line).or_default())
}

impl Recorder for Sums {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(series(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(series(key))
    }
}

impl CounterFn for Series {
    fn increment(&self, by: u64) {
        self.0.fetch_add(i64::try_from(by).unwrap_or_default(), Ordering::Relaxed);
    }

    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Series {
    fn increment(&self, by: f64) {
        self.0.fetch_add(by as i64, Ordering::Relaxed);
    }

    fn decrement(&self, by: f64) {
        self.0.fetch_sub(by as i64, Ordering::Relaxed);
    }

    fn set(&self, to: f64) {
        self.0.store(to as i64, Ordering::Relaxed);
    }
}

impl HistogramFn for Series {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
