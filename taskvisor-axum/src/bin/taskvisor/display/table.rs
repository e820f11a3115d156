//! Aligned columns.

use super::{Paint, Style, escape};

/// The space between two columns.
const GAP: usize = 2;

/// A column is not cut below this width. A narrower terminal wraps the lines.
const MIN_WIDTH: usize = 8;

/// The last column, which has the error, is cut to this width before the others are.
const MIN_LAST_WIDTH: usize = 24;

/// A text in a table.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    text: String,
    paint: Paint,
}

/// Rows with aligned columns. The last column takes what is left of the width.
#[derive(Debug)]
pub(crate) struct Table {
    headers: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// Takes a text from anywhere, which is escaped.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: escape(text), paint: Paint::Plain }
    }

    pub(crate) fn painted(text: &str, paint: Paint) -> Self {
        Self { text: escape(text), paint }
    }
}

impl Table {
    pub(crate) fn new(headers: &[&'static str]) -> Self {
        Self { headers: headers.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with one cell for each header.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let cells = cells.into();
        debug_assert_eq!(cells.len(), self.headers.len());
        self.rows.push(cells);
    }

    /// Appends the table to a text, each line with an indent.
    pub(crate) fn print(&self, text: &mut String, style: Style, indent: usize) {
        let widths = self.widths(style.width.map(|width| width.saturating_sub(indent)));
        let headers: Vec<_> =
            self.headers.iter().map(|header| Cell::painted(header, Paint::Heading)).collect();
        for row in std::iter::once(&headers).chain(&self.rows) {
            let mut line = " ".repeat(indent);
            let mut padding = 0;
            for (cell, width) in row.iter().zip(&widths) {
                let shown = cut(&cell.text, *width);
                if !shown.is_empty() {
                    line.push_str(&" ".repeat(padding));
                    padding = 0;
                }
                style.paint(&mut line, &shown, cell.paint);
                padding += width.saturating_sub(shown.chars().count()) + GAP;
            }
            text.push_str(&line);
            text.push('\n');
        }
    }

    /// The widths of the columns: those of their longest texts, cut until the table fits.
    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<_> = self.headers.iter().map(|header| header.chars().count()).collect();
        for row in &self.rows {
            for (cell, width) in row.iter().zip(&mut widths) {
                *width = cell.text.chars().count().max(*width);
            }
        }
        let Some(limit) = limit else { return widths };
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(limit);
        if let Some(last) = widths.last_mut() {
            let reduced = excess.min(last.saturating_sub(MIN_LAST_WIDTH));
            *last -= reduced;
            excess -= reduced;
        }
        while excess > 0 {
            let Some(widest) = widths.iter_mut().max().filter(|width| **width > MIN_WIDTH) else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }
}

/// Cuts a text, and marks the cut with `…`.
pub(super) fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(width: Option<usize>) -> String {
        let mut table = Table::new(&["NAME", "STATE", "LAST ERROR"]);
        table.row([
            Cell::new("poll_feed"),
            Cell::new("backing off"),
            Cell::new(&"connection refused ".repeat(4)),
        ]);
        table.row([Cell::new("größe\n"), Cell::painted("running", Paint::Good), Cell::default()]);
        let mut text = String::new();
        table.print(&mut text, Style { colors: false, width }, 0);
        text
    }

    #[test]
    fn columns_are_aligned_and_lines_have_no_space_at_the_end() {
        let error = "connection refused ".repeat(4);
        let expected = format!(
            "NAME       STATE        LAST ERROR\npoll_feed  backing off  {error}\ngröße\\n    running\n"
        );
        assert_eq!(print(None), expected);
    }

    #[test]
    fn the_last_column_is_cut_first_and_then_the_widest() {
        let lines: Vec<_> = print(Some(60)).lines().map(|line| line.chars().count()).collect();
        assert_eq!(lines, [34, 60, 18]);
        let narrow = print(Some(36));
        assert!(narrow.lines().all(|line| line.chars().count() <= 36), "{narrow}");
        assert!(narrow.contains('…') && narrow.contains("poll_feed"), "{narrow}");
    }

    #[test]
    fn a_terminal_that_is_too_narrow_does_not_cut_everything() {
        assert!(print(Some(1)).contains("poll_fe…"));
    }
}
