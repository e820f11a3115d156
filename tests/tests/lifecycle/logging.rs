//! Events as lines of text.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Config, EventName, LogWriter};
use tests::{Harness, Rules, Script, Step};

/// An output whose content can be read back.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a lock").clone()).expect("UTF-8")
    }
}

fn logged(output: impl Write + Send + 'static) -> Harness {
    Harness::build(Config::default(), |builder| builder.subscriber(LogWriter::new(output)))
}

/// Matches `2026-11-23T08:15:24.123Z`, which starts every line.
fn is_time(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd.dddZ";
    text.len() == pattern.len()
        && text.chars().zip(pattern.chars()).all(|(found, wanted)| match wanted {
            'd' => found.is_ascii_digit(),
            _ => found == wanted,
        })
}

#[tokio::test(start_paused = true)]
async fn every_event_is_one_line_with_its_time() {
    let paper = Paper::default();
    let harness = logged(paper.clone());
    let rules = Rules::on_failure().constant_backoff(Duration::from_secs(1));
    let task = harness.add(rules, Script::task("ping", [Step::Fail("refused"), Step::Succeed]));
    assert!(task.outcome().await.is_completed());
    let event_log = harness.finish().await;
    let text = paper.text();
    assert!(text.ends_with('\n'));
    let lines: Vec<_> =
        text.lines().map(|line| line.split_once(' ').expect("a time and the event")).collect();
    for (time, _) in &lines {
        assert!(is_time(time), "{time}");
    }
    let published: Vec<_> = event_log.events().iter().map(ToString::to_string).collect();
    assert_eq!(lines.iter().map(|(_, line)| *line).collect::<Vec<_>>(), published);
    let failed = format!("ping#{} failed attempt=1 ran=0s error=\"refused\"", task.id());
    assert!(published.contains(&failed), "{published:?}");
}

#[tokio::test(start_paused = true)]
async fn an_event_is_one_line_even_if_its_message_has_several() {
    let paper = Paper::default();
    let harness = logged(paper.clone());
    let message = "two\nlines\r\nand ping#1 removed";
    let task = harness.add(Rules::never(), Script::task("chatty", [Step::Fail(message)]));
    assert!(task.outcome().await.is_failed());
    let panicking = harness.add(Rules::never(), Script::task("panics", [Step::Panic("left: 1\n right: 2")]));
    assert!(panicking.outcome().await.is_failed());
    let named = harness.add(Rules::never(), Script::task("a\nname", [Step::Succeed]));
    assert!(named.outcome().await.is_completed());
    let event_log = harness.finish().await;
    let text = paper.text();
    assert_eq!(text.lines().count(), event_log.events().len(), "{text}");
}

/// An output that is closed, full, or broken.
struct Closed(Kind);

#[derive(Clone, Copy)]
enum Kind {
    WriteFails,
    FlushFails,
    TakesNothing,
    Panics,
}

impl Write for Closed {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match self.0 {
            Kind::WriteFails => Err(io::ErrorKind::BrokenPipe.into()),
            Kind::FlushFails => Ok(text.len()),
            Kind::TakesNothing => Ok(0),
            Kind::Panics => panic!("out of paper"),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {
            Kind::FlushFails => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_output_that_fails_stops_no_task() {
    for kind in [Kind::WriteFails, Kind::FlushFails, Kind::TakesNothing, Kind::Panics] {
        let harness = logged(Closed(kind));
        let task = harness.add(Rules::never(), Script::task("ping", [Step::Succeed]));
        assert!(task.outcome().await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(event_log.count(EventName::Removed), 1);
    }
}

/// Records each write as a separate piece.
#[derive(Clone, Default)]
struct Pieces(Arc<Mutex<Vec<String>>>);

impl Write for Pieces {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let piece = String::from_utf8(text.to_vec()).expect("UTF-8");
        self.0.lock().expect("a lock").push(piece);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().expect("a lock").push(String::new());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_is_written_whole_and_flushed() {
    let pieces = Pieces::default();
    let harness = logged(pieces.clone());
    harness.finish().await;
    let pieces = pieces.0.lock().expect("a lock");
    let whole: Vec<_> = pieces.iter().map(|piece| (piece.ends_with('\n'), piece.is_empty())).collect();
    assert_eq!(whole, [(true, false), (false, true), (true, false), (false, true)]);
}
