//! The HTTP server: the paths of the service, and the dashboard below `/taskvisor`.

use std::io;
use std::time::Duration;

use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, response::IntoResponse};
use taskvisor::prelude::*;
use taskvisor::{JobStatus, TaskId};
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
) -> io::Result<()> {
    let listener = TcpListener::bind(&arguments.listen).await?;
    let address = listener.local_addr()?;
    println!("http://{address}\nhttp://{address}/taskvisor");
    ready.notify();
    let dashboard = taskvisor_axum::router(supervisor.clone()).into_service();
    let routes = Router::new()
        .route("/reports/{customer}", post(make_report))
        .route("/jobs/{id}", get(find_job))
        .route("/mails/{recipient}", post(send_mail))
        .with_state(Api { supervisor, reports, mails })
        .nest_service("/taskvisor", dashboard.clone())
        // Paths of the dashboard, also where orchestrators and Prometheus expect them.
        .route_service("/health/{probe}", dashboard.clone())
        .route_service("/metrics", dashboard);
    axum::serve(listener, routes).with_graceful_shutdown(token.cancelled_owned()).await
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
