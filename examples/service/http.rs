//! The HTTP server.

use std::io;
use std::time::Duration;

use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, response::IntoResponse};
use metrics_exporter_prometheus::PrometheusHandle;
use taskvisor::prelude::*;
use taskvisor::{Health, JobStatus, TaskId};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::Arguments;
use crate::work::{Mails, Reports, report};

/// How long a request waits for the value of its job.
const PATIENCE: Duration = Duration::from_millis(500);

/// The state of the handlers.
#[derive(Clone)]
struct Api {
    supervisor: SupervisorHandle,
    reports: State<Reports>,
    mails: State<Mails>,
    metrics: State<PrometheusHandle>,
}

/// Serves until the token is canceled; then it answers the requests that it has begun. Stops last, so that health and metrics answer
/// while the other tasks stop.
#[task(backoff = "exp", stop_order = "last")]
async fn serve(
    token: CancellationToken,
    ready: Ready,
    arguments: State<Arguments>,
    supervisor: SupervisorHandle,
    reports: State<Reports>,
    mails: State<Mails>,
    metrics: State<PrometheusHandle>,
) -> io::Result<()> {
    let listener = TcpListener::bind(&arguments.listen).await?;
    println!("http://{}", listener.local_addr()?);
    ready.notify();
    let routes = Router::new()
        .route("/health/live", get(async |api: extract::State<Api>| health(&api, |health| health.live)))
        .route("/health/ready", get(async |api: extract::State<Api>| health(&api, |health| health.ready)))
        .route("/health/started", get(async |api: extract::State<Api>| health(&api, |health| health.started)))
        .route("/metrics", get(async |api: extract::State<Api>| api.metrics.render()))
        .route("/reports/{customer}", post(make_report))
        .route("/jobs/{id}", get(find_job))
        .route("/mails/{recipient}", post(send_mail))
        .route("/tasks/{name}/trigger", post(trigger))
        .with_state(Api { supervisor, reports, mails, metrics });
    axum::serve(listener, routes).with_graceful_shutdown(token.cancelled_owned()).await
}

fn health(api: &Api, is_well: fn(&Health) -> bool) -> impl IntoResponse + use<> {
    let health = api.supervisor.health();
    let status = if is_well(&health) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{health}\n"))
}

/// Answers 200 with the report, or 202 with the id of the job if that takes longer than a request should.
async fn make_report(api: extract::State<Api>, Path(customer): Path<u32>) -> impl IntoResponse {
    let job = match api.supervisor.submit(report { customer }) {
        Ok(job) => job,
        Err(refusal) => return (StatusCode::TOO_MANY_REQUESTS, refusal.to_string()),
    };
    let id = job.id();
    match timeout(PATIENCE, job).await {
        Ok(Ok(report)) => (StatusCode::OK, report),
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        Err(_) => (StatusCode::ACCEPTED, id.to_string()),
    }
}

/// Answers 202 while the job waits or runs, 200 with the report, 500 with the reason of its failure, or 404.
async fn find_job(api: extract::State<Api>, Path(id): Path<String>) -> impl IntoResponse {
    let Ok(id) = id.parse::<TaskId>() else { return (StatusCode::NOT_FOUND, format!("no job {id}")) };
    match api.supervisor.job_status(id) {
        Some(JobStatus::Live(status)) => (StatusCode::ACCEPTED, status.phase.to_string()),
        Some(JobStatus::Ended(job)) => match api.reports.find(id) {
            Some(report) => (StatusCode::OK, report),
            None => (StatusCode::INTERNAL_SERVER_ERROR, job.outcome.to_string()),
        },
        _ => (StatusCode::NOT_FOUND, format!("no job {id}")),
    }
}

async fn send_mail(api: extract::State<Api>, Path(recipient): Path<String>) -> impl IntoResponse {
    match api.mails.enqueue(recipient) {
        Ok(()) => (StatusCode::ACCEPTED, "it waits for a worker".to_owned()),
        Err(error) => (StatusCode::TOO_MANY_REQUESTS, error.to_string()),
    }
}

/// Runs a task now. The event `Operated` names the operator.
async fn trigger(api: extract::State<Api>, Path(name): Path<String>) -> impl IntoResponse {
    match api.supervisor.operator("http").trigger(&name) {
        Ok(true) => (StatusCode::OK, "it runs now".to_owned()),
        Ok(false) => (StatusCode::OK, "it runs already".to_owned()),
        Err(error) => (StatusCode::CONFLICT, error.to_string()),
    }
}
