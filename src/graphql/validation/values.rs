//! Rules of values in a document (specification, section 5.6).

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::BaseType;
use async_graphql::{Name, Pos};
use async_graphql_value::Value;

use super::usage::{Location, VariableUse};
use super::{Checker, InputObject, InputType};

impl<'a> Checker<'a> {
    /// Checks a value against the type of its location. Without one, which is an error of its own,
    /// only the variables in it are noted.
    pub(super) fn value(&mut self, value: &Value, location: Option<Location<'a>>, pos: Pos) {
        match (value, location) {
            (Value::Variable(name), location) => self.uses.variables.push(VariableUse {
                name: name.clone(),
                pos,
                location,
            }),
            (Value::Null, Some(location)) => {
                if !location.ty.nullable {
                    self.wrong_type(location, pos);
                }
            }
            (value, Some(location)) => match &location.ty.base {
                BaseType::List(item) => {
                    let item = Some(Location::of_type(item));
                    match value {
                        Value::List(values) => {
                            for value in values {
                                self.value(value, item, pos);
                            }
                        }
                        single => self.value(single, item, pos),
                    }
                }
                BaseType::Named(name) => self.named_value(value, name, location, pos),
            },
            (Value::List(values), None) => {
                for value in values {
                    self.value(value, None, pos);
                }
            }
            (Value::Object(fields), None) => {
                for value in fields.values() {
                    self.value(value, None, pos);
                }
            }
            (_, None) => {}
        }
    }

    fn named_value(&mut self, value: &Value, name: &'a Name, location: Location<'a>, pos: Pos) {
        let is_valid = match (self.system.input(name), value) {
            (Some(InputType::Object(object)), Value::Object(fields)) => {
                self.object(object, name, fields, pos);
                return;
            }
            (Some(InputType::Enum(names)), Value::Enum(value)) => names.contains(value),
            (Some(InputType::Scalar), value) => is_scalar(name, value),
            (Some(_), _) => false,
            (None, value) => {
                self.value(value, None, pos);
                return;
            }
        };
        if !is_valid {
            self.wrong_type(location, pos);
        }
    }

    fn object(
        &mut self,
        object: &'a InputObject,
        type_name: &Name,
        given: &IndexMap<Name, Value>,
        pos: Pos,
    ) {
        for (name, value) in given {
            let input = object.fields.get(name);
            if input.is_none() {
                let message = format!("The input type \"{type_name}\" has no field \"{name}\".");
                self.report(pos, message);
            }
            let location = input.map(|input| Location {
                is_one_of: object.is_one_of,
                ..Location::of_input(input)
            });
            self.value(value, location, pos);
        }
        for (name, input) in &object.fields {
            if input.is_required() && !given.contains_key(name) {
                let message = format!(
                    "The input type \"{type_name}\" needs the field \"{name}\" of type \"{}\".",
                    input.ty
                );
                self.report(pos, message);
            }
        }
        if object.is_one_of && (given.len() != 1 || given.values().any(|it| *it == Value::Null)) {
            let message = format!(
                "The input type \"{type_name}\" takes exactly one of its fields, and not null."
            );
            self.report(pos, message);
        }
    }

    fn wrong_type(&mut self, location: Location<'_>, pos: Pos) {
        let message = format!("A value of type \"{}\" is needed here.", location.ty);
        self.report(pos, message);
    }
}

/// Returns true where a scalar takes the literal. One that the specification does not define takes
/// any.
fn is_scalar(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Value::Number(_))
        | ("String" | "ID", Value::String(_))
        | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64(),
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
        _ => true,
    }
}
