//! Tasks and their dependencies.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use super::parameters::{Parameters, PathOf, bad_value};
use super::{Served, unknown};
use crate::answer::{ErrorCode, GraphAnswer, PhaseName, TaskDetailAnswer, TaskListAnswer};
use crate::failure::bounded;
use crate::refusal::Refusal;
use crate::snapshot::{TaskQuery, parse_cursor};

/// How many tasks a request may name.
pub(crate) const MAX_NAMES: usize = 200;

/// The phases, as the parameter `phase` writes them.
const PHASES: [&str; 7] = ["waiting", "running", "backing_off", "sleeping", "paused", "stuck", "ended"];

pub(super) async fn list(State(served): State<Served>, uri: Uri) -> Result<Json<TaskListAnswer>, Refusal> {
    let query = read_query(&uri)?;
    Ok(Json(served.snapshot().task_list(&query)))
}

pub(super) async fn detail(
    State(served): State<Served>,
    PathOf([name]): PathOf<1>,
) -> Result<Json<TaskDetailAnswer>, Refusal> {
    served.snapshot().task_detail(&name).map(Json).ok_or_else(|| unknown_task(&served, &name))
}

pub(super) async fn graph(State(served): State<Served>) -> Json<GraphAnswer> {
    Json(served.snapshot().graph())
}

fn unknown_task(served: &Served, name: &str) -> Refusal {
    let message = format!(
        "no task `{}` is live, or is known to have ended: `GET /tasks` lists them",
        bounded(name.to_owned())
    );
    unknown::task(&served.supervisor, name, message)
}

fn read_query(uri: &Uri) -> Result<TaskQuery, Refusal> {
    let known = ["attempts", "contains", "cursor", "limit", "name", "phase"];
    let parameters = Parameters::read(uri, &known)?;
    let after =
        parameters.one("cursor")?.map(|cursor| parse_cursor(cursor).ok_or_else(|| bad_cursor(cursor)));
    let names: HashSet<_> = parameters.all("name").map(str::to_owned).collect();
    if names.len() > MAX_NAMES {
        let message = format!("at most {MAX_NAMES} tasks can be named in one request");
        return Err(Refusal::new(ErrorCode::BadParameter, message));
    }
    Ok(TaskQuery {
        limit: parameters.number("limit", TaskQuery::DEFAULT_LIMIT, TaskQuery::MAX_LIMIT)?,
        after: after.transpose()?,
        names,
        contains: parameters.one("contains")?.map(str::to_lowercase),
        phase: parameters.one("phase")?.map(parse_phase).transpose()?,
        attempts: parameters.flag("attempts")?,
    })
}

fn parse_phase(text: &str) -> Result<PhaseName, Refusal> {
    let phase: StrDeserializer<'_, Error> = text.into_deserializer();
    PhaseName::deserialize(phase)
        .map_err(|_| bad_value("phase", text, "one of the phases that are allowed").allowing(PHASES))
}

fn bad_cursor(cursor: &str) -> Refusal {
    let cursor = bounded(cursor.to_owned());
    let message =
        format!("`{cursor}` is no cursor: write the `next_cursor` of an answer, or leave the parameter out");
    Refusal::new(ErrorCode::BadCursor, message)
}
