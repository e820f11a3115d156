//! The search for the known name that is most similar to an unknown one, for error messages. As `sync/nearest.rs` of the runtime, which is
//! not public.

/// The most letters of a name that is compared: the time grows with the square of the length.
const MAX_LETTERS: usize = 128;

/// How many pairs of letters are compared at most: some milliseconds. Anyone may request an unknown name, and a service may have ten
/// thousand tasks with long names.
const MAX_PAIRS: usize = 2_000_000;

/// Returns the most similar candidate, if at most a third of the letters differ. Of equally similar ones, the first. Case and separators do
/// not count. Candidates beyond [`MAX_PAIRS`] are not compared.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = letters(written)?;
    let most = written.len().max(3) / 3;
    let mut pairs = 0;
    let near = candidates.into_iter().filter_map(|candidate| {
        let letters = letters(candidate)?;
        if written.len().abs_diff(letters.len()) > most {
            return None;
        }
        pairs += written.len() * letters.len();
        if pairs > MAX_PAIRS {
            return None;
        }
        let distance = distance(&written, &letters);
        (distance <= most).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The letters to compare. `None` if there are too many.
fn letters(word: &str) -> Option<Vec<char>> {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
    let letters: Vec<char> = letters.take(MAX_LETTERS + 1).collect();
    (letters.len() <= MAX_LETTERS).then_some(letters)
}

/// The number of letters to add, remove, replace, or swap with a neighbor.
fn distance(left: &[char], right: &[char]) -> usize {
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

    #[test]
    fn a_slip_of_the_finger_is_recognized() {
        let known = ["billing", "resume", "restart", "consume/0", "pause"];
        for (written, expected) in [
            ("biling", Some("billing")),
            ("restrat", Some("restart")),
            ("puase", Some("pause")),
            ("Pause", Some("pause")),
            ("consume-1", Some("consume/0")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), expected, "{written}");
        }
        let long = "x".repeat(MAX_LETTERS + 1);
        assert_eq!(nearest(&long, [&*long]), None);
    }

    #[test]
    fn only_so_many_candidates_are_compared() {
        let name = |number: usize| format!("{number:0>100}");
        let names: Vec<_> = (0..10_000).map(name).collect();
        let find = |written: &str| nearest(written, names.iter().map(String::as_str)).map(str::to_owned);
        assert_eq!(find(&name(7)), Some(name(7)));
        assert_ne!(find(&name(9_999)), Some(name(9_999)), "it is beyond the bound");
        let short = ["x"; 10_000].into_iter().chain(["billing"]);
        assert_eq!(nearest("biling", short), Some("billing"), "names of another length cost nothing");
    }

    #[test]
    fn the_distance_is_the_number_of_edits() {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        for (left, right, expected) in
            [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("frist", "first", 1), ("ab", "ba", 1)]
        {
            assert_eq!(distance(&letters(left), &letters(right)), expected, "{left} / {right}");
        }
    }
}
