//! What a form refuses: every offending field at once.

/// Why one input was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldCode {
    /// Nothing was given.
    Required,
    /// Fewer characters than asked for.
    TooShort,
    /// More characters than are taken.
    TooLong,
    /// Not of the form that the field asks for.
    Malformed,
    /// A password that many people use.
    TooCommon,
    /// The same as before.
    Unchanged,
    /// The operator does not accept this value.
    NotAllowed,
}

/// Why a text was not taken as the value it should be, in words for the person at the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// What kind of error it is.
    pub code: FieldCode,
    /// The same in English, with the limit that was crossed. Never holds the input.
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

/// One refused input of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// The input's name in the GraphQL schema, such as `newPassword`.
    pub field: &'static str,
    /// Why.
    pub error: FieldError,
}

/// Collects the refusals of one form, so that they are told together.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<InvalidField>);

impl FieldErrors {
    /// Keeps a error, or hands out the value.
    pub fn check<T>(&mut self, field: &'static str, parsed: Result<T, FieldError>) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(InvalidField { field, error }))
            .ok()
    }

    /// The refusals, in the order the fields were taken; empty where there was none.
    #[must_use]
    pub fn into_vec(self) -> Vec<InvalidField> {
        self.0
    }
}
