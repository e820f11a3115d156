//! The state of the whole service.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::Served;
use crate::answer::{ErrorCode, StatusAnswer};
use crate::refusal::Refusal;
use crate::snapshot::Probe;

/// What the paths answer, for programs that generate clients. A test compares it with real answers.
const OPENAPI: &str = include_str!("../../openapi.json");

pub(super) async fn status(State(served): State<Served>) -> Json<StatusAnswer> {
    let has_model = served.description().is_some();
    Json(served.snapshot().status(&served.dashboard, has_model))
}

pub(super) async fn live(State(served): State<Served>) -> impl IntoResponse {
    probe(&served, Probe::Live)
}

pub(super) async fn ready(State(served): State<Served>) -> impl IntoResponse {
    probe(&served, Probe::Ready)
}

pub(super) async fn started(State(served): State<Served>) -> impl IntoResponse {
    probe(&served, Probe::Started)
}

fn probe(served: &Served, probe: Probe) -> impl IntoResponse + use<> {
    let health = served.snapshot().health(probe);
    (if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

pub(super) async fn model(State(served): State<Served>) -> Result<impl IntoResponse, Refusal> {
    let model = served.description().ok_or_else(|| {
        let message = "the application keeps no description: call `Dashboard::install` in the setup of its `#[taskvisor::main]`";
        Refusal::new(ErrorCode::NotInstalled, message)
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], model.to_string()))
}

pub(super) async fn metrics(State(served): State<Served>) -> Result<impl IntoResponse, Refusal> {
    let metrics = served.dashboard.render_metrics().ok_or_else(|| {
        let message = "the application offers no metrics: call `Dashboard::with_metrics`";
        Refusal::new(ErrorCode::NotInstalled, message)
    })?;
    let metrics = metrics.map_err(|_| {
        let message = "the closure of `with_metrics` panicked, so that there are no metrics: see the log of the application";
        Refusal::new(ErrorCode::MetricsPanicked, message)
    })?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics))
}

pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}
