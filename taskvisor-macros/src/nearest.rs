//! What could have been meant by a word that is not known.

/// The candidate that resembles `written` enough to be offered, by the threshold that rustc uses; else the only one that
/// begins like it.
///
/// Case, `_` and `-` do not count: those are the spellings that people mix up most.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = plain(written);
    let threshold = written.chars().count().max(3) / 3;
    let candidates: Vec<_> = candidates.into_iter().map(|candidate| (plain(candidate), candidate)).collect();
    let resembling = candidates
        .iter()
        .map(|(plain, candidate)| (distance(&written, plain), *candidate))
        .filter(|(distance, _)| *distance <= threshold)
        .min_by_key(|(distance, _)| *distance);
    resembling.map(|(_, candidate)| candidate).or_else(|| begins_like(&written, &candidates))
}

/// The only candidate that is the beginning of the word, or of which the word is the beginning.
fn begins_like<'a>(written: &str, candidates: &[(String, &'a str)]) -> Option<&'a str> {
    let long_enough = |beginning: &str| beginning.chars().count() >= 3;
    let mut alike = candidates.iter().filter(|(plain, _)| {
        (long_enough(written) && plain.starts_with(written))
            || (long_enough(plain) && written.starts_with(plain.as_str()))
    });
    let (_, candidate) = alike.next()?;
    alike.next().is_none().then_some(*candidate)
}

/// Whether both are the same word, however it is spelled.
pub(crate) fn same_word(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

/// The words as they are read in a message: `a`, `b` or `c`.
pub(crate) fn alternatives(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.as_slice() {
        [] => String::new(),
        [word] => word.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters must be added, removed, replaced, or swapped with their neighbour.
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
