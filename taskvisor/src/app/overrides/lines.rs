//! Lines and columns of offsets in a text.

/// Finds the line of an offset without reading the text again: a large file has many keys.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// The offsets at which the lines begin.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(index, _)| index + 1)).collect();
        Self { text, starts }
    }

    /// The line of the byte at `offset`, from 1.
    pub(super) fn line(&self, offset: usize) -> u32 {
        saturating(self.starts.partition_point(|start| *start <= offset))
    }

    /// The line and the column of the byte at `offset`, from 1. A column counts characters.
    pub(super) fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1];
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or_default();
        (line, saturating(before.chars().count() + 1))
    }
}

fn saturating(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let lines = Lines::new("ab\r\n\nc");
        let at = |offset| lines.line_and_column(offset);
        assert_eq!(
            [at(0), at(1), at(3), at(4), at(5), at(6)],
            [(1, 1), (1, 2), (1, 4), (2, 1), (3, 1), (3, 2)]
        );
    }

    #[test]
    fn columns_count_characters() {
        let lines = Lines::new("größe = x");
        assert_eq!(lines.line_and_column("größe = ".len()), (1, 9));
    }

    #[test]
    fn an_offset_past_the_end_is_on_the_last_line() {
        assert_eq!(Lines::new("").line_and_column(7), (1, 1));
        assert_eq!(Lines::new("ab").line_and_column(7), (1, 3));
        assert_eq!(Lines::new("a\n").line(99), 2);
    }
}
