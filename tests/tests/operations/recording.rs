//! Subscribers of `tracing` that record: spans as they open, close and follow, and lines of text.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

/// A layer that records what happens to spans. Clones share the records.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Records>>);

#[derive(Default)]
struct Records {
    lines: Vec<String>,
    entered: usize,
}

impl Recorder {
    /// A subscriber with a registry and this layer.
    pub(crate) fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        Registry::default().with(self.clone())
    }

    /// Takes the records out: `open SPAN in PARENT`, `follow SPAN of SPAN`, `close SPAN`, `log MESSAGE in SPANS`. Ids are left out.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic").lines)
    }

    /// As `take`, of records that contain `part`.
    pub(crate) fn take_with(&self, part: &str) -> Vec<String> {
        self.take().into_iter().filter(|line| line.contains(part)).collect()
    }

    /// How many spans are entered.
    pub(crate) fn entered(&self) -> usize {
        self.0.lock().expect("no panic").entered
    }

    fn push(&self, line: String) {
        self.0.lock().expect("no panic").lines.push(line);
    }
}

/// How a span is called in the records.
struct Label(String);

fn label<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> String {
    span.extensions().get::<Label>().map_or_else(String::new, |label| label.0.clone())
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).expect("the span is open");
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let name = format!("{}{{{}}}", span.name(), fields.0);
        let parent = span.parent().map_or_else(|| "none".to_owned(), |parent| label(&parent));
        self.push(format!("open {name} in {parent}"));
        span.extensions_mut().insert(Label(name));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        let of = |id| context.span(id).map_or_else(String::new, |span| label(&span));
        self.push(format!("follow {} of {}", of(id), of(follows)));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = context.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
        let spans: Vec<_> = spans.map(|span| label(&span)).collect();
        let at = if spans.is_empty() { "none".to_owned() } else { spans.join(":") };
        let level = *event.metadata().level();
        let level = if level == Level::INFO { String::new() } else { format!("{level} ") };
        self.push(format!("log {level}{} in {at}", fields.0));
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        self.0.lock().expect("no panic").entered += 1;
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        self.0.lock().expect("no panic").entered -= 1;
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).expect("the span is closing");
        self.push(format!("close {}", label(&span)));
    }
}

/// Fields as text, without ids, which differ from run to run.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let space = if self.0.is_empty() { "" } else { " " };
        match field.name() {
            "id" => {}
            "message" => {
                self.0.insert_str(0, &format!("{value:?}{}", if self.0.is_empty() { "" } else { " " }))
            }
            name => write!(self.0, "{space}{name}={value:?}").expect("a string takes all"),
        }
    }
}

/// A buffer that the `fmt` subscriber writes to. Clones share the text.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// A `fmt` subscriber as an application installs it, without the time and colors.
    pub(crate) fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        let lines = self.clone();
        tracing_subscriber::fmt()
            .with_span_events(FmtSpan::NONE)
            .without_time()
            .with_ansi(false)
            .with_max_level(Level::INFO)
            .with_writer(move || lines.clone())
            .finish()
    }

    pub(crate) fn take(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.0.lock().expect("no panic"));
        String::from_utf8(text).expect("text").lines().map(|line| line.trim().to_owned()).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
