//! Metrics for Prometheus: a recorder is installed in the setup, and a task serves what it has recorded.
//!
//! `cargo run --example metrics -- --listen 127.0.0.1:9090`, then `curl http://127.0.0.1:9090/metrics`. With port 0 the system chooses
//! one. The first line of the output is the address.

use std::io;
use std::time::Duration;

use axum::{Router, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use taskvisor::prelude::*;
use tokio::net::TcpListener;

struct Server {
    listen: String,
    metrics: PrometheusHandle,
}

/// Answers `GET /metrics`.
#[task(backoff = "exp", stop_timeout = "5s")]
async fn serve(token: CancellationToken, server: State<Server>) -> io::Result<()> {
    let listener = TcpListener::bind(&server.listen).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    let metrics = server.metrics.clone();
    let routes = Router::new().route("/metrics", get(move || async move { metrics.render() }));
    axum::serve(listener, routes).with_graceful_shutdown(token.cancelled_owned()).await
}

/// The exporter keeps every value of a histogram until this call or the next scrape.
#[task(every = "5s")]
async fn upkeep(server: State<Server>) {
    server.metrics.run_upkeep();
}

/// Imports the orders of a customer. The first attempt fails. Its label is `import`, for every customer.
#[job(slot = "customer-{customer}", max_retries = 1, backoff = "none")]
async fn import(customer: u32, ctx: TaskContext) -> anyhow::Result<u32> {
    tokio::time::sleep(Duration::from_millis(10)).await;
    anyhow::ensure!(ctx.attempt() > 1, "no answer");
    Ok(customer)
}

/// Two orders of each customer: the second one waits for the first.
#[task(restart = "never")]
async fn submit_orders(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    let mut orders = Vec::new();
    for customer in [1, 1, 2, 2, 3, 3] {
        orders.push(supervisor.submit(import { customer })?);
    }
    let refused = supervisor.submit(import { customer: 1 }.with_admission(Admission::DropIfRunning));
    anyhow::ensure!(refused.is_err(), "the slot is busy");
    for order in orders {
        order.await?;
    }
    println!("all orders are imported");
    Ok(())
}

#[taskvisor::main(grace = "10s")]
async fn main(app: &mut App) -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--listen").skip(1);
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:9090".to_owned());
    // Here, because the supervisor looks for a recorder once, when it is built after the setup.
    let buckets = &[0.001, 0.01, 0.1, 1.0, 10.0, 60.0];
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), buckets)?
        .install_recorder()?;
    app.state(Server { listen, metrics });
    Ok(())
}
