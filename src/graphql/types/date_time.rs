//! The scalar of times.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::model::Timestamp;

/// A point in time: RFC 3339, UTC, milliseconds, such as 2026-11-22T09:30:00.000Z.
pub(in crate::graphql) struct DateTime(pub(in crate::graphql) Timestamp);

/// A point in time: RFC 3339, UTC, milliseconds, such as 2026-11-22T09:30:00.000Z.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    /// No operation takes one.
    fn parse(_: Value) -> InputValueResult<Self> {
        Err(InputValueError::custom("no operation takes a DateTime"))
    }

    fn to_value(&self) -> Value {
        self.0.to_rfc3339().into()
    }
}
