//! The role file: which permissions a role has.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::ClaimsError;
use crate::model::Role;

/// The largest number of permissions of a role.
const MAX_PERMISSIONS: usize = 100;
/// The largest length of a permission.
const MAX_LENGTH: usize = 100;

/// The permissions of each role. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RolePermissions(Arc<BTreeMap<String, Vec<String>>>);

impl RolePermissions {
    /// Reads the role file, if there is one.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is malformed.
    pub fn read(path: Option<&Path>) -> Result<Self, ClaimsError> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let named = |wrong: String| ClaimsError(format!("{}: {wrong}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        Self::parse(&text).map_err(|error| named(error.0))
    }

    /// Parses an object such as `{"USER": ["posts:read"], "ADMIN": ["posts:read", "posts:delete"]}`.
    pub(super) fn parse(text: &str) -> Result<Self, ClaimsError> {
        let refused = |wrong: String| Err(ClaimsError(wrong));
        let roles: BTreeMap<String, Vec<String>> = serde_json::from_str(text).map_err(|error| {
            ClaimsError(format!(
                "it is no JSON object of roles with lists of permissions (line {}, column {})",
                error.line(),
                error.column()
            ))
        })?;
        for (role, permissions) in &roles {
            if ![Role::User, Role::Admin].iter().any(|it| it.name() == role) {
                return refused(format!("`{role}` is no role: there are USER and ADMIN"));
            }
            if permissions.len() > MAX_PERMISSIONS {
                return refused(format!(
                    "{role} has more than {MAX_PERMISSIONS} permissions"
                ));
            }
            if let Some(wrong) = permissions.iter().find(|it| !is_permission(it)) {
                return refused(format!(
                    "`{wrong}` of {role} is no permission: 1 to {MAX_LENGTH} visible ASCII characters"
                ));
            }
            if let Some(twice) = repeated(permissions) {
                return refused(format!("{role} has `{twice}` twice"));
            }
        }
        Ok(Self(Arc::new(roles)))
    }

    pub(super) fn of(&self, role: Role) -> &[String] {
        self.0.get(role.name()).map_or(&[], Vec::as_slice)
    }
}

fn is_permission(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn repeated(permissions: &[String]) -> Option<&String> {
    let mut rest = permissions;
    while let [first, others @ ..] = rest {
        if others.contains(first) {
            return Some(first);
        }
        rest = others;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_permissions_of_its_list() {
        let roles = RolePermissions::parse(r#"{"ADMIN": ["posts:read", "posts:delete"]}"#).unwrap();
        assert_eq!(roles.of(Role::Admin), ["posts:read", "posts:delete"]);
        assert!(roles.of(Role::User).is_empty());
    }

    #[test]
    fn malformed_role_files_are_refused_with_the_reason() {
        let many = format!(r#"{{"USER": [{}"p"]}}"#, r#""q","#.repeat(100));
        for (text, reason) in [
            ("[]", "no JSON object"),
            (r#"{"USER": "posts:read"}"#, "no JSON object"),
            (r#"{"OWNER": []}"#, "`OWNER` is no role"),
            (r#"{"user": []}"#, "`user` is no role"),
            (r#"{"USER": ["a b"]}"#, "`a b` of USER is no permission"),
            (r#"{"USER": [""]}"#, "is no permission"),
            (r#"{"USER": ["a", "b", "a"]}"#, "has `a` twice"),
            (&many, "more than 100"),
        ] {
            let error = RolePermissions::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
