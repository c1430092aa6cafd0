//! The `DateTime` scalar.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::model::Timestamp;

/// A point in time in RFC 3339 format, in UTC with milliseconds, such as 2026-11-22T09:30:00.000Z.
pub(in crate::graphql) struct DateTime(pub(in crate::graphql) Timestamp);

/// A point in time in RFC 3339 format, in UTC with milliseconds, such as 2026-11-22T09:30:00.000Z.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    /// Refuses every value: `DateTime` is an output type only.
    fn parse(_: Value) -> InputValueResult<Self> {
        Err(InputValueError::custom("DateTime is not an input type"))
    }

    fn to_value(&self) -> Value {
        self.0.to_rfc3339().into()
    }
}
