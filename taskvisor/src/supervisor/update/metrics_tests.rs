//! The age of a heartbeat that an update adds or removes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tokio::runtime::Builder;

use super::tests::{SECOND, Setup, endless, hangs};
use crate::policy::Config;
use crate::supervisor::Supervisor;

/// Keeps the gauges, and no other metric.
#[derive(Default)]
struct Gauges(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Gauges {
    fn get(&self, name: &str) -> Option<f64> {
        let gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.get(name).map(|gauge| f64::from_bits(gauge.load(Ordering::Relaxed)))
    }
}

impl Recorder for Gauges {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Gauge::from_arc(Arc::clone(gauges.entry(key.name().to_owned()).or_default()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn the_age_of_a_heartbeat_follows_an_update() {
    let gauges = Gauges::default();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("the runtime is built");
    metrics::with_local_recorder(&gauges, || {
        runtime.block_on(async {
            let age = || gauges.get("taskvisor_heartbeat_age_seconds");
            let config = Config::default().with_metric_names(["task"]);
            let setup = Setup::of(Supervisor::builder(config).build());
            let plain = || endless(hangs()).with_timeout(20 * SECOND);
            let task = setup.add(plain());
            // Its attempts begin at 0, 21, 37 and 58. The second one misses its heartbeat.
            setup.at(1.0).await;
            setup.update(&task, &plain().with_heartbeat(15 * SECOND));
            setup.at(20.5).await;
            assert_eq!(age(), None, "the running attempt has none");
            setup.at(32.0).await;
            assert_eq!(age(), Some(10.0));
            setup.update(&task, &plain());
            setup.at(43.0).await;
            assert_eq!(age(), Some(0.0), "the running attempt has none any more");
            setup.update(&task, &plain().with_heartbeat(15 * SECOND));
            setup.at(64.0).await;
            assert_eq!(age(), Some(5.0));
        });
    });
}
