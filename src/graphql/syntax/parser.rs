//! Parses definitions and selections (specification, sections 2.2 to 2.4, 2.10 and 2.12).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition,
    OperationType, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use super::lexer::{Lexer, Token};
use super::{ParsedDocument, SyntaxError};

/// A parser with one token of look-ahead.
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) token: (Token<'a>, Pos),
    pub(super) has_strings: bool,
    /// The first error that is not one of grammar: it counts once the whole text has turned out to
    /// be GraphQL.
    defect: Option<SyntaxError>,
    operations: Vec<(Option<Name>, Positioned<OperationDefinition>)>,
    fragments: HashMap<Name, Positioned<FragmentDefinition>>,
}

pub(super) type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, SyntaxError> {
        let mut lexer = Lexer::new(text);
        Ok(Self {
            token: lexer.read()?,
            lexer,
            has_strings: false,
            defect: None,
            operations: Vec::new(),
            fragments: HashMap::new(),
        })
    }

    pub(super) fn document(mut self) -> Result<ParsedDocument, SyntaxError> {
        self.definition()?;
        while self.token.0 != Token::End {
            self.definition()?;
        }
        let operations = self.take_operations();
        if let Some(defect) = self.defect {
            return Err(defect);
        }
        let document = ExecutableDocument {
            operations: operations.ok_or(SyntaxError::NoOperation)?,
            fragments: self.fragments,
        };
        Ok(ParsedDocument {
            document,
            has_strings: self.has_strings,
        })
    }

    fn take_operations(&mut self) -> Option<DocumentOperations> {
        let mut operations = std::mem::take(&mut self.operations);
        if let [(None, _)] = operations.as_slice() {
            return operations
                .pop()
                .map(|(_, only)| DocumentOperations::Single(only));
        }
        let mut named = HashMap::new();
        for (name, operation) in operations {
            let pos = operation.pos;
            match name.map(|name| named.entry(name)) {
                Some(Entry::Vacant(entry)) => _ = entry.insert(operation),
                _ => self.defect(SyntaxError::RepeatedName(pos)),
            }
        }
        (!named.is_empty()).then_some(DocumentOperations::Multiple(named))
    }

    /// Parses an operation or a fragment. A description may stand before either, but not before a
    /// bare selection set.
    fn definition(&mut self) -> Result<(), SyntaxError> {
        let is_described = self.description()?;
        let (token, pos) = self.token.clone();
        let ty = match token {
            Token::Punctuator(b'{') if !is_described => {
                let operation = OperationDefinition {
                    ty: OperationType::Query,
                    variable_definitions: Vec::new(),
                    directives: Vec::new(),
                    selection_set: self.selection_set()?,
                };
                self.operations
                    .push((None, Positioned::new(operation, pos)));
                return Ok(());
            }
            Token::Name("fragment") => return self.fragment(),
            Token::Name("query") => OperationType::Query,
            Token::Name("mutation") => OperationType::Mutation,
            Token::Name("subscription") => OperationType::Subscription,
            _ => return Err(SyntaxError::Malformed(pos)),
        };
        self.advance()?;
        let name = match self.token.0 {
            Token::Name(_) => Some(self.name()?.node),
            _ => None,
        };
        let operation = OperationDefinition {
            ty,
            variable_definitions: self.variable_definitions()?,
            directives: self.directives(false)?,
            selection_set: self.selection_set()?,
        };
        self.operations
            .push((name, Positioned::new(operation, pos)));
        Ok(())
    }

    fn fragment(&mut self) -> Result<(), SyntaxError> {
        let (_, pos) = self.advance()?;
        let name = self.fragment_name()?.node;
        if self.token.0 != Token::Name("on") {
            return Err(SyntaxError::Malformed(self.pos()));
        }
        let fragment = FragmentDefinition {
            type_condition: self.type_condition()?,
            directives: self.directives(false)?,
            selection_set: self.selection_set()?,
        };
        match self.fragments.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(Positioned::new(fragment, pos)),
            Entry::Occupied(_) => self.defect(SyntaxError::RepeatedName(pos)),
        }
        Ok(())
    }

    fn variable_definitions(&mut self) -> Result<Vec<Positioned<VariableDefinition>>, SyntaxError> {
        let mut definitions = Vec::new();
        if !self.take(b'(')? {
            return Ok(definitions);
        }
        while definitions.is_empty() || !self.take(b')')? {
            self.description()?;
            let pos = self.pos();
            self.expect(b'$')?;
            let name = self.name()?;
            self.expect(b':')?;
            let definition = VariableDefinition {
                name,
                var_type: self.type_reference()?,
                default_value: if self.take(b'=')? {
                    Some(self.constant()?)
                } else {
                    None
                },
                directives: self.directives(true)?,
            };
            definitions.push(Positioned::new(definition, pos));
        }
        Ok(definitions)
    }

    pub(super) fn arguments(&mut self, is_constant: bool) -> Result<Arguments, SyntaxError> {
        let mut arguments = Vec::new();
        if !self.take(b'(')? {
            return Ok(arguments);
        }
        while arguments.is_empty() || !self.take(b')')? {
            let name = self.name()?;
            self.expect(b':')?;
            arguments.push((name, self.value(is_constant)?));
        }
        Ok(arguments)
    }

    pub(super) fn directives(
        &mut self,
        is_constant: bool,
    ) -> Result<Vec<Positioned<Directive>>, SyntaxError> {
        let mut directives = Vec::new();
        while self.token.0 == Token::Punctuator(b'@') {
            let (_, pos) = self.advance()?;
            let directive = Directive {
                name: self.name()?,
                arguments: self.arguments(is_constant)?,
            };
            directives.push(Positioned::new(directive, pos));
        }
        Ok(directives)
    }
}

/// The steps that every rule of the grammar is made of.
impl<'a> Parser<'a> {
    pub(super) const fn pos(&self) -> Pos {
        self.token.1
    }

    /// Returns the token that is at hand, and reads the next.
    pub(super) fn advance(&mut self) -> Result<(Token<'a>, Pos), SyntaxError> {
        let next = self.lexer.read()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Takes a punctuator if it comes next.
    pub(super) fn take(&mut self, punctuator: u8) -> Result<bool, SyntaxError> {
        let is_next = self.token.0 == Token::Punctuator(punctuator);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    pub(super) fn expect(&mut self, punctuator: u8) -> Result<(), SyntaxError> {
        let pos = self.pos();
        if self.take(punctuator)? {
            Ok(())
        } else {
            Err(SyntaxError::Malformed(pos))
        }
    }

    pub(super) fn name(&mut self) -> Result<Positioned<Name>, SyntaxError> {
        match self.advance()? {
            (Token::Name(name), pos) => Ok(Positioned::new(Name::new(name), pos)),
            (_, pos) => Err(SyntaxError::Malformed(pos)),
        }
    }

    pub(super) fn defect(&mut self, defect: SyntaxError) {
        self.defect.get_or_insert(defect);
    }

    /// Passes over a description, if there is one.
    fn description(&mut self) -> Result<bool, SyntaxError> {
        let is_there = matches!(self.token.0, Token::String(_));
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }
}
