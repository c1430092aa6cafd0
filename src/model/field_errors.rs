//! Errors of an input, collected so that the client learns of every invalid field at once.

/// The reason for which a field is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldCode {
    /// The field is empty.
    Required,
    /// The text has fewer characters than the minimum.
    TooShort,
    /// The text has more characters than the maximum.
    TooLong,
    /// The text does not have the form that the field requires.
    Malformed,
    /// The password is one that many people use.
    TooCommon,
    /// The value is the same as before.
    Unchanged,
    /// The operator does not accept this value.
    NotAllowed,
}

/// The reason for which a text was not accepted, worded for developers of the front end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The machine-readable reason.
    pub code: FieldCode,
    /// The reason in English, with the limit that was exceeded. Never contains the input.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(code: FieldCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// One invalid field of an operation's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// The field's name in the GraphQL schema, such as `newPassword`.
    pub field: &'static str,
    /// The reason for which the field is invalid.
    pub error: FieldError,
}

/// Collects the errors of one input, so that they are reported together.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<InvalidField>);

impl FieldErrors {
    /// Returns the parsed value, or keeps its error and returns `None`.
    pub fn check<T>(&mut self, field: &'static str, parsed: Result<T, FieldError>) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(InvalidField { field, error }))
            .ok()
    }

    /// Returns the errors in the order in which the fields were checked; empty if all are valid.
    #[must_use]
    pub fn into_vec(self) -> Vec<InvalidField> {
        self.0
    }
}
