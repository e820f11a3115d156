//! Lists of words, for messages.

/// How many words a list names.
const MAX_LISTED: usize = 8;

/// The words in backticks, as a list for a message: `a`, `b` and 3 more.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [word] => word.clone(),
        [most @ .., last] if words.len() <= MAX_LISTED => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {} more", words[..MAX_LISTED].join(", "), words.len() - MAX_LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_at_most_eight_words() {
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed(["a"; 10]), "`a`, `a`, `a`, `a`, `a`, `a`, `a`, `a` and 2 more");
    }
}
