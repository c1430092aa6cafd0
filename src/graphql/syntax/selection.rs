//! Parses selection sets (specification, sections 2.4 to 2.8).

use async_graphql::parser::types::{
    Field, FragmentSpread, InlineFragment, Selection, SelectionSet, TypeCondition,
};
use async_graphql::{Name, Pos, Positioned};

use super::SyntaxError;
use super::lexer::Token;
use super::parser::Parser;

impl Parser<'_> {
    pub(super) fn selection_set(&mut self) -> Result<Positioned<SelectionSet>, SyntaxError> {
        let pos = self.pos();
        self.expect(b'{')?;
        let mut items = Vec::new();
        while items.is_empty() || !self.take(b'}')? {
            items.push(self.selection()?);
        }
        Ok(Positioned::new(SelectionSet { items }, pos))
    }

    fn selection(&mut self) -> Result<Positioned<Selection>, SyntaxError> {
        let pos = self.pos();
        let selection = if self.token.0 == Token::Spread {
            self.advance()?;
            self.spread(pos)?
        } else {
            Selection::Field(Positioned::new(self.field()?, pos))
        };
        Ok(Positioned::new(selection, pos))
    }

    fn spread(&mut self, pos: Pos) -> Result<Selection, SyntaxError> {
        let type_condition = match self.token.0 {
            Token::Name("on") => Some(self.type_condition()?),
            Token::Name(_) => {
                let spread = FragmentSpread {
                    fragment_name: self.fragment_name()?,
                    directives: self.directives(false)?,
                };
                return Ok(Selection::FragmentSpread(Positioned::new(spread, pos)));
            }
            _ => None,
        };
        let inline = InlineFragment {
            type_condition,
            directives: self.directives(false)?,
            selection_set: self.selection_set()?,
        };
        Ok(Selection::InlineFragment(Positioned::new(inline, pos)))
    }

    fn field(&mut self) -> Result<Field, SyntaxError> {
        let first = self.name()?;
        let (alias, name) = if self.take(b':')? {
            (Some(first), self.name()?)
        } else {
            (None, first)
        };
        let arguments = self.arguments(false)?;
        let directives = self.directives(false)?;
        let selection_set = match self.token.0 {
            Token::Punctuator(b'{') => self.selection_set()?,
            _ => Positioned::default(),
        };
        Ok(Field {
            alias,
            name,
            arguments,
            directives,
            selection_set,
        })
    }

    pub(super) fn type_condition(&mut self) -> Result<Positioned<TypeCondition>, SyntaxError> {
        let (_, pos) = self.advance()?;
        Ok(Positioned::new(TypeCondition { on: self.name()? }, pos))
    }

    pub(super) fn fragment_name(&mut self) -> Result<Positioned<Name>, SyntaxError> {
        match self.token.0 {
            Token::Name("on") => Err(SyntaxError::Malformed(self.pos())),
            _ => self.name(),
        }
    }
}
