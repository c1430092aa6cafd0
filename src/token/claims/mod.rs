//! The claims that the operator adds to access tokens, for the servers behind: permissions by role,
//! and a template over closed facts.

mod roles;
mod template;

use serde_json::{Map, Value};

use crate::model::Role;

pub use self::roles::RolePermissions;
pub use self::template::{ClaimTemplate, ClaimTemplateSource};

/// The largest size of all added claims, in bytes: tokens travel in headers, of which proxies and
/// servers accept some 8 KiB.
const MAX_BYTES: usize = 2048;
/// The language that stands for any in the estimate of the size.
const LONG_LOCALE: &str = "zh-Hant-TW-x-private";
/// The id that stands for any in the estimate of the size.
const LONG_ID: &str = "usr_00000000000000000000000000000000";

/// The operator's claims cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ClaimsError(String);

/// The facts that claims may state.
#[derive(Clone, Copy, Debug)]
pub struct ClaimFacts<'a> {
    /// The account's id.
    pub id: &'a str,
    /// The user's role.
    pub role: Role,
    /// True if the user has proven the email address.
    pub is_verified: bool,
    /// The user's language, if one was chosen.
    pub locale: Option<&'a str>,
}

/// Makes the operator's claims. Clones are cheap.
#[derive(Clone, Debug, Default)]
pub struct CustomClaims {
    permissions: RolePermissions,
    template: ClaimTemplate,
}

impl CustomClaims {
    /// Combines a role file and a template.
    ///
    /// # Errors
    /// Returns an error if a token would be too large.
    pub fn new(permissions: RolePermissions, template: ClaimTemplate) -> Result<Self, ClaimsError> {
        let claims = Self {
            permissions,
            template,
        };
        for role in [Role::User, Role::Admin] {
            let added = claims.of(ClaimFacts {
                id: LONG_ID,
                role,
                is_verified: false,
                locale: Some(LONG_LOCALE),
            });
            let bytes = Value::Object(added).to_string().len();
            if bytes > MAX_BYTES {
                return Err(ClaimsError(format!(
                    "the claims of the role {} take {bytes} bytes, more than the {MAX_BYTES} that fit into headers",
                    role.name()
                )));
            }
        }
        Ok(claims)
    }

    /// Returns what the role file gives a role.
    #[must_use]
    pub fn permissions(&self, role: Role) -> &[String] {
        self.permissions.of(role)
    }

    /// Returns the claims about a user.
    pub(super) fn of(&self, facts: ClaimFacts<'_>) -> Map<String, Value> {
        self.template.render(facts, self.permissions.of(facts.role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_beyond_the_size_are_refused_with_it() {
        let long = "a".repeat(60);
        let many: Vec<_> = (0..40).map(|number| format!("{long}{number}")).collect();
        let roles = serde_json::json!({ "ADMIN": many }).to_string();
        let roles = RolePermissions::parse(&roles).unwrap();
        assert!(CustomClaims::new(roles.clone(), ClaimTemplate::None).is_ok());
        let error = CustomClaims::new(roles, ClaimTemplate::Postgrest).unwrap_err();
        assert!(
            error.to_string().contains("the role ADMIN take 2"),
            "{error}"
        );
    }
}
