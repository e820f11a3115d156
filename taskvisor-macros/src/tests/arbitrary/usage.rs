//! An attribute on an item, and valid examples.

use std::cell::OnceCell;
use std::fmt;

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};

use crate::ast::role::Role;

use super::super::tokens;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Task,
    Job,
    Subscriber,
    Main,
}

impl Attribute {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Task => Role::Task,
            Self::Job => Role::Job,
            Self::Subscriber => Role::Subscriber,
            Self::Main => Role::Setup,
        }
    }
}

pub(super) const ATTRIBUTES: [Attribute; 4] =
    [Attribute::Task, Attribute::Job, Attribute::Subscriber, Attribute::Main];

/// Valid usages, which together use every feature.
pub(super) const VALID: &[(Attribute, &str, &str)] = &[
    (Attribute::Task, "", "async fn ping() {}"),
    (
        Attribute::Task,
        "name = \"ping\", restart = \"always\", every = \"30s\", timeout = Duration::from_secs(5), max_retries = 3,",
        "/// Pings.\n#[cfg(unix)] pub(crate) async fn ping(ctx: TaskContext, State(db): State<Db>, clock: &Clock) \
         -> Result<(), DbError> { db.ping(ctx, clock).await?; Ok(()) }",
    ),
    (
        Attribute::Task,
        "backoff(exp, first = \"250ms\", max = \"10s\", factor = 1.5, jitter = \"full\"), \
         restart = \"on-failure\", stable_after = \"2m\", crate = crate::inner::sup, \
         after = [migrate], needs = [r#type, super::token], interrupt_on_loss = \"5s\", stop_order = \"last\"",
        "pub async fn r#loop(#[cfg(unix)] token: CancellationToken) -> ! { loop { token.cancelled().await; } }",
    ),
    (
        Attribute::Job,
        "slot = \"{tenant:04}-{type:?}\", admission = \"queue\", queue = 8, name = \"sync\", max_retries = 3",
        "pub async fn sync(mut tenant: u64, r#type: Vec<Kind>, #[inject] db: &Db, State(mail): State<Mail>) \
         -> Result<Report, SyncError> { tenant += 1; db.sync(tenant, r#type, mail).await }",
    ),
    (
        Attribute::Job,
        "slot = \"all\", admission = ADMISSION, backoff = \"constant\", timeout = \"1m 5s\", crate = ::sup, \
         needs = [connect], expires = PATIENCE",
        "async fn tidy(_: &TaskContext, path: Option<&'static str>, f: fn(&str) -> bool) -> [u8; 4] { [0; 4] }",
    ),
    (
        Attribute::Subscriber,
        "on(Failed, TimedOut), queue = 64, name = ALERTS",
        "pub(in crate::alerts) async fn alert(event: &Event, db: State<Db>, mail: &State<Mail>) \
         { mail.send(event, db).await; }",
    ),
    (Attribute::Subscriber, "", "async fn log(event: &taskvisor::Event) -> () {}"),
    (
        Attribute::Main,
        "flavor = \"multi_thread\", worker_threads = 4, grace = \"15s\", max_concurrent = LIMIT, \
         crates = [billing, mail]",
        "/// Starts.\n#[allow(clippy::all)] async fn main(app: &mut App) -> anyhow::Result<()> { \
         app.state(Db::new()?); Ok(()) }",
    ),
    (Attribute::Main, "crate = ::sup", "pub async fn main() {}"),
];

/// An attribute, the tokens in its parentheses, and the item under it.
#[derive(Clone)]
pub(super) struct Usage {
    pub(super) attribute: Attribute,
    pub(super) arguments: TokenStream,
    pub(super) item: TokenStream,
}

impl Usage {
    /// Gives every token a source location of its own, as written tokens have.
    pub(super) fn new(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> Self {
        let mut used = 0;
        let arguments = placed(arguments, &mut used);
        Self { attribute, arguments, item: placed(item, &mut used) }
    }

    pub(super) fn parse(attribute: Attribute, arguments: &str, item: &str) -> Self {
        Self::new(attribute, tokens(arguments), tokens(item))
    }

    pub(super) fn expand(&self) -> TokenStream {
        let expand = match self.attribute {
            Attribute::Task => crate::task::task,
            Attribute::Job => crate::job::job,
            Attribute::Subscriber => crate::subscriber::subscriber,
            Attribute::Main => crate::entry::main,
        };
        expand(self.arguments.clone(), self.item.clone())
    }
}

/// The source text; `⟦ ⟧` stand for the invisible groups of a `macro_rules` fragment, which cannot be written.
impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#[{}(", format!("{:?}", self.attribute).to_lowercase())?;
        show(&self.arguments, f)?;
        f.write_str(")] ")?;
        show(&self.item, f)
    }
}

fn show(stream: &TokenStream, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for tree in stream.clone() {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("⟦", "⟧"),
                };
                f.write_str(open)?;
                show(&group.stream(), f)?;
                write!(f, "{close} ")?;
            }
            TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => write!(f, "{punct}")?,
            other => write!(f, "{other} ")?,
        }
    }
    Ok(())
}

thread_local! {
    /// Places belong to the thread on which their file was read.
    static PLACES: OnceCell<Vec<Span>> = const { OnceCell::new() };
}

fn placed(stream: TokenStream, used: &mut usize) -> TokenStream {
    let mut placed_tree = |tree: TokenTree| {
        let mut tree = match tree {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), placed(group.stream(), used)))
            }
            other => other,
        };
        tree.set_span(place(*used));
        *used += 1;
        tree
    };
    stream.into_iter().map(&mut placed_tree).collect()
}

fn place(number: usize) -> Span {
    PLACES.with(|places| {
        let places = places
            .get_or_init(|| tokens(&"written ".repeat(4096)).into_iter().map(|tree| tree.span()).collect());
        places[number % places.len()]
    })
}
