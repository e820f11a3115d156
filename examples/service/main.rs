//! A whole service: an HTTP server, jobs behind its handlers, a queue with four workers, a token that the jobs need, a nightly clean-up,
//! and a critical poller; with a dashboard, health, metrics, spans, and options from a file.
//!
//! ```sh
//! cargo run --example service -- --listen 127.0.0.1:8080 --token secret
//! # The page, for a browser: http://127.0.0.1:8080/taskvisor
//! curl -i http://127.0.0.1:8080/health/ready        # 200, or 503 with the reasons
//! curl -i -X POST http://127.0.0.1:8080/reports/7   # 200 with the report, or 202 with the id of a job
//! curl -i http://127.0.0.1:8080/jobs/12             # the state of that job, or its report
//! curl -X POST http://127.0.0.1:8080/mails/ada      # one of four workers sends it
//! curl http://127.0.0.1:8080/metrics
//! curl -N http://127.0.0.1:8080/taskvisor/events    # what the page reads: see "The dashboard" in docs/operations.md
//! curl -X POST -H "taskvisor-control: 1" -H "authorization: Bearer secret" \
//!     http://127.0.0.1:8080/taskvisor/tasks/clean_up/trigger
//! kill -HUP $(pgrep -f examples/service)            # reads examples/service/service.toml again
//! ```
//!
//! The first lines of its output are its address and that of the page. Without `--token`, the page is read-only. At SIGTERM,
//! `/health/ready` answers 503 at once, and open requests are still answered.

mod http;
mod work;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use taskvisor::TracingSubscriber;
use taskvisor::prelude::*;
use taskvisor_axum::Dashboard;

use self::work::{Mails, Reports};

/// The arguments of the command line.
struct Arguments {
    listen: String,
    overrides: String,
    /// Permits to control tasks. A real service reads it from a file: other users of the machine see the command line.
    token: Option<String>,
}

#[taskvisor::main(grace = "20s", shutdown_delay = "200ms")]
async fn main(app: &mut App) -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let buckets = &[0.001, 0.01, 0.1, 1.0, 10.0];
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), buckets)?
        .install_recorder()?;
    let arguments = Arguments::read()?;
    let mut dashboard = Dashboard::new().with_metrics(move || metrics.render());
    if let Some(token) = &arguments.token {
        let expected = format!("Bearer {token}");
        dashboard = dashboard.with_controls(move |request| {
            let given = request.headers().get("authorization")?;
            (given == expected.as_str()).then(|| "operator".to_owned())
        });
    }
    // It also keeps the latest 1,000 ended jobs, which `GET /jobs/{id}` reads.
    dashboard
        .install(app)
        .overrides(&arguments.overrides)
        .subscriber(TracingSubscriber::new())
        .state(arguments)
        .state(Reports::default())
        .state(Mails::with_capacity(1_000));
    Ok(())
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let overrides = concat!(env!("CARGO_MANIFEST_DIR"), "/service/service.toml").to_owned();
        let mut read = Self { listen: "127.0.0.1:8080".to_owned(), overrides, token: None };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| anyhow::anyhow!("`{name}` needs a value"))?;
            match name.as_str() {
                "--listen" => read.listen = value,
                "--overrides" => read.overrides = value,
                "--token" => read.token = Some(value),
                _ => anyhow::bail!(
                    "unknown argument `{name}`: write `--listen ADDRESS`, `--overrides FILE` or `--token TOKEN`"
                ),
            }
        }
        Ok(read)
    }
}
