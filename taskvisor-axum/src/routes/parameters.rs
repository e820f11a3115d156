//! Reads the parameters of a request. An unknown or unreadable one is refused, never ignored.

use std::fmt::Display;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Uri;
use axum::http::request::Parts;

use crate::answer::ErrorCode;
use crate::failure::bounded;
use crate::nearest::nearest;
use crate::refusal::Refusal;

/// The parameters after the `?` of a request.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the parameters, all of which have to be `known`.
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Refusal> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| {
            let message = format!("the parameters cannot be read: {error}");
            Refusal::new(ErrorCode::BadParameter, message).allowing(known.iter().copied())
        })?;
        // The parser replaces bytes that are not UTF-8, and the result could be the name of another task. A name may contain the
        // replacement itself, for example that of a file.
        if std::str::from_utf8(&percent_decoded(uri.query().unwrap_or_default())).is_err() {
            let message = "the parameters cannot be read: write them as percent-encoded UTF-8";
            return Err(Refusal::new(ErrorCode::BadParameter, message).allowing(known.iter().copied()));
        }
        let unknown = pairs.0.iter().find(|(name, _)| !known.contains(&name.as_str()));
        match unknown {
            None => Ok(Self(pairs.0)),
            Some((name, _)) => {
                let name = bounded(name.clone());
                let message = match nearest(&name, known.iter().copied()) {
                    Some(nearest) => format!("there is no parameter `{name}`: did you mean `{nearest}`?"),
                    None => format!("there is no parameter `{name}`: leave it out, or write an allowed one"),
                };
                Err(Refusal::new(ErrorCode::BadParameter, message).allowing(known.iter().copied()))
            }
        }
    }

    /// The values of a parameter that may be repeated.
    pub(super) fn all<'a>(&'a self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that may be given once.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => {
                Err(Refusal::new(ErrorCode::BadParameter, format!("`{name}` is given twice: write it once")))
            }
        }
    }

    /// A number between 1 and `max`.
    pub(super) fn number(&self, name: &'static str, default: usize, max: usize) -> Result<usize, Refusal> {
        let Some(value) = self.one(name)? else { return Ok(default) };
        match value.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(bad_value(name, value, &format!("a number from 1 to {max}"))),
        }
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Refusal> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(value) => Err(bad_value(name, value, "`true` or `false`").allowing(["true", "false"])),
        }
    }
}

/// The bytes of a query. Its separators are ASCII, so that they are no part of another character.
fn percent_decoded(query: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits =
            after.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        // `from_str_radix` also reads `+1`.
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = &after[2..];
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    decoded
}

/// The refusal of a value. `expected` says what to write instead.
pub(super) fn bad_value(name: &str, value: &str, expected: &str) -> Refusal {
    let value = bounded(value.to_owned());
    Refusal::new(ErrorCode::BadParameter, format!("`{name}` cannot be `{value}`: write {expected}"))
}

/// The last `N` parameters within a path: a router around this one may have others before them. Unlike axum's own extractor, this one
/// refuses with JSON.
pub(super) struct PathOf<const N: usize>(pub(super) [String; N]);

impl<const N: usize, S: Send + Sync> FromRequestParts<S> for PathOf<N> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let parameters = RawPathParams::from_request_parts(parts, state).await.map_err(bad_path)?;
        let values: Vec<_> = parameters.iter().map(|(_, value)| value.to_owned()).collect();
        let own = values[values.len().saturating_sub(N)..].to_vec();
        Ok(Self(own.try_into().map_err(|_| bad_path("it has too few segments"))?))
    }
}

fn bad_path(problem: impl Display) -> Refusal {
    let message = format!("the path cannot be read ({problem}): write its names as percent-encoded UTF-8");
    Refusal::new(ErrorCode::BadParameter, message)
}
