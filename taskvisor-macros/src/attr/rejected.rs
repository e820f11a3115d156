//! Mistakes that the compiler reports before an attribute sees its tokens.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::attr::names::is_punct;

/// Whether the compiler has reported the text between the attribute's parentheses. Its tokens are incomplete then, and further
/// errors would be noise.
pub(crate) fn is_rejected(arguments: &TokenStream) -> bool {
    if has_wrong_token(arguments) {
        return true;
    }
    let source = Span::call_site().source_text();
    source.is_some_and(|source| {
        is_name_value(&source) && !has_equals_sign(arguments)
            || has_wrong_quote(&source) && has_the_texts_of(&source, arguments)
    })
}

/// Whether one of the tokens is `=`. The value of `#[task = ..]` has none.
fn has_equals_sign(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| is_punct(&token, '='))
}

/// Whether the strings in the source text are those among the tokens. If not, the source has been misread, and a symbol that was
/// found in it may be right; then the options must not be dropped without an error.
fn has_the_texts_of(source: &str, tokens: &TokenStream) -> bool {
    let mut written = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (skipped, behind) = rest.split_at(skipped(rest, first));
        if skipped.len() > 1 && skipped.ends_with(['"', '#']) {
            written.push(skipped.trim_start_matches('r').to_owned());
        }
        rest = behind;
    }
    written == texts(tokens)
}

/// The strings among the tokens, without their prefixes.
fn texts(tokens: &TokenStream) -> Vec<String> {
    let of_token = |token| match token {
        TokenTree::Group(group) => texts(&group.stream()),
        TokenTree::Literal(literal) => vec![literal.to_string()],
        _ => Vec::new(),
    };
    let literals = tokens.clone().into_iter().flat_map(of_token);
    let texts = literals.map(|text| text.trim_start_matches(['b', 'c', 'r']).to_owned());
    texts.filter(|text| text.starts_with(['"', '#'])).collect()
}

/// Whether there is a literal such as `'5s'` or `0x`, or a word with an emoji.
fn has_wrong_token(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => has_wrong_token(&group.stream()),
        TokenTree::Ident(word) => word.to_string().contains(is_no_token),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            if ["0x", "0b", "0o"].contains(&text.as_str()) {
                return true;
            }
            let content = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            content.is_some_and(|content| !content.starts_with('\\') && content.chars().count() > 1)
        }
        _ => false,
    })
}

/// Quotes of word processors and of Markdown, other punctuation, symbols and emojis.
fn is_no_token(letter: char) -> bool {
    let is_space = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}');
    // Punctuation, symbols and accents that may stand in a name.
    let is_in_names = matches!(
        letter,
        '‿' | '⁀' | '⁔' | '℘' | '℮' | '\u{20d0}'..='\u{20dc}' | '\u{20e1}' | '\u{20e5}'..='\u{20f0}' | '\u{302a}'..='\u{302f}'
    );
    let is_symbol = matches!(
        letter,
        '`' | '´' | '«' | '»' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{1f000}'..='\u{1faff}'
    );
    // Some letters of scripts are among the symbols.
    is_symbol && !is_space && !is_in_names && !letter.is_alphanumeric()
}

/// Whether the attribute is written `#[task = ..]`, of which an attribute sees only the value.
fn is_name_value(attribute: &str) -> bool {
    let path = attribute.trim_start_matches(['#', '!', '[', ' ', '\n', '\t']);
    let rest =
        path.trim_start_matches(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | ' '));
    rest.starts_with('=')
}

/// Whether a wrong quote or symbol stands outside of literals and comments.
fn has_wrong_quote(source: &str) -> bool {
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if is_no_token(first) {
            return true;
        }
        rest = &rest[skipped(rest, first)..];
    }
    false
}

/// The length of the literal, comment or character at the start of the text.
fn skipped(text: &str, first: char) -> usize {
    let end_of = |end: &str, start: usize| {
        text.get(start..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| start + at + end.len())
    };
    match first {
        '"' => string_length(text),
        'r' if text[1..].starts_with(['"', '#']) => {
            let hashes = text[1..].chars().take_while(|letter| *letter == '#').count();
            match text[1 + hashes..].starts_with('"') {
                true => end_of(&format!("\"{}", "#".repeat(hashes)), 2 + hashes),
                false => 1,
            }
        }
        '\'' => {
            let mut letters = text.char_indices().skip(1);
            match (letters.next(), letters.next()) {
                (Some((_, '\\')), _) => end_of("'", 3),
                (Some(_), Some((at, '\''))) => at + 1,
                _ => 1,
            }
        }
        '/' if text.starts_with("//") => end_of("\n", 2),
        '/' if text.starts_with("/*") => comment_length(text),
        other => other.len_utf8(),
    }
}

/// The length of a block comment, in which others may stand.
fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_word_processors_are_found() {
        for source in [
            "#[task(timeout = “5s”)]",
            "#[task(timeout = ‘5s’)]",
            "#[task(timeout = «5s»)]",
            "#[task(timeout = `5s`)]",
            "#[task(timeout = ∞)]",
            "#[task(timeout = 🦀)]",
            "#[task(name = \"a\\\"b\", timeout = “5s”)]",
            "#[task(name = r#\"a\"#, timeout = “5s”)]",
            "#[task(name = '\\'', timeout = “5s”)]",
            "#[task(name = 'static, timeout = “5s”)]",
        ] {
            assert!(has_wrong_quote(source), "{source}");
        }
    }

    #[test]
    fn quotes_in_text_are_right() {
        for source in [
            "#[task(name = \"“a”\")]",
            "#[task(name = \"a\\\\\", timeout = \"`\")]",
            "#[task(name = r\"`\", crate = r#x)]",
            "#[task(name = r##\"a\"#`\"##)]",
            "#[task(/* ` */ timeout = \"5s\" // ‘\n)]",
            "#[task(c = '`', b = b'`', l = '\\u{60}')]",
            "#[task(timout = \"5s\" /* a /* b */ → c */)]",
            "#[task(/*/* “ */ ` */ name = a‿b, timeout = ℘ /**/)]",
            "",
        ] {
            assert!(!has_wrong_quote(source), "{source}");
        }
    }

    #[test]
    fn a_misread_source_rejects_nothing() {
        for (source, arguments, is_read) in [
            ("#[task(name = \"a\", timeout = “5s”)]", "name = \"a\", timeout = 5s", true),
            (
                "#[task(name = r#\"a\"#, x = [b\"b\", br\"c\"], y = ‘5s’)]",
                "name = r#\"a\"#, x = [b\"b\", br\"c\"], y = 5s",
                true,
            ),
            ("#[task(timeout = ∞)]", "timeout = ", true),
            ("#[task(name = \"a\" /* ” \"b\" */)]", "name = \"a\"", true),
            ("#[task(timeout = $time)] ‘", "timeout = \"5s\"", false),
            ("#[task(name = \"a\")] ‘ fn \"b\"", "name = \"a\"", false),
        ] {
            let tokens = arguments.parse().expect("the test's source is Rust");
            assert_eq!(has_the_texts_of(source, &tokens), is_read, "{source}");
        }
    }

    #[test]
    fn options_have_an_equals_sign() {
        for (arguments, found) in [("\"x\"", false), ("name = \"x\"", true), ("", false)] {
            assert_eq!(has_equals_sign(&arguments.parse().expect("the test's source is Rust")), found);
        }
    }

    #[test]
    fn an_attribute_with_an_equals_sign_is_found() {
        for (source, found) in [
            ("#[task = \"x\"]", true),
            ("#[taskvisor::main=\"x\"]", true),
            ("task = \"x\"", true),
            ("#[task(name = \"x\")]", false),
            ("#[task]", false),
            ("", false),
        ] {
            assert_eq!(is_name_value(source), found, "{source}");
        }
    }
}
