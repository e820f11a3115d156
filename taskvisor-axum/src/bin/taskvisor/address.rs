//! Where the service is.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;

/// The base of all paths: `http://host:port/prefix`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// The URL of a path, which begins with a slash and is encoded.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The errors complete the sentence "invalid value … for `--url`:".
impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXAMPLE: &str = "write it as in `http://127.0.0.1:9900`";
        if text.is_empty() {
            return Err(format!("it is empty; {EXAMPLE}"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(format!("it has no scheme; {EXAMPLE}"));
        };
        if scheme.eq_ignore_ascii_case("https") {
            return Err("this program speaks http only, without TLS; give the address of the service itself, or of a tunnel to it, \
                 as `http://…`"
                .to_owned());
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(format!("its scheme is not `http`; {EXAMPLE}"));
        }
        if rest.contains(['?', '#']) {
            return Err(
                "it has a query or a fragment; give the path at most, as in `http://127.0.0.1:8080/admin`"
                    .to_owned(),
            );
        }
        let uri: Uri = text.parse().map_err(|error| format!("{error}; {EXAMPLE}"))?;
        let authority = uri.authority().ok_or_else(|| format!("it has no host; {EXAMPLE}"))?;
        if authority.as_str().contains('@') {
            return Err("it has a user name; give a token with `--token` instead".to_owned());
        }
        // `Uri` accepts a port that does not fit.
        let has_port = authority.as_str().len() > authority.host().len();
        if authority.host().is_empty() || has_port && authority.port_u16().is_none() {
            return Err(format!("its host or its port cannot be read; {EXAMPLE}"));
        }
        Ok(Self(format!("http://{authority}{}", uri.path().trim_end_matches('/'))))
    }
}

/// Encodes one segment of a path, or a value of a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_prefix_with_or_without_a_slash() {
        for (text, expected) in [
            ("http://127.0.0.1:9900", "http://127.0.0.1:9900/tasks"),
            ("http://127.0.0.1:9900/", "http://127.0.0.1:9900/tasks"),
            ("HTTP://localhost/admin", "http://localhost/admin/tasks"),
            ("http://localhost/a/b//", "http://localhost/a/b/tasks"),
            ("http://[::1]:9900", "http://[::1]:9900/tasks"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().join("/tasks"), expected);
        }
    }

    #[test]
    fn an_address_that_cannot_work_is_refused() {
        for (text, expected) in [
            ("", "it is empty"),
            ("127.0.0.1:9900", "it has no scheme"),
            ("https://service", "speaks http only"),
            ("ftp://service", "its scheme is not `http`"),
            ("http://", "; write it as in"),
            ("http://:9900", "its host or its port cannot be read"),
            ("http://service:99000", "; write it as in"),
            ("http://service:", "its host or its port cannot be read"),
            ("http://a b", "; write it as in"),
            ("http://user:secret@service", "--token"),
            ("http://service/?a=b", "query or a fragment"),
            ("http://service/#a", "query or a fragment"),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_name_becomes_one_segment_of_a_path() {
        assert_eq!(encode("consume/0"), "consume%2F0");
        assert_eq!(encode("a b%?#&\u{e9}"), "a%20b%25%3F%23%26%C3%A9");
        assert_eq!(encode("poll_feed-1.2~"), "poll_feed-1.2~");
    }
}
