//! The rules of the attributes. Each message ends with the name of the rule that the code breaks.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

/// The page of the documentation that lists all rules.
const PAGE: &str = "taskvisor::when_it_does_not_compile";

/// Declares the rules with their names on the page.
macro_rules! rules {
    ($($rule:ident = $name:literal,)*) => {
        /// A rule that an attribute checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Rule {
            $($rule,)*
        }

        impl Rule {
            const ALL: &[(Self, &str)] = &[$((Self::$rule, $name),)*];
        }
    };
}

rules! {
    // options
    UnknownOption = "unknown-option",
    RenamedOption = "renamed-option",
    OptionOfAnotherLibrary = "option-of-another-library",
    ValueInsteadOfOption = "value-instead-of-option",
    OptionAtWrongLevel = "option-at-wrong-level",
    OptionOfAnotherAttribute = "option-of-another-attribute",
    DuplicateOption = "duplicate-option",
    MissingValue = "missing-value",
    MissingEqualsSign = "missing-equals-sign",
    MissingComma = "missing-comma",
    MissingOptionName = "missing-option-name",

    // values
    WrongValueType = "wrong-value-type",
    MissingQuotes = "missing-quotes",
    UnknownValue = "unknown-value",
    NoLimitValue = "no-limit-value",
    RunTimeValue = "run-time-value",
    ValueWithArguments = "value-with-arguments",
    InvalidDuration = "invalid-duration",
    ZeroDuration = "zero-duration",
    NegativeDuration = "negative-duration",
    DurationTooLong = "duration-too-long",
    ZeroCount = "zero-count",
    NegativeCount = "negative-count",
    CountTooLarge = "count-too-large",
    FactorOutOfRange = "factor-out-of-range",
    InvalidMaxFailures = "invalid-max-failures",
    InvalidRateLimit = "invalid-rate-limit",
    InvalidCron = "invalid-cron",
    CronWithoutFeature = "cron-without-feature",
    EmptyTz = "empty-tz",
    FatalIfNotAPath = "fatal-if-not-a-path",
    EmptyName = "empty-name",
    RuntimePathRelative = "runtime-path-relative",
    RuntimePathInQuotes = "runtime-path-in-quotes",

    // backoff
    MissingBackoffKind = "missing-backoff-kind",
    UnknownBackoffPart = "unknown-backoff-part",
    UnknownBackoffKind = "unknown-backoff-kind",
    BackoffKindInQuotes = "backoff-kind-in-quotes",
    PartOfNoBackoff = "part-of-no-backoff",
    GrowthOfConstantBackoff = "growth-of-constant-backoff",
    DecorrelatedConstantBackoff = "decorrelated-constant-backoff",
    FirstAboveMax = "first-above-max",

    // dependencies
    DependenciesWithoutBrackets = "dependencies-without-brackets",
    DependencyInQuotes = "dependency-in-quotes",
    DependencyNotAPath = "dependency-not-a-path",
    EmptyDependencies = "empty-dependencies",
    DuplicateDependency = "duplicate-dependency",
    OwnDependency = "own-dependency",
    AfterANeededTask = "after-a-needed-task",

    // contradictions
    InterruptOnLossWithoutNeeds = "interrupt-on-loss-without-needs",
    RetriesWithRestartNever = "retries-with-restart-never",
    RepetitionWithoutRestartAlways = "repetition-without-restart-always",
    TwoSchedules = "two-schedules",
    TzWithoutCron = "tz-without-cron",
    TickOptionWithoutTicks = "tick-option-without-ticks",
    StableAfterBeyondTimeout = "stable-after-beyond-timeout",
    StartTimeoutWithoutNotify = "start-timeout-without-notify",
    StartTimeoutBeyondTimeout = "start-timeout-beyond-timeout",
    ReadyParameterWithoutNotify = "ready-parameter-without-notify",
    UnreachableMaxFailures = "unreachable-max-failures",
    HeartbeatBeyondTimeout = "heartbeat-beyond-timeout",
    OnGiveUpWithoutMaxFailures = "on-give-up-without-max-failures",
    OnGiveUpOfACriticalTask = "on-give-up-of-a-critical-task",
    FatalIfWithoutError = "fatal-if-without-error",
    FatalIfOfOneAttempt = "fatal-if-of-one-attempt",
    JobWithRestartAlways = "job-with-restart-always",
    AdmissionWithoutSlot = "admission-without-slot",
    QueueWithoutSlot = "queue-without-slot",
    QueueWithoutQueueAdmission = "queue-without-queue-admission",
    CapacityWithoutSlot = "capacity-without-slot",
    MaxConcurrentWithoutInstances = "max-concurrent-without-instances",
    InstanceParameterWithoutInstances = "instance-parameter-without-instances",
    BurstWithoutRateLimit = "burst-without-rate-limit",
    BurstOfConstantRateLimit = "burst-of-constant-rate-limit",
    WorkerThreadsOfCurrentThread = "worker-threads-of-current-thread",

    // signatures
    NotAFunction = "not-a-function",
    NotAsync = "not-async",
    Method = "method",
    GenericFunction = "generic-function",
    ImplTraitParameter = "impl-trait-parameter",
    WhereClause = "where-clause",
    UnsafeFunction = "unsafe-function",
    ExternFunction = "extern-function",
    ConstFunction = "const-function",
    ConstAsyncFunction = "const-async-function",
    VariadicFunction = "variadic-function",
    DuplicateAttribute = "duplicate-attribute",
    TwoAttributes = "two-attributes",
    TwoMainAttributes = "two-main-attributes",
    ConflictingAttribute = "conflicting-attribute",
    DeclaredMain = "declared-main",

    // parameters
    MutableReference = "mutable-reference",
    UnsizedParameter = "unsized-parameter",
    StaticReference = "static-reference",
    InferredType = "inferred-type",
    MisplacedParameter = "misplaced-parameter",
    UnsizedState = "unsized-state",
    BorrowedState = "borrowed-state",
    WrappedState = "wrapped-state",

    // arguments
    ArgumentPattern = "argument-pattern",
    BorrowedArgument = "borrowed-argument",
    InjectWithAValue = "inject-with-a-value",
    InjectOutsideAJob = "inject-outside-a-job",

    // slots
    EmptySlot = "empty-slot",
    SlotWithoutQuotes = "slot-without-quotes",
    ForeignPlaceholder = "foreign-placeholder",
    ExpressionInSlot = "expression-in-slot",
    PlaceholderInConstant = "placeholder-in-constant",
    UnknownArgument = "unknown-argument",
    PositionalPlaceholder = "positional-placeholder",
    InjectedInSlot = "injected-in-slot",

    // returns
    ReturnedFuture = "returned-future",
    UnsizedValue = "unsized-value",
    ImplTraitOfATask = "impl-trait-of-a-task",
    ValueOfASubscriber = "value-of-a-subscriber",
    BorrowedValue = "borrowed-value",
    ImplTraitOfAJob = "impl-trait-of-a-job",
    NeverOfAJob = "never-of-a-job",

    // subscribers
    MissingEvent = "missing-event",
    EventNotFirst = "event-not-first",
    TwoEvents = "two-events",
    UnknownEvent = "unknown-event",
    LaggedInOn = "lagged-in-on",
    DuplicateEvent = "duplicate-event",
    EmptyOn = "empty-on",
    OnWithoutParentheses = "on-without-parentheses",
    PathInOn = "path-in-on",
    TasksWithoutBrackets = "tasks-without-brackets",
    TaskInQuotes = "task-in-quotes",
    TaskNotAPath = "task-not-a-path",
    EmptyTaskList = "empty-task-list",
    DuplicateTask = "duplicate-task",
    EventOfNoTask = "event-of-no-task",

    // main
    MainNotAsync = "main-not-async",
    WrongMainParameter = "wrong-main-parameter",
    TwoMainParameters = "two-main-parameters",
    CrateInQuotes = "crate-in-quotes",
    CrateWithHyphen = "crate-with-hyphen",
    CratePath = "crate-path",
    CrateNotAName = "crate-not-a-name",
    DuplicateCrate = "duplicate-crate",
    OwnCrate = "own-crate",
    CratesWithoutBrackets = "crates-without-brackets",
    CriticalOfSomeTasks = "critical-of-some-tasks",
}

impl Rule {
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(rule, _)| *rule == self).map_or("", |(_, name)| name)
    }

    /// The rule of a name in the table of advice.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, listed)| *listed == name).map(|(rule, _)| *rule)
    }

    /// The message of an error: the problem, and where the rule is explained.
    pub(crate) fn message(self, problem: impl Display) -> String {
        format!("{problem}\nsee `{PAGE}`, rule `{}`", self.name())
    }

    /// An error at these tokens.
    pub(crate) fn error(self, tokens: impl ToTokens, problem: impl Display) -> syn::Error {
        syn::Error::new_spanned(tokens, self.message(problem))
    }

    pub(crate) fn error_at(self, span: Span, problem: impl Display) -> syn::Error {
        syn::Error::new(span, self.message(problem))
    }
}
