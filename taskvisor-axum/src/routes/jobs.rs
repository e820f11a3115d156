//! Jobs and slots.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use taskvisor::TaskId;

use super::Served;
use super::parameters::{Parameters, PathOf};
use crate::answer::{ErrorCode, JobAnswer, JobListAnswer, SlotListAnswer};
use crate::failure::bounded;
use crate::refusal::Refusal;

/// How many live jobs, and how many ended ones, an answer lists by default.
pub(crate) const DEFAULT_LIMIT: usize = 100;

/// How many it lists at most.
pub(crate) const MAX_LIMIT: usize = 1_000;

pub(super) async fn list(State(served): State<Served>, uri: Uri) -> Result<Json<JobListAnswer>, Refusal> {
    let limit = Parameters::read(&uri, &["limit"])?.number("limit", DEFAULT_LIMIT, MAX_LIMIT)?;
    Ok(Json(served.snapshot().job_list(limit, served.dashboard.kept_jobs())))
}

pub(super) async fn detail(
    State(served): State<Served>,
    PathOf([id]): PathOf<1>,
) -> Result<Json<JobAnswer>, Refusal> {
    let job = id.parse::<TaskId>().ok().and_then(|id| served.snapshot().job(id));
    job.map(Json).ok_or_else(|| {
        let id = bounded(id);
        let message =
            format!("no job `{id}` is live or among the latest that have ended: `GET /jobs` lists them");
        Refusal::new(ErrorCode::UnknownJob, message)
    })
}

pub(super) async fn slots(State(served): State<Served>) -> Json<SlotListAnswer> {
    Json(served.snapshot().slot_list())
}
