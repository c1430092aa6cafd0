//! The reasons for which a provider's answer is of no use.

use crate::model::ProviderRefusal;

/// A provider's answer is of no use. The text is for the operator: it names no user, and quotes
/// nothing that a client or a provider chose, except the code of an OAuth error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider did not answer, or not in time.
    #[error("it does not answer: {0}")]
    Unreachable(String),
    /// The answer cannot be trusted, or not be read.
    #[error("its answer is refused: {0}")]
    Invalid(String),
}

impl ProviderError {
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }

    /// Returns the reason as the user's client learns of it.
    #[must_use]
    pub const fn refusal(&self) -> ProviderRefusal {
        match self {
            Self::Unreachable(_) => ProviderRefusal::Unreachable,
            Self::Invalid(_) => ProviderRefusal::InvalidAnswer,
        }
    }
}
