//! What the variable `TASKVISOR` requests.

/// The variable. The names of other variables begin with it, and have a meaning of their own.
pub(super) const VARIABLE: &str = "TASKVISOR";

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    Dot,
}

impl Form {
    /// Reads the value of the variable. An empty one requests nothing.
    ///
    /// # Errors
    ///
    /// Returns what to write instead.
    pub(super) fn parse(value: &str) -> Result<Option<Self>, String> {
        match value {
            "" => Ok(None),
            "describe" => Ok(Some(Self::Text)),
            "describe=json" => Ok(Some(Self::Json)),
            "describe=dot" => Ok(Some(Self::Dot)),
            _ => Err(format!(
                "the variable `{VARIABLE}` is `{value}`, which requests nothing: set it to `describe`, `describe=json` or \
                 `describe=dot`, or remove it"
            )),
        }
    }
}
