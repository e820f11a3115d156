//! The placeholders of a format string.

/// The placeholders of a format string, in the syntax of `std::fmt`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// A named value, displayed or used as a width or precision.
    Named(String),
    /// A positional value, as written.
    Positional(String),
}

impl Placeholder {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Positional(_) => None,
        }
    }
}

/// All placeholders of a format string. The compiler reports unmatched braces.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '}']) {
        let (brace, behind) = rest[start..].split_at(1);
        if behind.starts_with(brace) {
            rest = &behind[1..];
            continue;
        }
        rest = behind;
        let Some(end) = behind.find('}') else { break };
        if brace == "{" {
            read(&behind[..end], &mut found);
            rest = &behind[end + 1..];
        }
    }
    found
}

fn read(content: &str, found: &mut Vec<Placeholder>) {
    let (name, format) = split_at_format(content);
    found.push(placeholder(name.trim(), || format!("{{{content}}}")));
    let format = without_fill(format);
    if format.contains(".*") {
        found.push(Placeholder::Positional(".*".to_owned()));
    }
    let counts = format.split('$').collect::<Vec<_>>();
    for count in counts.split_last().map_or(&[][..], |(_, counts)| counts) {
        let count = count.rsplit(|letter| !is_word(letter)).next().unwrap_or(count);
        // A zero before a name is the flag that fills with zeros.
        let name = count.trim_start_matches('0');
        let count = if name.starts_with(|letter: char| !letter.is_numeric()) { name } else { count };
        found.push(placeholder(count, || format!("{count}$")));
    }
}

/// The value, and its format behind the colon. A path, such as `Tenant::ID`, is one value.
fn split_at_format(content: &str) -> (&str, &str) {
    let mut start = 0;
    while let Some(at) = content[start..].find(':').map(|at| start + at) {
        let behind = &content[at + 1..];
        let is_path = behind.strip_prefix(':').is_some_and(|path| path.starts_with(is_word));
        if !is_path || at == 0 {
            return (&content[..at], behind);
        }
        start = at + 2;
    }
    (content, "")
}

fn placeholder(name: &str, written: impl FnOnce() -> String) -> Placeholder {
    if name.chars().all(|letter| letter.is_ascii_digit()) {
        Placeholder::Positional(written())
    } else {
        Placeholder::Named(name.to_owned())
    }
}

/// The fill character, which may be any, and the alignment after it.
fn without_fill(format: &str) -> &str {
    let mut letters = format.chars();
    letters.next();
    match letters.next() {
        Some('<' | '^' | '>') => letters.as_str(),
        _ => format,
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let written = |placeholder| match placeholder {
            Placeholder::Named(name) => name,
            Placeholder::Positional(written) => format!("positional {written}"),
        };
        placeholders(text).into_iter().map(written).collect()
    }

    #[test]
    fn names() {
        assert_eq!(found("nightly"), Vec::<String>::new());
        assert_eq!(found("tenant-{tenant}"), ["tenant"]);
        assert_eq!(found("{a}{b}-{a}"), ["a", "b", "a"]);
        assert_eq!(found("{ a }"), ["a"]);
        assert_eq!(found("{ä}"), ["ä"]);
        assert_eq!(found("{a.b}"), ["a.b"]);
        assert_eq!(found("{Tenant::ID}"), ["Tenant::ID"]);
        assert_eq!(found("{a::b:04}"), ["a::b"]);
        assert_eq!(found("{a::>8}"), ["a"]);
    }

    #[test]
    fn escapes() {
        assert_eq!(found("{{tenant}}"), Vec::<String>::new());
        assert_eq!(found("{{{tenant}}}"), ["tenant"]);
        assert_eq!(found("}}{{"), Vec::<String>::new());
    }

    #[test]
    fn formats() {
        assert_eq!(found("{tenant:04}"), ["tenant"]);
        assert_eq!(found("{tenant:?}"), ["tenant"]);
        assert_eq!(found("{tenant:#010x}"), ["tenant"]);
        assert_eq!(found("{tenant:}"), ["tenant"]);
        assert_eq!(found("{tenant:-^8}"), ["tenant"]);
    }

    #[test]
    fn widths_and_precisions() {
        assert_eq!(found("{x:width$}"), ["x", "width"]);
        assert_eq!(found("{x:0width$}"), ["x", "width"]);
        assert_eq!(found("{x:>+width$.digits$}"), ["x", "width", "digits"]);
        assert_eq!(found("{x:.digits$e}"), ["x", "digits"]);
        assert_eq!(found("{x:$<width$}"), ["x", "width"]);
        assert_eq!(found("{x:ä<wörd$}"), ["x", "wörd"]);
        assert_eq!(found("{x:0$}"), ["x", "positional 0$"]);
        assert_eq!(found("{x:10$}"), ["x", "positional 10$"]);
        assert_eq!(found("{x:.*}"), ["x", "positional .*"]);
    }

    #[test]
    fn positions() {
        assert_eq!(found("{}"), ["positional {}"]);
        assert_eq!(found("{0}"), ["positional {0}"]);
        assert_eq!(found("{:?}-{1:04}"), ["positional {:?}", "positional {1:04}"]);
    }

    #[test]
    fn what_is_no_format_string_is_left_alone() {
        assert_eq!(found("{"), Vec::<String>::new());
        assert_eq!(found("}"), Vec::<String>::new());
        assert_eq!(found("a } {b}"), ["b"]);
        assert_eq!(found("{a {b}"), ["a {b"]);
    }
}
