//! Coerces the values of variables before anything is executed (specification, section 6.1.2).
//!
//! The library looks at a variable only where it is used, so that earlier mutations would have
//! taken effect before a missing value shows, and `@include` and `@skip` would not see a default.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Number, Pos, ServerError, Value, Variables};

use super::error::Code;
use super::execute::MAX_ERRORS;
use super::validation::{InputObject, InputType, TypeSystem};

/// The length of the longest field name that a message quotes. The names of fields come from the
/// client.
const QUOTED: usize = 64;

/// Returns the values of an operation's variables, of the types that it defines and with its
/// defaults filled in. A nullable variable without a value and a default stays out.
///
/// # Errors
/// When a value is missing, null or of another type. The errors have the value's path, and quote no
/// value.
pub fn coerce(
    system: &TypeSystem,
    operation: &OperationDefinition,
    mut given: Variables,
) -> Result<Variables, Vec<ServerError>> {
    let mut coercion = Coercion {
        system,
        pos: Pos::default(),
        path: Vec::new(),
        errors: Vec::new(),
    };
    let mut coerced = Variables::default();
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        let ty = &definition.node.var_type.node;
        let default = definition.node.default_value.as_ref();
        coercion.pos = definition.pos;
        coercion.path = vec![Value::from(name.as_str())];
        match (given.remove(name), default) {
            (None, None) if ty.nullable => {}
            (None, None) => coercion.report(&format!(
                "The variable \"${name}\" of type \"{ty}\" has no value."
            )),
            (Some(value), _) => {
                let value = coercion.value(value, ty);
                coerced.insert(name.clone(), value);
            }
            (None, Some(default)) => {
                let value = coercion.value(default.node.clone(), ty);
                coerced.insert(name.clone(), value);
            }
        }
    }
    if coercion.errors.is_empty() {
        Ok(coerced)
    } else {
        Err(coercion.errors)
    }
}

struct Coercion<'a> {
    system: &'a TypeSystem,
    /// The place of the variable's definition.
    pos: Pos,
    /// The way to the value at hand: the variable, then fields and indices.
    path: Vec<Value>,
    errors: Vec<ServerError>,
}

impl Coercion<'_> {
    /// Coerces a value to a type. What it returns in place of a value that is reported is not used.
    fn value(&mut self, value: Value, ty: &Type) -> Value {
        match (&ty.base, value) {
            (_, Value::Null) => {
                if !ty.nullable {
                    self.wrong_type(ty);
                }
                Value::Null
            }
            (BaseType::List(item), Value::List(values)) => {
                let values = values.into_iter().enumerate().map(|(index, value)| {
                    self.path.push(Value::from(index));
                    let value = self.value(value, item);
                    self.path.pop();
                    value
                });
                Value::List(values.collect())
            }
            (BaseType::List(item), single) => Value::List(vec![self.value(single, item)]),
            (BaseType::Named(name), value) => {
                let value = match (self.system.input(name), value) {
                    (Some(InputType::Object(object)), Value::Object(fields)) => {
                        return self.object(name, object, fields);
                    }
                    (Some(InputType::Enum(names)), Value::String(text)) => {
                        names.get(text.as_str()).cloned().map(Value::Enum)
                    }
                    (Some(InputType::Enum(names)), Value::Enum(name)) => {
                        names.get(&name).cloned().map(Value::Enum)
                    }
                    (Some(InputType::Scalar), value) => scalar(name, value),
                    _ => None,
                };
                value.unwrap_or_else(|| {
                    self.wrong_type(ty);
                    Value::Null
                })
            }
        }
    }

    fn object(
        &mut self,
        type_name: &Name,
        object: &InputObject,
        mut given: IndexMap<Name, Value>,
    ) -> Value {
        let mut fields = IndexMap::new();
        for (name, input) in &object.fields {
            self.path.push(Value::from(name.as_str()));
            match (given.swap_remove(name), &input.default) {
                (Some(value), _) => {
                    let value = self.value(value, &input.ty);
                    fields.insert(name.clone(), value);
                }
                (None, Some(default)) => {
                    fields.insert(name.clone(), default.clone());
                }
                (None, None) if input.ty.nullable => {}
                (None, None) => self.report(&format!(
                    "The field of type \"{}\" at {} is missing.",
                    input.ty,
                    self.place()
                )),
            }
            self.path.pop();
        }
        if let Some(name) = given.keys().next() {
            let unknown = quoted(name);
            let message = format!(
                "The type \"{type_name}\" at {} has no {unknown}.",
                self.place()
            );
            self.report(&message);
        }
        if object.is_one_of && (fields.len() != 1 || fields.values().any(|it| *it == Value::Null)) {
            let message = format!(
                "Exactly one field of the type \"{type_name}\" at {} must have a value.",
                self.place()
            );
            self.report(&message);
        }
        Value::Object(fields)
    }

    fn wrong_type(&mut self, ty: &Type) {
        let message = format!("A value of type \"{ty}\" is needed at {}.", self.place());
        self.report(&message);
    }

    fn report(&mut self, message: &str) {
        if self.errors.len() == MAX_ERRORS {
            return;
        }
        let mut error = Code::BadUserInput.error(message);
        error.locations.push(self.pos);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("path", Value::List(self.path.clone()));
        self.errors.push(error);
    }

    /// Writes the path as messages have it, such as `"$input.email"`.
    fn place(&self) -> String {
        let part = |part: &Value| match part {
            Value::String(name) => name.clone(),
            index => index.to_string(),
        };
        let parts: Vec<_> = self.path.iter().map(part).collect();
        format!("\"${}\"", parts.join("."))
    }
}

/// Names a field that does not exist, unless the client sent something else than a name.
fn quoted(name: &Name) -> String {
    let is_name = name.len() <= QUOTED
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name {
        format!("field \"{name}\"")
    } else {
        "field of this name".to_owned()
    }
}

/// Coerces a scalar. JSON has one kind of number, so `1.0` is an integer, too. Returns `None` if
/// the value is of another type.
fn scalar(name: &str, value: Value) -> Option<Value> {
    match (name, value) {
        ("Int", Value::Number(number)) => {
            let number = i32::try_from(integer(&number)?).ok()?;
            Some(Value::from(number))
        }
        ("ID", Value::Number(number)) => Some(Value::String(integer(&number)?.to_string())),
        ("Float", value @ Value::Number(_))
        | ("String" | "ID", value @ Value::String(_))
        | ("Boolean", value @ Value::Boolean(_)) => Some(value),
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
        (_, value) => Some(value),
    }
}

/// Returns a whole number that is exact in JSON.
fn integer(number: &Number) -> Option<i64> {
    if let Some(number) = number.as_i64() {
        return Some(number);
    }
    let float = number.as_f64()?;
    let is_exact = float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is a whole number of at most 53 bits"
    )]
    is_exact.then_some(float as i64)
}
