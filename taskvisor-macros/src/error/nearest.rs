//! Suggestions for an unknown word.

/// The suggested candidate: the most similar one, or else the only one with the same beginning.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<_> = candidates.into_iter().map(|candidate| (candidate, candidate)).collect();
    resembling(written, candidates.iter().copied()).or_else(|| begins_like(written, candidates))
}

/// The value of the candidate most similar to `written`, within the threshold that rustc uses. Of equally similar ones, the
/// first.
///
/// Case, `_`, `-` and a plural do not count, because these are the most common differences.
pub(crate) fn resembling<'a, T>(
    written: &str,
    candidates: impl IntoIterator<Item = (&'a str, T)>,
) -> Option<T> {
    let distances = candidates.into_iter().filter_map(|(candidate, meaning)| {
        let as_written = distance_if_near(&parts(written), &parts(candidate));
        let in_the_singular = distance_if_near(&singular(written), &singular(candidate));
        Some((as_written.into_iter().chain(in_the_singular).min()?, meaning))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, meaning)| meaning)
}

/// The distance of two words, if each part resembles its counterpart: `max_weight` does not resemble `max_wait`.
fn distance_if_near(left: &[String], right: &[String]) -> Option<usize> {
    let near = |left: &str, right: &str| {
        let distance = distance(left, right);
        (distance <= left.chars().count().max(3) / 3).then_some(distance)
    };
    if left.len() == right.len() {
        return left.iter().zip(right).map(|(left, right)| near(left, right)).sum();
    }
    near(&left.concat(), &right.concat())
}

/// The only candidate that is a prefix of the word, or that has the word as its prefix.
pub(crate) fn begins_like<'a, T: PartialEq>(
    written: &str,
    candidates: impl IntoIterator<Item = (&'a str, T)>,
) -> Option<T> {
    let written = plain(written);
    let long_enough = |beginning: &str| beginning.chars().count() >= 3;
    let alike = candidates.into_iter().filter(|(candidate, _)| {
        let candidate = plain(candidate);
        (long_enough(&written) && candidate.starts_with(&written))
            || (long_enough(&candidate) && written.starts_with(&candidate))
    });
    let mut meanings = alike.map(|(_, meaning)| meaning);
    let first = meanings.next()?;
    meanings.all(|other| other == first).then_some(first)
}

/// Whether both are the same word in different spellings.
pub(crate) fn same_word(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

/// The words as a list for a message: `a`, `b` or `c`.
pub(crate) fn alternatives(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.as_slice() {
        [] => String::new(),
        [word] => word.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn plain(word: &str) -> String {
    parts(word).concat()
}

/// The parts of `max_retries`, `max-retries` and `maxRetries`, in lower case.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for letter in word.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.extend(letter.to_lowercase().filter(|letter| letter.is_alphanumeric()));
        }
        before = letter;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The parts of a word in the singular: `max_retries` and `max_retry` are one.
fn singular(word: &str) -> Vec<String> {
    let singular = |part: String| match part.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => part.strip_suffix('s').unwrap_or(&part).to_owned(),
    };
    parts(word).into_iter().map(singular).collect()
}

/// The number of letters to add, remove, replace, or swap with a neighbor.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, letter) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, other) in right.iter().enumerate() {
            let mut least = (row[j] + usize::from(letter != other)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *other && *letter == right[j - 1] {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: [&str; 4] = ["restart", "timeout", "max_retries", "on-failure"];

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("frist", "first", 1),
            ("ab", "ba", 1),
        ] {
            assert_eq!(distance(left, right), expected, "{left} / {right}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(nearest("restrat", OPTIONS), Some("restart"));
        assert_eq!(nearest("tmieout", OPTIONS), Some("timeout"));
        assert_eq!(nearest("time_out", OPTIONS), Some("timeout"));
        assert_eq!(nearest("maxRetries", OPTIONS), Some("max_retries"));
        assert_eq!(nearest("max_retry", OPTIONS), Some("max_retries"));
        assert_eq!(nearest("restarts", OPTIONS), Some("restart"));
        assert_eq!(nearest("ON_FAILURE", OPTIONS), Some("on-failure"));
    }

    #[test]
    fn a_word_that_is_cut_short_or_drawn_out_is_understood() {
        const KINDS: [&str; 4] = ["exp", "constant", "none", "maximum"];
        assert_eq!(nearest("exponential", KINDS), Some("exp"));
        assert_eq!(nearest("const", KINDS), Some("constant"));
        assert_eq!(nearest("c", KINDS), None);
        assert_eq!(nearest("max", ["max_retries", "max_delay"]), None);
    }

    #[test]
    fn another_word_is_not_taken_for_one_of_ours() {
        assert_eq!(nearest("banana", OPTIONS), None);
        assert_eq!(nearest("x", OPTIONS), None);
        assert_eq!(nearest("max_weight", ["max_wait", "max_delay"]), None);
        assert_eq!(nearest("", OPTIONS), None);
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        let list = |words: &[&str]| alternatives(words.iter().map(ToString::to_string));
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a or b");
        assert_eq!(list(&["a", "b", "c"]), "a, b or c");
    }
}
