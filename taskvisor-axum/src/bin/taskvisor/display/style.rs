//! Colors and width.

use std::env;
use std::io::{self, IsTerminal};

/// How tables are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether there are colors.
    pub(crate) colors: bool,
    /// At which column a line is cut. `None` in a pipe, where nothing is.
    pub(crate) width: Option<usize>,
}

/// The meaning of a color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Paint {
    #[default]
    Plain,
    Heading,
    Good,
    Warning,
    Bad,
    Faint,
}

impl Style {
    /// The style for standard output, whatever it is.
    pub(crate) fn of_stdout() -> Self {
        if !io::stdout().is_terminal() {
            return Self { colors: false, width: None };
        }
        // Both as https://no-color.org and terminfo define them.
        let colors = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && env::var_os("TERM").is_none_or(|term| term != "dumb");
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        // A terminal that does not know its width reports 0.
        Self { colors, width: width.filter(|width| *width > 0) }
    }

    /// Appends a text, which is escaped already.
    pub(crate) fn paint(self, line: &mut String, text: &str, paint: Paint) {
        let code = match paint {
            Paint::Plain => "",
            Paint::Heading => "1",
            Paint::Good => "32",
            Paint::Warning => "33",
            Paint::Bad => "1;31",
            Paint::Faint => "2",
        };
        if code.is_empty() || !self.colors || text.is_empty() {
            line.push_str(text);
        } else {
            line.push_str(&format!("\u{1b}[{code}m{text}\u{1b}[0m"));
        }
    }
}
