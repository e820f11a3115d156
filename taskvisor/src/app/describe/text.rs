//! The model as text, for a terminal: what differs from the defaults, each with its origin.

use super::model::{DeclaredAs, JobModel, Model, SubscriberModel, TaskModel};
use crate::app::problem::SourceLocation;
use crate::sync::escape::escape_line;
use crate::task::{OptionOrigin, PolicyOption};

/// The part of the first line that qualifies the rest.
const AS_DECLARED: &str = "as declared: changes by the setup (`app.config`, `app.tune`, `app.disable`, `app.task`, `app.overrides`) are \
                           not shown";

/// The longest line of a list, such as that of the events of a subscriber.
const WIDTH: usize = 100;

pub(super) fn write(model: &Model) -> String {
    let Model { name, location, main, defaults, tasks, jobs, subscribers } = model;
    let mut text = Text::default();
    text.line(0, &format!("{name} ({location}), {AS_DECLARED}"));
    text.options(1, main, *location);
    text.options(1, defaults, *location);
    text.section("tasks", tasks, |text, task| text.task(task, name));
    text.section("jobs", jobs, |text, job| text.job(job, name));
    text.section("subscribers", subscribers, |text, subscriber| text.subscriber(subscriber, name));
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, depth: usize, line: &str) {
        self.0.push_str(&"  ".repeat(depth));
        self.0.push_str(&escape_line(line));
        self.0.push('\n');
    }

    fn section<T>(&mut self, title: &str, declarations: &[T], mut write: impl FnMut(&mut Self, &T)) {
        if declarations.is_empty() {
            return;
        }
        self.0.push('\n');
        self.line(0, &format!("{title} ({})", declarations.len()));
        for declaration in declarations {
            write(self, declaration);
        }
    }

    fn task(&mut self, task: &TaskModel, application: &str) {
        self.line(1, &heading(&task.declared, "", application));
        if let Some(schedule) = &task.schedule {
            self.line(2, &schedule.to_string());
        }
        self.options(2, &task.options, task.declared.location);
    }

    fn job(&mut self, job: &JobModel, application: &str) {
        let arguments: Vec<_> =
            job.arguments.iter().map(|(name, of_type)| format!("{name}: {of_type}")).collect();
        self.line(1, &heading(&job.declared, &format!("({})", arguments.join(", ")), application));
        if let Some(slot) = job.slot {
            self.line(2, &format!("slot = {slot} (attribute)"));
        }
        self.options(2, &job.options, job.declared.location);
        if !job.needs.is_empty() {
            self.line(2, &format!("needs = [{}] (attribute)", job.needs.join(", ")));
        }
    }

    fn subscriber(&mut self, subscriber: &SubscriberModel, application: &str) {
        self.line(1, &heading(&subscriber.declared, "", application));
        match &subscriber.events {
            Some(events) => self.list("on", events),
            None => self.line(2, "on all events"),
        }
        if let Some(tasks) = &subscriber.tasks {
            self.list("task", tasks);
        }
        self.options(2, &subscriber.options, subscriber.declared.location);
    }

    /// Writes the options that are not defaults.
    fn options(&mut self, depth: usize, options: &[PolicyOption], declared_at: SourceLocation) {
        for option in options.iter().filter(|option| option.origin != OptionOrigin::Default) {
            self.line(depth, &option_line(option, declared_at));
        }
    }

    /// Writes a list, on as many lines as it needs.
    fn list(&mut self, label: &str, items: &[String]) {
        let mut line = label.to_owned();
        for (index, item) in items.iter().enumerate() {
            let separator = if index == 0 { " " } else { ", " };
            if index > 0 && line.len() + separator.len() + item.len() > WIDTH {
                self.line(2, &format!("{line},"));
                line = format!("{:1$} {item}", "", label.len());
            } else {
                line = format!("{line}{separator}{item}");
            }
        }
        self.line(2, &line);
    }
}

/// Such as `charge(order: u64) (crate billing, src/charge.rs:12)`. The crate of the application is left out.
fn heading(declared: &DeclaredAs, arguments: &str, application: &str) -> String {
    let DeclaredAs { name, location, krate } = declared;
    let of_crate = if *krate == application { String::new() } else { format!("crate {krate}, ") };
    format!("{name}{arguments} ({of_crate}{location})")
}

/// The location of the declaration's own attribute is left out.
fn option_line(option: &PolicyOption, declared_at: SourceLocation) -> String {
    let PolicyOption { name, value, origin } = option;
    match origin {
        OptionOrigin::Attribute { file, line }
            if (*file, *line) == (declared_at.file(), declared_at.line()) =>
        {
            format!("{name} = {value} (attribute)")
        }
        _ => option.to_string(),
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_its_line() {
        let mut text = Text::default();
        text.line(1, "a\nb\tc\u{1b}[31m");
        assert_eq!(text.0, "  a\\nb\\tc\\u{1b}[31m\n");
    }

    #[test]
    fn a_long_list_is_written_on_several_lines() {
        let mut text = Text::default();
        let events: Vec<_> = (0..20).map(|number| format!("Event{number}")).collect();
        text.list("on", &events);
        let lines: Vec<_> = text.0.lines().collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.len() <= WIDTH + 5), "{lines:?}");
        assert!(lines[0].starts_with("    on Event0, ") && lines[0].ends_with(','), "{lines:?}");
        assert!(lines[1].starts_with("       Event"), "{lines:?}");
    }
}
