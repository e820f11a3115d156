//! Escaping of texts from outside.

/// Escapes characters that a terminal interprets, and those that reorder or hide the text around them.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, character| {
        if character.is_control() || is_format(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        line
    })
}

/// Marks of direction, separators of lines and invisible characters.
fn is_format(character: char) -> bool {
    matches!(
        character,
        '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_a_terminal_interprets_is_escaped() {
        assert_eq!(escape("a\u{1b}[31mb\u{7}\r\n\tc"), r"a\u{1b}[31mb\u{7}\r\n\tc");
        // The same commands as one character.
        assert_eq!(escape("\u{9b}31m"), r"\u{9b}31m");
    }

    #[test]
    fn what_reorders_or_hides_text_is_escaped() {
        assert_eq!(escape("a\u{202e}b\u{2066}c\u{200b}d"), r"a\u{202e}b\u{2066}c\u{200b}d");
        assert_eq!(escape("größe 任務 “x” …"), "größe 任務 “x” …");
    }
}
