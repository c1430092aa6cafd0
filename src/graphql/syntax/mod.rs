//! Parses executable documents by the specification's grammar of September 2025 (section 2).
//!
//! The library's own parser refuses descriptions and the newer escapes, and forgets an input field
//! that is written twice. This one reads all of the grammar and builds the library's syntax tree,
//! so that the library can execute it.

mod lexer;
mod parser;
mod selection;
mod string;
#[cfg(test)]
mod tests;
mod value;

use async_graphql::Pos;
use async_graphql::parser::types::ExecutableDocument;

/// A document that is GraphQL, and has names that are unique where the tree needs them to be.
#[derive(Clone, Debug)]
pub struct ParsedDocument {
    /// The syntax tree.
    pub document: ExecutableDocument,
    /// The document has a string that is not a description: it may hold a password.
    pub has_strings: bool,
}

/// The first reason for which a text is no document. Quotes nothing but the name of an input field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxError {
    /// The text is not GraphQL from here on.
    Malformed(Pos),
    /// Two operations, or two fragments, have one name, or an operation without a name is not the
    /// only one.
    RepeatedName(Pos),
    /// The document defines fragments only.
    NoOperation,
    /// An input object has two fields of one name.
    RepeatedInputField(String, Pos),
}

impl SyntaxError {
    /// Returns the place in the text, where there is one.
    #[must_use]
    pub fn position(&self) -> Option<Pos> {
        match self {
            Self::Malformed(pos) | Self::RepeatedName(pos) | Self::RepeatedInputField(_, pos) => {
                Some(*pos)
            }
            Self::NoOperation => None,
        }
    }
}

/// Parses a document. Recursion is as deep as the brackets are nested, which the caller has
/// bounded.
///
/// # Errors
/// When the text is not GraphQL, or a name is not unique.
pub fn parse(text: &str) -> Result<ParsedDocument, SyntaxError> {
    parser::Parser::new(text)?.document()
}
