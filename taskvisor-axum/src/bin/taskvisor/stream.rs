//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html> defines them.

use std::io::{self, BufRead, BufReader, Read};
use std::time::Duration;

/// The longest line: an event has 5 KiB at most, but the server may be another one.
const MAX_LINE: u64 = 1 << 20;

/// Messages of a stream.
#[derive(Debug)]
pub(crate) struct Messages<R> {
    lines: BufReader<R>,
    /// The id of the latest message, also of one without data.
    last_id: Option<String>,
    retry: Option<Duration>,
}

/// One message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its type: empty if it has none.
    pub(crate) event: String,
    /// Its lines, joined.
    pub(crate) data: String,
}

impl<R: Read> Messages<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { lines: BufReader::new(reader), last_id: None, retry: None }
    }

    /// What resumes the stream after the latest message.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// How long to wait before the next connection, if the server has sent it.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Reads the next message. `None` at the end of the stream. A message that is not complete is dropped, with its id.
    pub(crate) fn next(&mut self) -> io::Result<Option<Message>> {
        let mut message = Message::default();
        let mut has_data = false;
        let mut id = None;
        while let Some(line) = self.line()? {
            if line.is_empty() {
                self.last_id = id.take().or(self.last_id.take());
                if has_data {
                    return Ok(Some(message));
                }
                message = Message::default();
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut message.event),
                "data" => {
                    if has_data {
                        message.data.push('\n');
                    }
                    has_data = true;
                    message.data.push_str(value);
                }
                "id" if !value.contains('\0') => id = Some(value.to_owned()),
                "retry" => self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry),
                // A comment has an empty name.
                _ => {}
            }
        }
        Ok(None)
    }

    /// Reads a line without its end: a line feed, which a carriage return may precede. Bytes that are no UTF-8 are replaced.
    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        self.lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return if (line.len() as u64) < MAX_LINE {
                Ok(None)
            } else {
                Err(io::Error::other("a line is longer than 1 MiB"))
            };
        }
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: &str, data: &str) -> Message {
        Message { event: event.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn messages_have_a_type_and_data() {
        let text = "retry: 1500\n: comment\n\nid: 7-1\ndata: {\"a\":1}\n\nevent: missed\r\ndata:2\r\ndata: 3\r\n\r\n";
        let mut messages = Messages::new(text.as_bytes());
        assert_eq!(messages.next().unwrap(), Some(message("", "{\"a\":1}")));
        assert_eq!(messages.last_id(), Some("7-1"));
        assert_eq!(messages.retry(), Some(Duration::from_millis(1500)));
        assert_eq!(messages.next().unwrap(), Some(message("missed", "2\n3")));
        assert_eq!(messages.next().unwrap(), None);
        // A message without an id does not change it.
        assert_eq!(messages.last_id(), Some("7-1"));
    }

    #[test]
    fn a_message_that_is_not_complete_does_not_count() {
        let mut messages = Messages::new("id: 7-1\n\nid: 7-2\ndata: 1\n".as_bytes());
        assert_eq!(messages.next().unwrap(), None);
        assert_eq!(messages.last_id(), Some("7-1"));
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let mut messages = Messages::new(io::repeat(b'x'));
        assert!(messages.next().unwrap_err().to_string().contains("1 MiB"));
    }
}
