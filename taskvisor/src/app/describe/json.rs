//! The model as JSON, for programs. `docs/operations.md` lists the fields. A change of this file that removes a field, or changes its
//! meaning, increments [`VERSION`].

use std::time::Duration;

use humantime::format_duration;

use super::json_value::Json;
use super::model::{DeclaredAs, JobModel, Model, SubscriberModel, TaskModel};
use super::schedule::ScheduleModel;
use crate::task::{OptionOrigin, PolicyOption};

/// The version of the fields.
const VERSION: u64 = 1;

pub(super) fn write(model: &Model) -> String {
    let Model { name, location, main, defaults, tasks, jobs, subscribers } = model;
    let application = Json::Object(vec![
        ("version", Json::Number(VERSION)),
        ("name", Json::text(name)),
        ("location", source(location.file(), location.line())),
        ("main", options(main)),
        ("defaults", options(defaults)),
        ("tasks", Json::List(tasks.iter().map(task).collect())),
        ("jobs", Json::List(jobs.iter().map(job).collect())),
        ("subscribers", Json::List(subscribers.iter().map(subscriber).collect())),
    ]);
    format!("{application}\n")
}

fn task(model: &TaskModel) -> Json {
    let TaskModel { declared, instances, is_critical, schedule, after, needs, options: given } = model;
    let instances = instances.and_then(|instances| u64::try_from(instances).ok());
    declaration(
        declared,
        [
            ("instances", Json::optional(instances, Json::Number)),
            ("critical", Json::Boolean(*is_critical)),
            ("schedule", Json::optional(schedule.as_ref(), schedule_of)),
            ("after", Json::texts(after)),
            ("needs", Json::texts(needs)),
            ("options", options(given)),
        ],
    )
}

fn job(model: &JobModel) -> Json {
    let JobModel { declared, slot, arguments, needs, options: given } = model;
    let argument = |(name, of_type): &(&str, &str)| {
        Json::Object(vec![("name", Json::text(*name)), ("type", Json::text(*of_type))])
    };
    declaration(
        declared,
        [
            ("slot", Json::optional(*slot, Json::text)),
            ("arguments", Json::List(arguments.iter().map(argument).collect())),
            ("needs", Json::texts(needs)),
            ("options", options(given)),
        ],
    )
}

fn subscriber(model: &SubscriberModel) -> Json {
    let SubscriberModel { declared, events, tasks, options: given } = model;
    declaration(
        declared,
        [
            ("events", Json::optional(events.as_ref(), Json::texts)),
            ("tasks", Json::optional(tasks.as_ref(), Json::texts)),
            ("options", options(given)),
        ],
    )
}

/// An object with the fields of all declarations, and then these.
fn declaration<const N: usize>(declared: &DeclaredAs, fields: [(&'static str, Json); N]) -> Json {
    let DeclaredAs { name, location, krate } = declared;
    let common = [
        ("name", Json::text(name)),
        ("location", source(location.file(), location.line())),
        ("crate", Json::text(*krate)),
    ];
    Json::Object(common.into_iter().chain(fields).collect())
}

fn source(file: &str, line: u32) -> Json {
    Json::Object(vec![("file", Json::text(file)), ("line", Json::Number(line.into()))])
}

fn schedule_of(schedule: &ScheduleModel) -> Json {
    match schedule {
        ScheduleModel::StartDelay(delay) => {
            let delay = duration(*delay);
            let next = Json::List(vec![delay.clone()]);
            Json::Object(vec![("kind", Json::text("start_delay")), ("start_delay", delay), ("next", next)])
        }
        ScheduleModel::Every { period, start_delay, next } => Json::Object(vec![
            ("kind", Json::text("every")),
            ("every", duration(*period)),
            ("start_delay", Json::optional(*start_delay, duration)),
            ("next", Json::List(next.iter().copied().map(duration).collect())),
        ]),
        #[cfg(feature = "schedule")]
        ScheduleModel::Cron { expression, zone, start_delay, next } => Json::Object(vec![
            ("kind", Json::text("cron")),
            ("cron", Json::text(expression)),
            ("tz", Json::text(zone)),
            ("start_delay", Json::optional(*start_delay, duration)),
            ("next", Json::texts(next)),
        ]),
    }
}

fn duration(time: Duration) -> Json {
    Json::text(format_duration(time).to_string())
}

fn options(options: &[PolicyOption]) -> Json {
    let option = |PolicyOption { name, value, origin }: &PolicyOption| {
        Json::Object(vec![
            ("name", Json::text(*name)),
            ("value", Json::text(value)),
            ("origin", origin_of(origin)),
        ])
    };
    Json::List(options.iter().map(option).collect())
}

fn origin_of(origin: &OptionOrigin) -> Json {
    let in_source = |kind: &str, file: &str, line: u32| {
        Json::Object(vec![
            ("kind", Json::text(kind)),
            ("file", Json::text(file)),
            ("line", Json::Number(line.into())),
        ])
    };
    match origin {
        OptionOrigin::Default => Json::Object(vec![("kind", Json::text("default"))]),
        OptionOrigin::Attribute { file, line } => in_source("attribute", file, *line),
        OptionOrigin::Added { file, line } => in_source("app.task", file, *line),
        OptionOrigin::Config { file, line } => in_source("app.config", file, *line),
        OptionOrigin::Tune { file, line } => in_source("app.tune", file, *line),
        OptionOrigin::File { path, line } => Json::Object(vec![
            ("kind", Json::text("file")),
            ("path", Json::text(&**path)),
            ("line", Json::Number(u64::from(*line))),
        ]),
        OptionOrigin::Environment { variable } => {
            Json::Object(vec![("kind", Json::text("environment")), ("variable", Json::text(&**variable))])
        }
    }
}
