//! Texts of errors, of bounded length.

use std::error::Error;
use std::fmt::{self, Write as _};

use super::task_error::chain;
use crate::sync::panics::contain;

/// The end of a text that was cut.
const CUT: &str = "… (cut)";

/// As `describe`, but of at most `limit` bytes. A longer text is cut at a character, and ends with [`CUT`].
// The rest of a message is not formatted: an error may write megabytes.
pub(crate) fn describe_within(error: &(dyn Error + 'static), limit: usize) -> String {
    let mut text = String::new();
    for error in chain(error) {
        let mut message = Bounded { text: String::new(), limit };
        let _ = contain(|| write!(message, "{error}")).map_err(|_| {
            message.text.clear();
            message.write_str("<its Display panicked>")
        });
        if text.ends_with(&message.text) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&message.text);
        if text.len() > limit {
            let end = floor_char_boundary(&text, limit.saturating_sub(CUT.len()));
            text.truncate(end);
            text.push_str(CUT);
            break;
        }
    }
    text
}

/// A text that refuses to grow once it is longer than its limit, by one character at most.
struct Bounded {
    text: String,
    limit: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.text.len() > self.limit {
                return Err(fmt::Error);
            }
            self.text.push(character);
        }
        Ok(())
    }
}

/// The last boundary of a character up to `index`.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;
    use crate::error::BoxError;

    fn text(error: &str) -> String {
        describe_within(&*BoxError::from(error), 64)
    }

    #[test]
    fn a_text_of_the_limit_is_whole_and_a_longer_one_is_cut() {
        assert_eq!(text(&"a".repeat(64)), "a".repeat(64));
        let cut = text(&"a".repeat(65));
        assert_eq!(cut, format!("{}{CUT}", "a".repeat(64 - CUT.len())));
        assert_eq!(cut.len(), 64);
    }

    #[test]
    fn a_text_is_cut_between_two_characters() {
        for prefix in 0..4 {
            let cut = text(&format!("{}{}", "a".repeat(prefix), "€".repeat(100)));
            assert!(cut.len() <= 64 && cut.len() > 60, "{} bytes", cut.len());
            assert!(cut.ends_with(&format!("€{CUT}")), "{cut}");
        }
    }

    #[test]
    fn an_endless_message_ends() {
        #[derive(Debug)]
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("on and ")?;
                }
            }
        }
        impl Error for Endless {}
        assert!(describe_within(&Endless, 64).ends_with(CUT));
    }

    #[test]
    fn a_display_that_panics_is_replaced() {
        #[derive(Debug)]
        struct Panics;
        impl fmt::Display for Panics {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                panic!("no text");
            }
        }
        impl Error for Panics {}
        assert_eq!(describe_within(&Panics, 64), "<its Display panicked>");
    }
}
