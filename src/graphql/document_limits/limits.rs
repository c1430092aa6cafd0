//! The limits of a document: each has a name, a value, a unit and a reason.

/// A limit that a document must keep before any of it is validated or executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The limit's name.
    pub name: &'static str,
    /// The largest value that is accepted.
    pub most: usize,
    /// The unit, as the error message names it.
    pub what: &'static str,
    /// The reason for the limit.
    pub why: &'static str,
}

/// Declares a constant for each row, and lists all of them in [`LIMITS`].
macro_rules! limits {
    ($($name:ident = $most:expr, $what:literal, $why:literal;)*) => {
        $(pub(super) const $name: Limit = Limit { name: stringify!($name), most: $most, what: $what, why: $why };)*

        /// All limits, in the order in which they are checked.
        pub static LIMITS: &[Limit] = &[$($name),*];
    };
}

limits! {
    TOKENS = 1000, "tokens and comments",
        "Bounds the parser's work and everything after it: a document at this limit is parsed within milliseconds.";
    NESTING = 32, "levels of brackets",
        "The parser, and the code that walks its result, recurse once per level.";
    WORD = 128, "characters in a name or a number",
        "A name is repeated in each error, and in each row of a list.";
    FRAGMENTS = 64, "fragments",
        "Validation walks each of them separately.";
    OPERATIONS = 20, "operations",
        "One is executed, but all are validated. GraphiQL sends all operations of an editor.";
    ROOT_FIELDS = 16, "fields at the root of an operation, fragments written out",
        "Each may read from the store.";
    ALIASES = 32, "aliases",
        "Each alias can repeat the work of a field.";
    DIRECTIVES = 32, "directives",
        "Each use of a directive is looked up.";
    DEPTH = 24, "levels of selections, fragments written out",
        "GraphiQL's introspection needs 19. The library's own limit is 32, with a less clear error.";
    SELECTIONS = 1000, "selections, fragments written out",
        "The library's validation visits a fragment each time it is spread.";
    VALUES = 100_000, "values in the answer, by estimate",
        "Nested lists multiply. The lengths of the introspection's lists come from the schema; GraphiQL's own query comes to \
         an eighth of the limit. A list of an account counts with its `first`, or its largest length, and a value of an \
         account as much as 32 values of the schema: it may be that much longer, and so may its name.";
    CREDENTIALS = 1, "field that consumes a credential in an operation",
        "A request is at most one guess at a secret.";
    VARIABLES = 500, "values in the variables",
        "The library copies a variable's value wherever it is used.";
}
