//! `POST /tasks/{name}/{action}`.
//!
//! The checks, in their order:
//!
//! | check | otherwise |
//! |---|---|
//! | controls are on | 405 `method_not_allowed` |
//! | the action exists | 404 `unknown_action` |
//! | the query is empty | 400 `bad_parameter` |
//! | the header `taskvisor-control` | 403 `missing_header` |
//! | a body of at most 1 KiB, which is empty or `{}` | 413 `body_too_long`, 400 `bad_body` |
//! | the closure of the application permits it | 403 `forbidden` |
//! | the supervisor is not shutting down | 409 `conflict` |
//! | the task exists | 404 `unknown_task` |
//! | its phase permits it | 409 `conflict` |

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use taskvisor::{HealthReasonKind, Operation, Operator, RuntimeError, SupervisorHandle};

use super::Served;
use super::parameters::{Parameters, PathOf};
use super::small_body::read_small_body;
use super::unknown;
use crate::answer::{ControlAnswer, ErrorCode, VERSION};
use crate::controls::Forbidden;
use crate::dashboard::{ACTIONS, Dashboard};
use crate::events::EventRing;
use crate::failure::bounded;
use crate::nearest::nearest;
use crate::refusal::Refusal;

/// The header that each `POST` needs.
pub(crate) const HEADER: &str = "taskvisor-control";

/// The names of the actions.
fn actions() -> impl Iterator<Item = &'static str> {
    ACTIONS.into_iter().map(Operation::label)
}

pub(super) async fn control(
    State(served): State<Served>,
    PathOf([task, action]): PathOf<2>,
    request: Request,
) -> Result<Json<ControlAnswer>, Refusal> {
    let (parts, body) = request.into_parts();
    answer(&served.supervisor, &served.dashboard, (&task, &action), &parts, body).await
}

/// Answers any other method. `GET /tasks/consume/0` is more likely a name whose `/` is not encoded than an action.
pub(super) async fn other_method(State(served): State<Served>, PathOf([_, action]): PathOf<2>) -> Refusal {
    match (parse_action(&action), served.dashboard.controls()) {
        (Err(unknown), _) => unknown,
        (Ok(_), None) => controls_are_off(),
        (Ok(action), Some(_)) => {
            let message = format!("`{action}` is an action: send `POST` with the header `{HEADER}`");
            Refusal::new(ErrorCode::MethodNotAllowed, message).allowing(["POST"])
        }
    }
}

/// Answers a `POST`.
///
/// Cancel safe: it waits only for the body. An action that the closure has permitted is carried out even if the client is gone.
async fn answer(
    supervisor: &SupervisorHandle,
    dashboard: &Dashboard,
    (task, action): (&str, &str),
    parts: &Parts,
    body: Body,
) -> Result<Json<ControlAnswer>, Refusal> {
    let controls = dashboard.controls().ok_or_else(controls_are_off)?;
    let action = parse_action(action)?;
    // A client that sends a parameter such as `dry_run` expects that it has an effect.
    Parameters::read(&parts.uri, &[])?;
    if !parts.headers.contains_key(HEADER) {
        return Err(Refusal::new(
            ErrorCode::MissingHeader,
            format!("the header `{HEADER}` is missing: send it with any value, such as `{HEADER}: 1`"),
        )
        .allowing([HEADER]));
    }
    check_body(&read_small_body(body).await?)?;
    let label = controls
        .permit(task, action, parts)
        .map_err(|forbidden| refuse_permission(forbidden, task, action))?;
    if supervisor.health().reasons.iter().any(|reason| reason.kind == HealthReasonKind::ShuttingDown) {
        return Err(Refusal::new(ErrorCode::Conflict, RuntimeError::ShuttingDown.to_string()));
    }
    let operator = supervisor.operator(label);
    let (changed, text) = operate(&operator, task, action)
        .map_err(|error| refuse_operation(supervisor, dashboard.ring().map(|ring| &**ring), &error))?;
    Ok(Json(ControlAnswer {
        version: VERSION,
        now: dashboard.clock().moment().now_text(),
        task: task.to_owned(),
        action: action.label().to_owned(),
        changed,
        text: bounded(text),
    }))
}

fn parse_action(written: &str) -> Result<Operation, Refusal> {
    ACTIONS.into_iter().find(|action| action.label() == written).ok_or_else(|| {
        let suggestion = match nearest(written, actions()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "write one of the allowed ones, and `/` inside of a name as `%2F`".to_owned(),
        };
        let message = format!("there is no action `{}`: {suggestion}", bounded(written.to_owned()));
        Refusal::new(ErrorCode::UnknownAction, message).allowing(actions())
    })
}

/// The refusal of each action while controls are off.
fn controls_are_off() -> Refusal {
    let message = "controls are off, so that nothing can be changed: permit them with `Dashboard::with_controls` in the application";
    Refusal::new(ErrorCode::MethodNotAllowed, message)
}

fn check_body(body: &[u8]) -> Result<(), Refusal> {
    let refuse = |problem: String| {
        Err(Refusal::new(ErrorCode::BadBody, format!("{problem}: send no body, or `{{}}`")))
    };
    if body.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(fields)) => match fields.keys().next() {
            Some(field) => refuse(format!("the body has the unknown field `{field}`")),
            None => Ok(()),
        },
        Ok(_) => refuse("the body is not an object".to_owned()),
        Err(error) => refuse(format!("the body is not JSON ({error})")),
    }
}

/// Calls the method of the supervisor, which returns at once. Returns whether it changed anything, and the result in words.
fn operate(operator: &Operator, task: &str, action: Operation) -> Result<(bool, String), RuntimeError> {
    let describe = |changed: bool, done: &str, unchanged: &str| {
        (changed, format!("`{task}` {}", if changed { done } else { unchanged }))
    };
    Ok(match action {
        Operation::Pause => describe(
            operator.pause(task)?,
            "pauses: a running attempt is interrupted, and none begins before `resume`",
            "is paused already",
        ),
        Operation::PauseAfterAttempt => describe(
            operator.pause_after_attempt(task)?,
            "pauses after its running attempt, or at once if none is running",
            "is paused already, or pauses after its running attempt",
        ),
        Operation::Resume => {
            describe(operator.resume(task)?, "resumes", "is not paused, so that there is nothing to resume")
        }
        Operation::Restart => {
            operator.restart(task)?;
            describe(true, "restarts: a running attempt is interrupted, and another one follows", "")
        }
        Operation::Trigger => describe(
            operator.trigger(task)?,
            "begins its next attempt now",
            "does not wait for the time of its next attempt: one is running already, or waits for a task, a permit or a token",
        ),
        Operation::Start => {
            let started = operator.start(task)?.len();
            describe(started > 0, "starts anew", "is scaled to 0 instances, so that none starts")
        }
        // Not `cancel`, which waits for the end of the task: the client sees it among the events.
        _ => describe(
            operator.remove_task(task)?,
            "stops: a stop was requested, and it has its grace to end",
            "is stopping already",
        ),
    })
}

fn refuse_permission(forbidden: Forbidden, task: &str, action: Operation) -> Refusal {
    let task = bounded(task.to_owned());
    let message = match forbidden {
        Forbidden::Refused => {
            format!("the application does not permit `{action}` of `{task}` to this caller")
        }
        Forbidden::Panicked => {
            format!(
                "the closure of `with_controls` panicked, so that `{action}` of `{task}` is not permitted"
            )
        }
    };
    Refusal::new(ErrorCode::Forbidden, message)
}

fn refuse_operation(
    supervisor: &SupervisorHandle,
    ring: Option<&EventRing>,
    error: &RuntimeError,
) -> Refusal {
    match error {
        // The supervisor does not know it any more, but the dashboard still lists it.
        RuntimeError::UnknownTask { name, .. } if ring.is_some_and(|ring| ring.ended(name).is_some()) => {
            let name = bounded(name.to_owned());
            Refusal::new(ErrorCode::Conflict, format!("`{name}` has ended: only `start` may apply to it"))
        }
        RuntimeError::UnknownTask { name, .. } => unknown::task(supervisor, name, error.to_string()),
        RuntimeError::NotDeclared { .. } => Refusal::new(ErrorCode::UnknownTask, bounded(error.to_string())),
        _ => Refusal::new(ErrorCode::Conflict, bounded(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
