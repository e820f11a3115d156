//! `taskvisor tasks`.

use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;
use taskvisor_axum::answer::TaskListAnswer;

use super::describe::{count, failure_cell, next_cell, next_time, state_cell, yes_or_no};
use super::{Form, Output};
use crate::address::encode;
use crate::arguments::TasksFilter;
use crate::client::{Answer, Client};
use crate::display::{Cell, Paint, Screen, Table, Times};
use crate::error::{CommandError, RequestError, RequestErrorKind};

/// The number of tasks on a page: the server permits no more.
const PAGE: &str = "1000";

pub(super) fn run(
    client: &Client,
    filter: &TasksFilter,
    output: Output<'_>,
) -> Result<ExitCode, CommandError> {
    let first = client.get(&path(filter, None))?;
    let mut cursor = next_cursor(&first);
    let mut pages = vec![first];
    while let Some(next) = cursor {
        let page = client.get(&path(filter, Some(&next)))?;
        cursor = next_cursor(&page);
        pages.push(page);
        if cursor.as_ref() == Some(&next) {
            // Every page has tasks after those of the page before it.
            let message = format!("the list of tasks does not end: its page `{next}` is followed by itself");
            return Err(RequestError::new(RequestErrorKind::BadAnswer, message).into());
        }
    }
    if let ([_, _, ..], Form::Json) = (&pages[..], output.form) {
        writeln!(output.writer, "{}", join(&pages)?)?;
        output.writer.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    output.print(&pages[0], |screen| show(screen, &pages))
}

fn path(filter: &TasksFilter, cursor: Option<&str>) -> String {
    let phase = filter.phase.and_then(|phase| phase.to_possible_value());
    let parameters: Vec<_> = [
        ("limit", Some(PAGE)),
        ("phase", phase.as_ref().map(|phase| phase.get_name())),
        ("contains", filter.contains.as_deref()),
        ("cursor", cursor),
    ]
    .into_iter()
    .filter_map(|(parameter, value)| Some((parameter, value?)))
    .chain(filter.name.iter().map(|name| ("name", name.as_str())))
    .map(|(parameter, value)| format!("{parameter}={}", encode(value)))
    .collect();
    format!("/tasks?{}", parameters.join("&"))
}

fn next_cursor(page: &Answer) -> Option<String> {
    let page: Value = page.read().ok()?;
    page.get("next_cursor")?.as_str().map(str::to_owned)
}

/// One answer of the same shape with the tasks of all pages, and with fields that this program does not know.
fn join(pages: &[Answer]) -> Result<Value, RequestError> {
    let mut pages = pages.iter().map(Answer::read::<Value>);
    let mut joined = pages.next().transpose()?.unwrap_or_default();
    for page in pages {
        if let (Some(all), Some(Value::Array(tasks))) =
            (joined.get_mut("tasks").and_then(Value::as_array_mut), page?.get_mut("tasks"))
        {
            all.append(tasks);
        }
    }
    if let Some(cursor) = joined.get_mut("next_cursor") {
        *cursor = Value::Null;
    }
    Ok(joined)
}

fn show(screen: &mut Screen, pages: &[Answer]) -> Result<(), RequestError> {
    let mut table = Table::new(&["NAME", "STATE", "FOR", "READY", "ATTEMPT", "FAILED", "NEXT", "LAST ERROR"]);
    let mut listed = 0;
    for page in pages {
        let page: TaskListAnswer = page.read()?;
        let times = Times::at(&page.now);
        for task in &page.tasks {
            listed += 1;
            table.row([
                name_cell(&task.name, task.instances),
                state_cell(task),
                Cell::new(&times.age(&task.since)),
                Cell::painted(yes_or_no(task.ready), if task.ready { Paint::Plain } else { Paint::Faint }),
                Cell::new(&task.attempt.to_string()),
                Cell::new(&task.total_failures.to_string()),
                next_cell(next_time(task), times),
                failure_cell(task.last_error.as_ref()),
            ]);
        }
    }
    if listed == 0 {
        screen.line(&[("no tasks", Paint::Faint)]);
        return Ok(());
    }
    screen.table(&table);
    screen.line(&[(&count(listed, "task"), Paint::Faint)]);
    Ok(())
}

fn name_cell(name: &str, instances: Option<u64>) -> Cell {
    match instances {
        Some(instances) => Cell::new(&format!("{name} (×{instances})")),
        None => Cell::new(name),
    }
}
