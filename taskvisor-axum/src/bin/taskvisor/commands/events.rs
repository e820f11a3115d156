//! `taskvisor events`.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use taskvisor_axum::answer::{EventAnswer, MissedAnswer, VERSION};

use super::task::is_instance_number;
use super::{Form, Output};
use crate::arguments::{EventsOptions, Position};
use crate::client::{Client, check_version};
use crate::display::{Paint, Screen};
use crate::error::{CommandError, RequestError, RequestErrorKind};
use crate::stream::{Message, Messages};

/// How long to wait between two connections. The server may send another time, which is kept within these limits.
const RETRY: Duration = Duration::from_secs(1);
const MIN_RETRY: Duration = Duration::from_millis(100);
const MAX_RETRY: Duration = Duration::from_secs(10);

/// Follows the events over several connections.
struct Follower<'a> {
    client: &'a Client,
    options: &'a EventsOptions,
    form: Form,
    writer: &'a mut dyn Write,
    resume: Resume,
    retry: Duration,
    /// Whether the latest event said that the service shuts down.
    shutting_down: bool,
}

/// Where the next connection begins.
enum Resume {
    /// With the next event.
    Next,
    /// With the oldest one that the service keeps.
    Start,
    /// After the event with this id.
    After(String),
}

/// The fields of an event that this program uses in both forms.
#[derive(Deserialize)]
struct Header {
    version: u64,
    kind: Option<String>,
    task: Option<String>,
    #[serde(default)]
    is_submission: bool,
}

pub(super) fn run(
    client: &Client,
    options: &EventsOptions,
    output: Output<'_>,
) -> Result<ExitCode, CommandError> {
    let resume = if options.after == Some(Position::Start) { Resume::Start } else { Resume::Next };
    let mut follower = Follower {
        client,
        options,
        form: output.form,
        writer: output.writer,
        resume,
        retry: RETRY,
        shutting_down: false,
    };
    let mut reader: Box<dyn Read> = Box::new(follower.connect()?);
    loop {
        let reason = follower.follow(reader)?;
        match follower.reconnect(reason)? {
            Some(next) => reader = next,
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

impl Follower<'_> {
    fn connect(&self) -> Result<impl Read + use<>, RequestError> {
        match &self.resume {
            Resume::Next => self.client.open_events("", None),
            Resume::Start => self.client.open_events("?after=start", None),
            Resume::After(id) => self.client.open_events("", Some(id)),
        }
    }

    /// Prints the messages of one connection, and returns why it ended.
    fn follow(&mut self, reader: impl Read) -> Result<String, CommandError> {
        let mut messages = Messages::new(reader);
        loop {
            let message = messages.next();
            if let Some(id) = messages.last_id() {
                self.resume = Resume::After(id.to_owned());
            }
            self.retry = messages.retry().unwrap_or(self.retry).clamp(MIN_RETRY, MAX_RETRY);
            match message {
                Ok(Some(message)) => self.receive(&message)?,
                Ok(None) => return Ok("the service has closed the stream".to_owned()),
                Err(error) => return Ok(explain(&error)),
            }
        }
    }

    /// Connects again. `None` after a shutdown of the service.
    fn reconnect(&mut self, reason: String) -> Result<Option<Box<dyn Read>>, CommandError> {
        let began = Instant::now();
        let mut reason = reason;
        while began.elapsed() + self.retry <= self.options.reconnect_for {
            thread::sleep(self.retry);
            let error = match self.connect() {
                Ok(reader) => return Ok(Some(Box::new(reader))),
                Err(error) => error,
            };
            match error.kind() {
                RequestErrorKind::NotReached | RequestErrorKind::Refused(502..=504) => {
                    reason = error.message().to_owned();
                }
                // Another run of the service: all of its events are new.
                RequestErrorKind::Refused(410) => {
                    self.shutting_down = false;
                    self.resume = Resume::Start;
                    self.note("the service has restarted: its events follow from their start");
                }
                _ => return Err(error.within("cannot follow the events any more").into()),
            }
        }
        let address = self.client.address();
        if self.shutting_down {
            self.note(&format!("`{address}` has shut down"));
            return Ok(None);
        }
        let waited = humantime::format_duration(self.options.reconnect_for);
        let message =
            format!("the event stream of `{address}` broke, and did not return within {waited}: {reason}");
        Err(RequestError::new(RequestErrorKind::NotReached, message)
            .with_hint("wait longer with `--reconnect-for`")
            .into())
    }

    fn receive(&mut self, message: &Message) -> Result<(), CommandError> {
        let header: Header = self.read(message)?;
        check_version("/events", header.version)?;
        if message.event == "missed" {
            return self.print_missed(message);
        }
        if !message.event.is_empty() && message.event != "message" {
            // A message of a type that only a later version knows.
            return Ok(());
        }
        self.shutting_down |= header.kind.as_deref() == Some("shutdown_requested");
        if !self.selects(&header) {
            return Ok(());
        }
        match self.form {
            Form::Json => self.print_json(message)?,
            Form::Table(style) => {
                let event: EventAnswer = self.read(message)?;
                let mut screen = Screen::new(style);
                // The date is that of today for all but a long stream.
                let time = event.at.split_once('T').map_or(&*event.at, |(_, time)| time);
                let task = event.task.as_deref().unwrap_or("-");
                screen.line(&[
                    (time, Paint::Faint),
                    ("  ", Paint::Plain),
                    (task, Paint::Heading),
                    ("  ", Paint::Plain),
                    (&event.text, event_paint(&event)),
                ]);
                self.writer.write_all(screen.into_text().as_bytes())?;
            }
        }
        Ok(self.writer.flush()?)
    }

    fn selects(&self, header: &Header) -> bool {
        let EventsOptions { task: tasks, kind: kinds, no_jobs, .. } = self.options;
        if *no_jobs && header.is_submission {
            return false;
        }
        let is_selected = |task: &String| {
            let rest = header.task.as_deref().and_then(|name| name.strip_prefix(task.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || is_instance_number(rest))
        };
        (tasks.is_empty() || tasks.iter().any(is_selected))
            && (kinds.is_empty() || header.kind.as_ref().is_some_and(|kind| kinds.contains(kind)))
    }

    fn print_missed(&mut self, message: &Message) -> Result<(), CommandError> {
        match self.form {
            Form::Json => self.print_json(message)?,
            Form::Table(style) => {
                let MissedAnswer { missed, .. } = self.read(message)?;
                let mut screen = Screen::new(style);
                screen.line(&[(&format!("… {missed} events are missing here …"), Paint::Warning)]);
                self.writer.write_all(screen.into_text().as_bytes())?;
            }
        }
        Ok(self.writer.flush()?)
    }

    /// Prints one object on one line, as the server has sent it.
    fn print_json(&mut self, message: &Message) -> Result<(), CommandError> {
        if message.data.contains('\n') {
            let value: Value = self.read(message)?;
            writeln!(self.writer, "{value}")?;
        } else {
            writeln!(self.writer, "{}", message.data)?;
        }
        Ok(())
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, message: &Message) -> Result<T, RequestError> {
        serde_json::from_str(&message.data).map_err(|error| {
            let address = self.client.address();
            let text = format!("`{address}` has sent an event that is not one of version {VERSION}: {error}");
            RequestError::new(RequestErrorKind::BadAnswer, text)
                .with_hint("check the address with `--url`, or update this program")
        })
    }

    /// Writes a note to standard error: standard output has events only.
    fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "note: {}", crate::display::escape(text));
    }
}

fn event_paint(event: &EventAnswer) -> Paint {
    match event.kind.as_str() {
        "failed" | "gave_up" | "stuck" => Paint::Bad,
        _ if event.error.is_some() => Paint::Warning,
        _ => Paint::Plain,
    }
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
        _ => error.to_string(),
    }
}
