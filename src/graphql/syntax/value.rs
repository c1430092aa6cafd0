//! Parses values and types (specification, sections 2.9 and 2.11).

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, Number, Pos, Positioned};
use async_graphql_value::{ConstValue, Value};

use super::SyntaxError;
use super::lexer::Token;
use super::parser::Parser;

impl Parser<'_> {
    /// Parses a value that has no variable in it.
    pub(super) fn constant(&mut self) -> Result<Positioned<ConstValue>, SyntaxError> {
        let pos = self.pos();
        let value = self.value(true)?.node.into_const();
        // The parser has refused variables before.
        Ok(Positioned::new(value.unwrap_or_default(), pos))
    }

    pub(super) fn value(&mut self, is_constant: bool) -> Result<Positioned<Value>, SyntaxError> {
        let (token, pos) = self.advance()?;
        let value = match token {
            Token::Punctuator(b'[') => self.list(is_constant)?,
            Token::Punctuator(b'{') => self.object(is_constant)?,
            Token::Punctuator(b'$') if !is_constant => {
                Value::Variable(Name::new(self.name()?.node))
            }
            Token::Int(text) => number(text, pos)?,
            Token::Float(text) => float(text, pos)?,
            Token::String(text) => {
                self.has_strings = true;
                Value::String(text)
            }
            Token::Name("true") => Value::Boolean(true),
            Token::Name("false") => Value::Boolean(false),
            Token::Name("null") => Value::Null,
            Token::Name(name) => Value::Enum(Name::new(name)),
            _ => return Err(SyntaxError::Malformed(pos)),
        };
        Ok(Positioned::new(value, pos))
    }

    fn list(&mut self, is_constant: bool) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        while !self.take(b']')? {
            items.push(self.value(is_constant)?.node);
        }
        Ok(Value::List(items))
    }

    fn object(&mut self, is_constant: bool) -> Result<Value, SyntaxError> {
        let mut fields = IndexMap::new();
        while !self.take(b'}')? {
            let name = self.name()?;
            self.expect(b':')?;
            let value = self.value(is_constant)?.node;
            match fields.entry(name.node) {
                Entry::Vacant(entry) => _ = entry.insert(value),
                Entry::Occupied(entry) => {
                    let field = entry.key().to_string();
                    self.defect(SyntaxError::RepeatedInputField(field, name.pos));
                }
            }
        }
        Ok(Value::Object(fields))
    }

    /// Parses a type, such as `[String!]`.
    pub(super) fn type_reference(&mut self) -> Result<Positioned<Type>, SyntaxError> {
        let pos = self.pos();
        let base = if self.take(b'[')? {
            let item = self.type_reference()?.node;
            self.expect(b']')?;
            BaseType::List(Box::new(item))
        } else {
            BaseType::Named(self.name()?.node)
        };
        let nullable = !self.take(b'!')?;
        Ok(Positioned::new(Type { base, nullable }, pos))
    }
}

/// Reads an integer. One of more than 64 bits is kept as a float, which no integer type takes.
fn number(text: &str, pos: Pos) -> Result<Value, SyntaxError> {
    match text.parse::<i64>() {
        Ok(number) => Ok(Value::Number(number.into())),
        Err(_) => float(text, pos),
    }
}

/// Reads a float. One beyond 64 bits has no value.
fn float(text: &str, pos: Pos) -> Result<Value, SyntaxError> {
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map(Value::Number).ok_or(SyntaxError::Malformed(pos))
}
