//! The search for the known word that is most similar to an unknown one, for messages.

/// The most similar candidate, if at most a third of the letters differ. Of equally similar ones, the first.
///
/// Case, `_`, `-`, `.` and `/` do not count: they are what a variable's name loses, and the most common differences.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = letters(written);
    let near = candidates.into_iter().filter_map(|candidate| {
        let (letters, most) = (letters(candidate), written.len().max(3) / 3);
        // Also keeps a key of a mebibyte from being compared with every option.
        if written.len().abs_diff(letters.len()) > most {
            return None;
        }
        let distance = distance(&written, &letters);
        (distance <= most).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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

    const OPTIONS: [&str; 4] = ["restart", "timeout", "max_retries", "poll/feed"];

    #[test]
    fn a_slip_of_the_finger_is_recognized() {
        for (written, expected) in [
            ("restrat", "restart"),
            ("tmieout", "timeout"),
            ("TIME_OUT", "timeout"),
            ("maxRetries", "max_retries"),
            ("POLL_FEED", "poll/feed"),
        ] {
            assert_eq!(nearest(written, OPTIONS), Some(expected), "{written}");
        }
    }

    #[test]
    fn another_word_resembles_none() {
        for written in ["banana", "retire", "x", "", "max"] {
            assert_eq!(nearest(written, OPTIONS), None, "{written}");
        }
    }

    #[test]
    fn distances() {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        for (left, right, expected) in
            [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("frist", "first", 1), ("ab", "ba", 1)]
        {
            assert_eq!(distance(&letters(left), &letters(right)), expected, "{left} / {right}");
        }
    }
}
