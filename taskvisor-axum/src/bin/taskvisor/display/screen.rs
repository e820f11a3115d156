//! The lines of one answer.

use super::{Paint, Style, Table, escape};

/// How far the values of fields are from the left.
const LABEL_WIDTH: usize = 15;

/// Collects lines. All texts are escaped.
#[derive(Debug)]
pub(crate) struct Screen {
    text: String,
    style: Style,
}

impl Screen {
    pub(crate) fn new(style: Style) -> Self {
        Self { text: String::new(), style }
    }

    /// Adds a line of several colors.
    pub(crate) fn line(&mut self, parts: &[(&str, Paint)]) {
        for (text, paint) in parts {
            self.style.paint(&mut self.text, &escape(text), *paint);
        }
        self.text.push('\n');
    }

    /// Adds an empty line and a heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.line(&[(text, Paint::Heading)]);
    }

    /// Adds a label with its value. Without a label, the value continues the previous field.
    pub(crate) fn field(&mut self, label: &str, value: &str, paint: Paint) {
        self.style.paint(&mut self.text, label, Paint::Faint);
        self.text.push_str(&" ".repeat(LABEL_WIDTH.saturating_sub(label.len())));
        self.style.paint(&mut self.text, &escape(value), paint);
        self.text.push('\n');
    }

    pub(crate) fn table(&mut self, table: &Table) {
        table.print(&mut self.text, self.style, 0);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}
