//! Placeholders of other languages in the text of a slot. They are text here, so that all submissions would share one slot.

/// What stands around the name of an argument in other languages. Longer signs come first.
const AROUND: &[(&str, &str)] = &[
    ("$(", ")"),
    ("%(", ")s"),
    ("%(", ")d"),
    ("\\(", ")"),
    ("{{.", "}}"),
    ("{{ .", " }}"),
    ("{{ ", " }}"),
    ("{{", "}}"),
    ("<", ">"),
    ("%", "%"),
    ("$", ""),
    ("@", ""),
    (":", ""),
];

/// Positions of other languages.
const POSITIONS: [&str; 7] = ["%s", "%d", "%i", "%u", "%v", "$1", "$0"];

/// A placeholder of another language, and the text with the placeholder of this one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) written: String,
    pub(super) right: String,
}

/// The first placeholder of another language that names an argument. `used` are the names in placeholders of this language.
pub(super) fn find(text: &str, arguments: &[String], used: &[String]) -> Option<Foreign> {
    let named = arguments.iter().find_map(|name| dollar(text, name).or_else(|| around(text, name, used)));
    named.or_else(|| words_alone(text, arguments)).or_else(|| position(text, arguments, used))
}

fn foreign(text: &str, written: &str, name: &str) -> Foreign {
    Foreign { written: written.to_owned(), right: text.replacen(written, &format!("{{{name}}}"), 1) }
}

/// `${name}` is a placeholder behind a dollar sign here.
fn dollar(text: &str, name: &str) -> Option<Foreign> {
    let written = format!("${{{name}}}");
    text.contains(&written).then(|| foreign(text, &written, name))
}

fn around(text: &str, name: &str, used: &[String]) -> Option<Foreign> {
    if used.iter().any(|used| used == name) {
        return None;
    }
    AROUND.iter().find_map(|(before, after)| {
        let written = format!("{before}{name}{after}");
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut found = text.match_indices(&written).filter(|(at, _)| {
            let front = &text[..*at];
            // In `user:tenant`, `{tenant}:day` and `{tenant}@day`, the sign separates, and `/:tenant` is a placeholder.
            let is_apart = match *before {
                ":" => front.is_empty() || front.ends_with('/'),
                "@" => !front.ends_with(|letter: char| is_word(letter) || letter == '}'),
                _ => !front.ends_with(|letter: char| is_word(letter) || letter == '{'),
            };
            // The name must end there.
            let ends = !text[at + written.len()..]
                .starts_with(|letter: char| is_word(letter) && after.is_empty() || letter == '}');
            (is_apart || !after.is_empty()) && ends
        });
        found.next().map(|_| foreign(text, &written, name))
    })
}

/// A text that consists of the names of arguments.
fn words_alone(text: &str, arguments: &[String]) -> Option<Foreign> {
    let is_separator = |letter: char| ['-', ',', ' ', '/', ':', '.'].contains(&letter);
    let words: Vec<&str> = text.split(is_separator).filter(|word| !word.is_empty()).collect();
    let is_argument = |word: &&str| arguments.iter().any(|name| name == word);
    if words.is_empty() || !words.iter().all(is_argument) {
        return None;
    }
    let right = match text.contains([',', ' ']) {
        true => words.iter().map(|word| format!("{{{word}}}")).collect::<Vec<_>>().join("-"),
        false => text
            .split_inclusive(is_separator)
            .map(|part| {
                let word = part.trim_end_matches(is_separator);
                let separator = &part[word.len()..];
                if word.is_empty() { separator.to_owned() } else { format!("{{{word}}}{separator}") }
            })
            .collect(),
    };
    Some(Foreign { written: text.to_owned(), right })
}

fn position(text: &str, arguments: &[String], used: &[String]) -> Option<Foreign> {
    let name = arguments.first().filter(|_| used.is_empty())?;
    let is_end = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let found = POSITIONS.iter().find(|position| {
        text.match_indices(**position).any(|(at, written)| is_end(&text[at + written.len()..]))
    });
    found.map(|written| foreign(text, written, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(text: &str, used: &[&str]) -> Option<String> {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        find(text, &owned(&["tenant", "day"]), &owned(used)).map(|found| found.right)
    }

    #[test]
    fn placeholders_of_other_languages_are_found() {
        for (text, expected) in [
            ("t-$tenant", "t-{tenant}"),
            ("t-${tenant}", "t-{tenant}"),
            ("t-$(tenant)", "t-{tenant}"),
            ("t-%(tenant)s", "t-{tenant}"),
            ("t-{{tenant}}", "t-{tenant}"),
            ("t-{{ tenant }}", "t-{tenant}"),
            ("t-{{.tenant}}", "t-{tenant}"),
            ("t-<tenant>", "t-{tenant}"),
            ("/t/:tenant", "/t/{tenant}"),
            ("t-%tenant%", "t-{tenant}"),
            ("t-@day", "t-{day}"),
            ("t-%s", "t-{tenant}"),
            ("t-$1", "t-{tenant}"),
            ("tenant", "{tenant}"),
            ("tenant, day", "{tenant}-{day}"),
            ("tenant/day", "{tenant}/{day}"),
            ("/tenant.day/", "/{tenant}.{day}/"),
            (":tenant", "{tenant}"),
            ("@day", "{day}"),
        ] {
            assert_eq!(right(text, &[]).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(right("{tenant}-$day", &["tenant"]).as_deref(), Some("{tenant}-{day}"));
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "nightly",
            "t-tenant",
            "user:tenant",
            "$tenants",
            "a$b",
            "100%",
            "{{x}}",
            "t-<x>",
            "t-%sync",
            "rebuild(day)",
            "rebuild[day]",
            "~tenant~",
            "mail@tenant",
            "t-:day",
            "",
        ] {
            assert_eq!(right(text, &[]), None, "{text}");
        }
        for text in [
            "{{tenant}}={tenant}",
            "tenant:{tenant}",
            "issue#{tenant}",
            "{tenant}%s",
            "{{{tenant}}}",
            "{tenant}:day",
            "{tenant}@day",
            "{tenant}(day)",
            "{tenant}[day]",
            "{tenant}~day~",
        ] {
            assert_eq!(right(text, &["tenant"]), None, "{text}");
        }
    }
}
