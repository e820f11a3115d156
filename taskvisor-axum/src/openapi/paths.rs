//! The paths: their parameters, their answers, and how they refuse.

use ErrorCode::*;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Schema, Type};

use crate::answer::ErrorCode;
use crate::dashboard::ACTIONS;
use crate::routes::{JOB_LIMITS, MAX_NAMES};
use crate::snapshot::TaskQuery;

/// The content of an answer.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// JSON with this schema.
    Json(&'static str),
    /// An object that the application describes elsewhere.
    AnyJson,
    /// Text of this type.
    Text(&'static str),
}

/// A path with its only method.
pub(super) struct Path {
    pub(super) path: &'static str,
    pub(super) is_post: bool,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: Option<&'static str>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) answers: Vec<(u16, &'static str, Content)>,
    /// Ordered by status.
    pub(super) errors: &'static [ErrorCode],
}

impl Path {
    /// A path that is answered with 200.
    fn get(path: &'static str, id: &'static str, summary: &'static str, content: Content) -> Self {
        Self {
            path,
            is_post: false,
            id,
            summary,
            description: None,
            parameters: Vec::new(),
            answers: vec![(200, summary, content)],
            errors: &[],
        }
    }

    fn describe(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    fn parameters(mut self, parameters: impl Into<Vec<Parameter>>) -> Self {
        self.parameters = parameters.into();
        self
    }

    fn errors(mut self, errors: &'static [ErrorCode]) -> Self {
        self.errors = errors;
        self
    }
}

/// All paths.
pub(super) fn paths() -> Vec<Path> {
    let mut paths = vec![
        Path::get("/", "page", "The page.", Content::Text("text/html")),
        Path::get("/status", "status", "The whole service at one moment.", Content::Json("StatusAnswer")),
        probe("/health/live", "live", "Whether the process makes progress: restart it otherwise."),
        probe("/health/ready", "ready", "Whether the service is ready for requests."),
        probe("/health/started", "started", "Whether all tasks of the start-up set were ready once."),
    ];
    paths.extend(tasks());
    paths.extend(jobs());
    paths.extend([
        Path::get("/graph", "graph", "The dependencies of the tasks.", Content::Json("GraphAnswer")),
        Path::get("/model", "model", "What the application declares.", Content::AnyJson)
            .describe(
                "The object that the program prints with `TASKVISOR=describe=json`, as it was at the start.",
            )
            .errors(&[NotInstalled]),
        events(),
        Path::get(
            "/metrics",
            "metrics",
            "The metrics, in the format of Prometheus.",
            Content::Text("text/plain"),
        )
        .errors(&[NotInstalled, MetricsPanicked]),
        Path::get("/openapi.json", "openapi", "This description.", Content::AnyJson),
    ]);
    paths
}

fn probe(path: &'static str, id: &'static str, summary: &'static str) -> Path {
    let mut probe = Path::get(path, id, summary, Content::Json("HealthAnswer"));
    probe.answers = vec![
        (200, "The answer is yes: `ok` is `true`.", Content::Json("HealthAnswer")),
        (503, "The answer is no: `ok` is `false`, and `reasons` say why.", Content::Json("HealthAnswer")),
    ];
    probe
}

fn tasks() -> [Path; 3] {
    let list = Path::get("/tasks", "tasks", "Added tasks by name, including ended ones.", Content::Json("TaskListAnswer"))
        .describe("The parameters `name`, `contains` and `phase` select tasks. A task is listed if it matches all of them.")
        .parameters([
            query("limit", "How many tasks to list at most.", limit(TaskQuery::DEFAULT_LIMIT, TaskQuery::MAX_LIMIT)),
            query("cursor", "The `next_cursor` of the page before. It remains valid while tasks are added and end.", text()),
            query("name", "The tasks with these names. The parameter may be repeated.", names()),
            query("contains", "The tasks whose names contain this text. Upper and lower case are equal.", text()),
            query("phase", "The tasks in this phase.", Ref::from_schema_name("PhaseName").into()),
            query("attempts", "Whether to list the latest attempts of each task.", flag()),
        ])
        .errors(&[BadParameter, BadCursor]);
    let detail = Path::get(
        "/tasks/{name}",
        "task",
        "One task, with its attempts and options.",
        Content::Json("TaskDetailAnswer"),
    )
    .parameters([name()])
    .errors(&[BadParameter, UnknownTask]);
    let mut control =
        Path::get("/tasks/{name}/{action}", "control", "The action was accepted.", Content::Json("ControlAnswer"))
            .describe(
                "Acts on a task, or on all its instances, if the application permits it. The answer does not wait for the effect: see \
                 `GET /events`. An action that is refused, or that has changed nothing, publishes no event.",
            )
            .parameters([name(), action(), control_header()])
            .errors(&[
                BadParameter,
                BadBody,
                MissingHeader,
                Forbidden,
                UnknownTask,
                UnknownAction,
                MethodNotAllowed,
                Conflict,
                BodyTooLong,
            ]);
    control.summary = "Acts on a task.";
    control.is_post = true;
    [list, detail, control]
}

fn jobs() -> [Path; 3] {
    let (default, max) = JOB_LIMITS;
    let id = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
    let id = id.description(Some("The id of the job.")).schema(Some(text())).build();
    [
        Path::get("/slots", "slots", "The taken slots.", Content::Json("SlotListAnswer")),
        Path::get(
            "/jobs",
            "jobs",
            "Live jobs, and the latest that have ended.",
            Content::Json("JobListAnswer"),
        )
        .parameters([query(
            "limit",
            "How many live jobs, and how many ended ones, to list at most.",
            limit(default, max),
        )])
        .errors(&[BadParameter]),
        Path::get("/jobs/{id}", "job", "One job.", Content::Json("JobAnswer"))
            .parameters([id])
            .errors(&[BadParameter, UnknownJob]),
    ]
}

fn events() -> Path {
    let last = ParameterBuilder::new().name("last-event-id").parameter_in(ParameterIn::Header);
    let last =
        last.description(Some("The id of the latest event that the client has. Only later ones are sent."));
    Path::get("/events", "events", "Server-sent events.", Content::Text("text/event-stream"))
        .describe(
            "The data of each message is an `EventAnswer`, and its id is that of the event. A message with the event name `missed` has a \
             `MissedAnswer`: events are missing at this position. Without an id, only new events are sent. The stream ends after the \
             event `shutdown_requested`.",
        )
        .parameters([
            last.schema(Some(text())).build(),
            query("after", "As the header `last-event-id`, which overrides it. `start`: all events that are kept.", text()),
        ])
        .errors(&[BadParameter, BadEventId, NotInstalled, OtherRun, TooManyStreams])
}

fn query(name: &str, description: &str, schema: RefOr<Schema>) -> Parameter {
    let parameter =
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(Some(description)).schema(Some(schema)).build()
}

fn name() -> Parameter {
    ParameterBuilder::new()
        .name("name")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The name of the task, percent-encoded: `consume%2F0`."))
        .schema(Some(text()))
        .build()
}

fn action() -> Parameter {
    let actions = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(ACTIONS.map(|action| action.label())));
    ParameterBuilder::new()
        .name("action")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("What to do."))
        .schema(Some(actions.build()))
        .build()
}

fn control_header() -> Parameter {
    ParameterBuilder::new()
        .name(crate::routes::CONTROL_HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("Any value. A form of another site cannot send this header."))
        .schema(Some(text()))
        .build()
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).build().into()
}

fn flag() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Boolean).default(Some(false.into())).build().into()
}

fn limit(default: usize, max: usize) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(max))
        .default(Some(default.into()))
        .build()
        .into()
}

fn names() -> RefOr<Schema> {
    let name = ObjectBuilder::new().schema_type(Type::String).build();
    ArrayBuilder::new().items(name).max_items(Some(MAX_NAMES)).build().into()
}
