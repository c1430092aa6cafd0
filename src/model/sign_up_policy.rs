//! The operator's rules for signing up: the addresses that may, and the terms that users accept.

use serde::{Deserialize, Serialize};

use super::{Email, FieldCode, FieldError, Timestamp};

/// The operator's rules for signing up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpPolicy {
    /// The addresses that may sign up.
    pub rule: SignUpRule,
    /// The terms that users accept, if there are any.
    pub terms: Option<Terms>,
}

/// The addresses that may sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpRule {
    /// Every address.
    Open,
    /// Addresses of these domains, in canonical form. Their subdomains are other domains.
    Domains(Vec<String>),
    /// No address: only the operator creates accounts.
    Closed,
}

/// The terms that users accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The version that is in force.
    pub version: String,
    /// The page with the text.
    pub url: String,
}

/// The terms that a user has accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedTerms {
    /// The version.
    pub version: String,
    /// The time at which the user accepted it.
    pub at: Timestamp,
}

impl SignUpPolicy {
    /// The rules for accounts that the operator creates.
    pub const OPEN: Self = Self {
        rule: SignUpRule::Open,
        terms: None,
    };

    /// Accepts the address of a sign-up.
    ///
    /// # Errors
    /// When the operator does not accept addresses of its domain.
    pub fn check_email(&self, email: &Email) -> Result<(), FieldError> {
        match &self.rule {
            SignUpRule::Domains(domains) if !domains.iter().any(|it| it == email.domain()) => {
                let message = "Addresses of this domain cannot sign up here.";
                Err(FieldError::new(FieldCode::NotAllowed, message))
            }
            SignUpRule::Open | SignUpRule::Domains(_) | SignUpRule::Closed => Ok(()),
        }
    }

    /// Accepts the version of the terms that a user has accepted. Without terms, none is recorded.
    ///
    /// # Errors
    /// When it is missing, or not the one in force.
    pub fn check_terms(
        &self,
        accepted: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<AcceptedTerms>, FieldError> {
        let Some(terms) = &self.terms else {
            return Ok(None);
        };
        match accepted {
            Some(version) if version == terms.version => Ok(Some(AcceptedTerms {
                version: version.to_owned(),
                at: now,
            })),
            Some(_) => {
                let message = "These terms are not in force: `policy.terms` has the ones that are.";
                Err(FieldError::new(FieldCode::NotAllowed, message))
            }
            None => {
                let message = "The terms of `policy.terms` must be accepted.";
                Err(FieldError::new(FieldCode::Required, message))
            }
        }
    }
}
