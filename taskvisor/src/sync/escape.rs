//! Text that comes from anywhere, on one line.

/// Escapes what would begin a line of its own, or command a terminal.
pub(crate) fn escape_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, character| {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        line
    })
}
