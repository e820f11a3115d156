//! Escaping of untrusted text for one line of output.

/// Escapes control characters, so that the text cannot start a new line or send commands to a terminal.
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
