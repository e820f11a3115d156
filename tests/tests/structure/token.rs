//! Rust source as words and signs, without comments and without the inside of literals: enough to read paths by.

/// A word or a sign, and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Stands for any string, so that what is written inside one is never taken for code.
const LITERAL: &str = "\"\"";

/// The tokens of `source`. Every sign is a token of its own, so that `::` is two.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source, line: 1, tokens: Vec::new() };
    while reader.next() {}
    reader.tokens
}

/// Whether the tokens from `at` on read like `words`.
pub(crate) fn reads(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    let found = tokens.iter().skip(at).map(|token| token.text.as_str());
    tokens.len() >= at + words.len() && words.iter().copied().eq(found.take(words.len()))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn next(&mut self) -> bool {
        let Some(character) = self.rest.chars().next() else { return false };
        let rest = self.rest;
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(block_comment(rest));
        } else if let Some(length) = string(rest) {
            self.token(length, LITERAL);
        } else if character == '\'' {
            self.skip(character_or_lifetime(rest));
        } else if character.is_alphanumeric() || character == '_' {
            let raw = if rest.starts_with("r#") { 2 } else { 0 };
            let length = raw + word(&rest[raw..]);
            self.token(length, &rest[raw..length]);
        } else if character.is_whitespace() {
            self.skip(character.len_utf8());
        } else {
            self.token(character.len_utf8(), &rest[..character.len_utf8()]);
        }
        true
    }

    fn token(&mut self, length: usize, text: &str) {
        self.tokens.push(Token { line: self.line, text: text.to_owned() });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}

fn word(rest: &str) -> usize {
    rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len())
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let here = &rest[at..];
        let Some(character) = here.chars().next() else { return at };
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += character.len_utf8();
        }
        if depth == 0 {
            return at;
        }
    }
}

/// The length of the string that begins here, if one does.
fn string(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    let begin = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len()));
    }
    (hashes == 0).then(|| begin + quoted(&rest[begin..], '"'))
}

/// How far it is past the closing quote.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn character_or_lifetime(rest: &str) -> usize {
    let mut inside = rest.chars().skip(1);
    let first = inside.next();
    if first == Some('\\') || inside.next() == Some('\'') {
        return 1 + quoted(&rest[1..], '\'');
    }
    1 + word(&rest[1..])
}

fn words(source: &str) -> Vec<String> {
    tokens(source).into_iter().map(|token| token.text).collect()
}

#[test]
fn comments_of_every_kind_are_no_code() {
    let source = "a // crate::b\n/// crate::c\n/* crate::d /* crate::e */ crate::f */ g //! h";
    assert_eq!(words(source), ["a", "g"]);
}

#[test]
fn strings_of_every_kind_are_no_code() {
    let source =
        "a(\"crate::b \\\" crate::c\", r#\"crate::d \" \"#, b\"crate::e\", br\"\\\", '\"', b'\\'') z";
    let expected = ["a", "(", LITERAL, ",", LITERAL, ",", LITERAL, ",", LITERAL, ",", ",", "b", ")", "z"];
    assert_eq!(words(source), expected);
}

#[test]
fn a_lifetime_is_not_the_beginning_of_a_character() {
    assert_eq!(
        words("&'a str, &'_ crate::b, r#type"),
        ["&", "str", ",", "&", "crate", ":", ":", "b", ",", "type"]
    );
}

#[test]
fn lines_are_counted_through_comments_and_strings() {
    let found = tokens("a\n/* \n */ b \"\n\" c");
    let lines: Vec<_> = found.iter().map(|token| (token.text.as_str(), token.line)).collect();
    assert_eq!(lines, [("a", 1), ("b", 3), (LITERAL, 3), ("c", 4)]);
}
