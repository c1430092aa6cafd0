//! Every limit of a document, once: name, value, what it counts, why.

use crate::model::MAX_SESSIONS;

/// A limit that a document must keep before any of it is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is called.
    pub name: &'static str,
    /// The most that is taken.
    pub most: usize,
    /// What it counts, as the error says it.
    pub what: &'static str,
    /// Why it is there.
    pub why: &'static str,
}

/// Makes a constant of each row, and [`LIMITS`] of all: there is no second list to forget one in.
macro_rules! limits {
    ($($name:ident = $most:expr, $what:literal, $why:literal;)*) => {
        $(pub(super) const $name: Limit = Limit { name: stringify!($name), most: $most, what: $what, why: $why };)*

        /// Every limit, in the order in which they are checked.
        pub static LIMITS: &[Limit] = &[$($name),*];
    };
}

limits! {
    TOKENS = 1000, "tokens and comments",
        "Bounds everything else, and the parser's work: a document at this limit is parsed within milliseconds.";
    NESTING = 32, "levels of brackets",
        "The parser, and all that walks its result, call themselves once a level.";
    WORD = 128, "characters in a name or a number",
        "A name comes back in each error and once for each row of a list.";
    FRAGMENTS = 64, "fragments",
        "The validation walks each of them by itself.";
    OPERATIONS = 20, "operations",
        "One is executed, all are validated; GraphiQL sends all of an editor.";
    ROOT_FIELDS = 16, "fields at the root of an operation, fragments written out",
        "Each may cost a read of the store.";
    ALIASES = 32, "aliases",
        "An alias asks for the same thing once more.";
    DIRECTIVES = 32, "directives",
        "Each is looked up wherever it stands.";
    DEPTH = 24, "levels of selections, fragments written out",
        "GraphiQL's introspection needs 19; the library's own bound is 32 and less clear.";
    SELECTIONS = 1000, "selections, fragments written out",
        "What the library's visitors walk: they follow a fragment each time it is spread.";
    VALUES = 100_000, "values in the answer, by estimate",
        "Lists of lists of the introspection multiply; GraphiQL's own query comes to two thirds of it. A value of an \
         account counts for 32 of the schema's words: it may be as long, and so may its name.";
    CREDENTIALS = 1, "field that consumes a credential in an operation",
        "A request is one guess, whatever it looks like.";
    VARIABLES = 500, "values in the variables",
        "The library copies a variable wherever it is used.";
}

/// The fields that consume a credential, or send one, or weigh one.
pub(super) const CREDENTIAL_FIELDS: [&str; 9] = [
    "changePassword",
    "checkPassword",
    "forgotPassword",
    "login",
    "refresh",
    "resetPassword",
    "sendVerificationCode",
    "signup",
    "verifyEmail",
];

/// What one value counts for.
pub(super) const fn size(in_introspection: bool) -> usize {
    if in_introspection { 1 } else { 32 }
}

/// How many rows a list has, for the estimate of values: as many as the schema has where it is fixed, else the most.
pub(super) fn rows(field: &str, in_introspection: bool) -> usize {
    match field {
        "sessions" if !in_introspection => MAX_SESSIONS,
        _ if !in_introspection => 1,
        "types" => 64,
        "fields" => 6,
        "args" | "interfaces" => 2,
        "directives" | "enumValues" | "inputFields" | "locations" | "possibleTypes" => 4,
        _ => 1,
    }
}
