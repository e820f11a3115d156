//! What a function is declared as.

/// The role that an attribute gives to the function under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Task,
    Job,
    Subscriber,
    Setup,
}

impl Role {
    /// The role as the subject of a message.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Task => "a task",
            Self::Job => "a job",
            Self::Subscriber => "a subscriber",
            Self::Setup => "the setup function",
        }
    }

    /// The attribute as it is written.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Task => "#[task]",
            Self::Job => "#[job]",
            Self::Subscriber => "#[subscriber]",
            Self::Setup => "#[taskvisor::main]",
        }
    }
}
