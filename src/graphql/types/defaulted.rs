//! Inputs that have a default: nullable, so that null means the default too.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Value};

/// An optional input whose default is `T::default()`. Several code generators make an input of type
/// `X! = default` required, so the schema says `X = default`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::graphql) struct Defaulted<T>(pub(in crate::graphql) T);

impl<T: InputType + Default> InputType for Defaulted<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().into_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None | Some(Value::Null) => Ok(Self::default()),
            value => T::parse(value)
                .map(Self)
                .map_err(InputValueError::propagate),
        }
    }

    /// An input object is shown as `{}`: each of its fields has its own default.
    fn to_value(&self) -> Value {
        match self.0.to_value() {
            Value::Object(_) => Value::Object(async_graphql::indexmap::IndexMap::new()),
            value => value,
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        self.0.as_raw_value()
    }
}
