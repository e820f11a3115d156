//! Relations of a missing type and a registered one, each with the words that explain it.

use super::MissingStates;
use super::type_name::{arguments, constructor, is_std, last_segment, referent};

/// Explains how a registered type is related to a missing one, if it is.
type Relation<'a> = fn(&MissingStates<'a>, missing: &str, registered: &str) -> Option<String>;

/// The integers and floats, among which a literal easily has the wrong type.
const NUMBER_TYPES: [&str; 14] =
    ["f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// Types whose `new` takes the value inside. They count under any path: Tokio has a `Mutex` too.
const WRAPPERS: [&str; 4] = ["Arc", "Box", "Mutex", "RwLock"];

/// Type names whose lower-case form is a keyword.
const KEYWORDS: [&str; 12] =
    ["Box", "Crate", "Final", "Impl", "Loop", "Macro", "Match", "Static", "Struct", "Trait", "Type", "Use"];

impl<'a> MissingStates<'a> {
    /// The closest relation first.
    pub(super) const RELATIONS: [Relation<'a>; 6] = [
        Self::same_name,
        Self::producer,
        Self::contains_missing,
        Self::inside_missing,
        Self::implementor,
        Self::similar,
    ];

    /// Says that the type was registered, such as "an `Arc<Db>` was registered".
    fn was_registered(&self, registered: &str) -> String {
        format!("{} was registered", self.one(registered))
    }

    /// The type with its article: "an `Arc<Db>`".
    fn one(&self, name: &str) -> String {
        let written = self.writer.write(name);
        let article = if written.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
        format!("{article} `{written}`")
    }

    /// Two types of one name.
    fn same_name(&self, missing: &str, registered: &str) -> Option<String> {
        (registered == missing).then(|| {
            format!(
                "another type named `{missing}` was registered: it is compiled twice, in two versions of its crate \
                 (`cargo tree -d` lists them), or because its file is a `mod` of both `lib.rs` and `main.rs`"
            )
        })
    }

    /// A function that returns the value, or its future.
    fn producer(&self, missing: &str, registered: &str) -> Option<String> {
        let method = match registered.strip_prefix('<') {
            // The method of a trait: `<app::Db as core::default::Default>::default`.
            Some(rest) => rest.strip_prefix(missing)?.strip_prefix(" as ")?.rsplit_once(">::")?.1,
            None => registered.strip_prefix(missing)?.strip_prefix("::")?,
        };
        let of = match self.writer.write(missing) {
            generic if generic.contains('<') => format!("<{generic}>"),
            of => of,
        };
        let function = |method| format!("{of}::{method}");
        Some(match method.strip_suffix("::{{closure}}") {
            Some(method) => format!(
                "the future of `{0}` was registered: await it, as in `{1}`",
                function(method),
                self.by.call(&format!("{}(…).await", function(method))),
            ),
            None => format!(
                "the function `{0}` was registered, not what it returns: call it, as in `{1}`",
                function(method),
                self.by.call(&format!("{}(…)", function(method))),
            ),
        })
    }

    /// The missing type is inside the registered one, such as a `Result`.
    fn contains_missing(&self, missing: &str, registered: &str) -> Option<String> {
        let (given, value) = (self.was_registered(registered), value_name(missing));
        let (wanted, other) = (self.writer.write(missing), self.writer.write(registered));
        let inside = arguments(registered);
        let register = |value: &str| format!("`{}`", self.by.call(value));
        let is = |last: &str| is_std(registered, last);
        if registered.starts_with('(') && inside.contains(&missing) {
            let call = register(&value);
            return Some(format!("{given}: register each of its values by a call of its own, as in {call}"));
        }
        let is_inside = inside == [missing] || is("Result") && inside.first() == Some(&missing);
        if !is_inside && referent(registered) != Some(missing) {
            return None;
        }
        Some(if is("Result") {
            format!("{given}: write {}", register(&format!("{value}?")))
        } else if is("Option") {
            let call = self.by.call(&value);
            format!(
                "{given}: register the value inside, as in `if let Some({value}) = {value} {{ {call}; }}`"
            )
        } else if is("Arc") {
            let reason = "`State` already shares its value, so register";
            format!("{given}; {reason} the `{wanted}` itself, or take `State<{other}>`")
        } else if is("Box") {
            format!("{given}: write {}, or take `State<{other}>`", register(&format!("*{value}")))
        } else if registered.starts_with("taskvisor::") && last_segment(registered) == "State" {
            format!("{given}: the parameter adds the `State`, so register the `{wanted}` itself")
        } else {
            format!("{given}: take `State<{other}>`, or register the `{wanted}` itself")
        })
    }

    /// The registered type is inside the missing one, such as an `Arc`.
    fn inside_missing(&self, missing: &str, registered: &str) -> Option<String> {
        let (given, other) = (self.was_registered(registered), self.writer.write(registered));
        let wanted = self.writer.write(missing);
        let is_inside = arguments(missing) == [registered];
        if is_inside && is_std(missing, "Option") {
            return Some(format!("{given}: take `Option<State<{other}>>` instead of `State<{wanted}>`"));
        }
        if let Some(value) = wrapped(missing, registered) {
            let call = self.by.call(&value);
            let reason = if is_std(missing, "Arc") { ", which already shares its value" } else { "" };
            return Some(format!("{given}: write `{call}`, or take `State<{other}>`{reason}"));
        }
        if referent(missing) == Some(registered) {
            return Some(format!("{given}: take `State<{other}>`, which dereferences to it"));
        }
        is_inside.then(|| format!("{given}: take `State<{other}>`, or register {}", self.one(missing)))
    }

    /// A pointer to a type that may implement the trait, where a pointer to the trait object is missing.
    fn implementor(&self, missing: &str, registered: &str) -> Option<String> {
        let wanted = principal(trait_object(missing)?);
        if let Some(other) = trait_object(registered) {
            return (principal(other) == wanted).then(|| self.other_type(missing, registered));
        }
        let [inside] = arguments(registered)[..] else { return None };
        let is_pointer = is_std(registered, "Arc") || is_std(registered, "Box");
        // A `Mutex`, a `str` or a number implements no trait of the user.
        let is_own = inside.contains("::") && !is_std(inside, last_segment(inside));
        (is_pointer && is_own).then(|| {
            let pointer = self.writer.write(missing);
            let value = format!("{}::new({}) as {pointer}", last_segment(missing), value_name(inside));
            format!(
                "{}: if `{}` implements `{}`, write `{}`",
                self.was_registered(registered),
                self.writer.write(inside),
                self.writer.write(wanted),
                self.by.call(&value),
            )
        })
    }

    /// Another number, another text, another type of the same name, or the same type in other wrappers.
    fn similar(&self, missing: &str, registered: &str) -> Option<String> {
        let other = self.writer.write(registered);
        let given = self.was_registered(registered);
        if NUMBER_TYPES.contains(&missing) && NUMBER_TYPES.contains(&registered) {
            let call = self.by.call("…").replacen('(', &format!("::<{missing}>("), 1);
            return Some(format!("{given}: write `{call}`, or take `State<{other}>`"));
        }
        if let Some(conversion) = conversion_of_text(missing).filter(|_| is_text(registered)) {
            let call = self.by.call(conversion);
            return Some(format!("{given}: write `{call}`, or take `State<{other}>`"));
        }
        are_similar(unwrapped(missing), unwrapped(registered)).then(|| self.other_type(missing, registered))
    }

    fn other_type(&self, missing: &str, registered: &str) -> String {
        let (given, other) = (self.was_registered(registered), self.writer.write(registered));
        format!("{given}, which is another type: take `State<{other}>`, or register {}", self.one(missing))
    }
}

/// The `dyn Trait` of an `Arc<dyn Trait>` or a `Box<dyn Trait>`.
pub(super) fn trait_object(name: &str) -> Option<&str> {
    let is_pointer = is_std(name, "Arc") || is_std(name, "Box");
    let inside = arguments(name).into_iter().next()?;
    (is_pointer && inside.starts_with("dyn ")).then_some(inside)
}

/// The trait of a trait object, without `Send` and `Sync`.
fn principal(object: &str) -> &str {
    let object = object.strip_prefix("dyn ").unwrap_or(object);
    object.split_once(" + ").map_or(object, |(principal, _)| principal)
}

/// The expression that wraps a value of the type `inside`, so that it becomes a `name`.
fn wrapped(name: &str, inside: &str) -> Option<String> {
    let [argument] = arguments(name)[..] else { return None };
    let wrapper = WRAPPERS.into_iter().find(|wrapper| *wrapper == last_segment(name))?;
    let value = if argument == inside { value_name(inside) } else { wrapped(argument, inside)? };
    Some(format!("{wrapper}::new({value})"))
}

/// The type inside of all wrappers and references.
fn unwrapped(name: &str) -> &str {
    if let Some(referent) = referent(name) {
        return unwrapped(referent);
    }
    let last = last_segment(name);
    match arguments(name).first() {
        Some(inside) if WRAPPERS.contains(&last) || matches!(last, "Option" | "Result") => unwrapped(inside),
        _ => name,
    }
}

/// Whether two types have the same name in different modules, or differ in their arguments.
fn are_similar(one: &str, other: &str) -> bool {
    if one == other
        || NUMBER_TYPES.contains(&one) && NUMBER_TYPES.contains(&other)
        || is_any_text(one) && is_any_text(other)
    {
        return true;
    }
    // Unrelated types may both be lists or maps.
    let is_collection = is_std(one, last_segment(one)) && is_std(other, last_segment(other));
    let has_same_name = constructor(one).contains("::") && last_segment(one) == last_segment(other);
    let (ones, others) = (arguments(one), arguments(other));
    let has_similar_arguments =
        || ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| are_similar(one, other));
    has_same_name && (!is_collection || has_similar_arguments())
}

fn is_any_text(name: &str) -> bool {
    is_text(name) || unwrapped(name) == "str"
}

fn is_text(name: &str) -> bool {
    let is_of_str = arguments(name) == ["str"] && ["Arc", "Box", "Cow"].iter().any(|last| is_std(name, last));
    is_of_str || referent(name) == Some("str") || is_std(name, "String")
}

/// The expression that turns another text into this one.
fn conversion_of_text(name: &str) -> Option<&'static str> {
    let is_of_str = arguments(name) == ["str"];
    match last_segment(name) {
        "String" if is_std(name, "String") => Some("value.to_string()"),
        "PathBuf" if is_std(name, "PathBuf") => Some("PathBuf::from(value)"),
        "Arc" if is_of_str => Some("Arc::<str>::from(value)"),
        "Box" if is_of_str => Some("Box::<str>::from(value)"),
        "Cow" if is_of_str => Some("Cow::<str>::from(value)"),
        _ => None,
    }
}

/// The name of a variable of this type: `http_client` for an `HttpClient`.
fn value_name(name: &str) -> String {
    let name = unwrapped(name);
    let last = last_segment(name);
    let is_name =
        last.starts_with(char::is_uppercase) && last.chars().all(|one| one.is_alphanumeric() || one == '_');
    if !is_name || is_std(name, last) || KEYWORDS.contains(&last) {
        return "value".to_owned();
    }
    let (mut variable, mut previous) = (String::new(), '_');
    for character in last.chars() {
        if character.is_uppercase() && previous != '_' && !previous.is_uppercase() {
            variable.push('_');
        }
        variable.extend(character.to_lowercase());
        previous = character;
    }
    variable
}
