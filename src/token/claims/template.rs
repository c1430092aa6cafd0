//! The template of added claims: JSON whose texts may name facts, or one of two ready-made forms.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{ClaimFacts, ClaimsError};
use crate::model::Role;

/// The deepest nesting of a template.
const MAX_DEPTH: usize = 8;
/// The facts that a text may name as `${…}`.
const FACTS: [&str; 5] = ["id", "role", "permissions", "verified", "locale"];
/// The claims that have a meaning already: those of latchkey's tokens, of JWT (RFC 7519), proof of
/// possession (RFC 7800), token exchange (RFC 8693) and `OpenID` Connect.
const REGISTERED: [&str; 28] = [
    "acr",
    "act",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "events",
    "exp",
    "iat",
    "iss",
    "jti",
    "may_act",
    "nbf",
    "nonce",
    "role",
    "scope",
    "sid",
    "sub",
    "sub_id",
    "sub_jwk",
    "toe",
    "txn",
    "typ",
    "vot",
];

/// The template of added claims. Clones share it.
#[derive(Clone, Debug, Default)]
pub enum ClaimTemplate {
    /// No claims are added.
    #[default]
    None,
    /// The claims that Hasura reads.
    Hasura,
    /// The claims that a role claim key of `PostgREST` can name.
    Postgrest,
    /// The operator's own.
    Custom(Arc<Map<String, Value>>),
}

/// The place of the template: named in the setting, or in a file.
#[derive(Clone, Debug)]
pub enum ClaimTemplateSource {
    /// A template without a file.
    Named(ClaimTemplate),
    /// A JSON file.
    File(PathBuf),
}

impl ClaimTemplateSource {
    /// Returns the template, reading its file if necessary.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is no template.
    pub fn read(&self) -> Result<ClaimTemplate, ClaimsError> {
        match self {
            Self::Named(template) => Ok(template.clone()),
            Self::File(path) => {
                let named = |wrong: String| ClaimsError(format!("{}: {wrong}", path.display()));
                let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
                ClaimTemplate::parse(&text).map_err(|error| named(error.0))
            }
        }
    }
}

impl ClaimTemplate {
    /// Parses a JSON object of claims.
    pub(super) fn parse(text: &str) -> Result<Self, ClaimsError> {
        let Ok(Value::Object(claims)) = serde_json::from_str(text) else {
            return Err(ClaimsError("it is no JSON object of claims".to_owned()));
        };
        if let Some(name) = claims
            .keys()
            .find(|name| REGISTERED.contains(&name.as_str()))
        {
            return Err(ClaimsError(format!(
                "`{name}` has a meaning already: give the claim another name, such as https://example.org/{name}"
            )));
        }
        claims.values().try_for_each(|value| check(value, 1))?;
        Ok(Self::Custom(Arc::new(claims)))
    }

    pub(super) fn render(
        &self,
        facts: ClaimFacts<'_>,
        permissions: &[String],
    ) -> Map<String, Value> {
        let claims = match self {
            Self::None => return Map::new(),
            Self::Hasura => json!({ "https://hasura.io/jwt/claims": {
                "x-hasura-user-id": facts.id,
                "x-hasura-default-role": db_role(facts.role),
                "x-hasura-allowed-roles": match facts.role {
                    Role::User => vec![db_role(Role::User)],
                    Role::Admin => vec![db_role(Role::Admin), db_role(Role::User)],
                },
            } }),
            Self::Postgrest => json!({ "postgrest": {
                "role": db_role(facts.role),
                "permissions": permissions,
            } }),
            Self::Custom(claims) => fill(&Value::Object((**claims).clone()), facts, permissions),
        };
        match claims {
            Value::Object(claims) => claims,
            _ => Map::new(),
        }
    }
}

/// Returns the role's name in a database, where capitals need quotes.
const fn db_role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Admin => "admin",
    }
}

/// Checks that a value is not nested too deeply, and that its texts name known facts only.
fn check(value: &Value, depth: usize) -> Result<(), ClaimsError> {
    if depth > MAX_DEPTH {
        return Err(ClaimsError(format!(
            "it is nested more than {MAX_DEPTH} deep"
        )));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(fields) => fields.values().try_for_each(|item| check(item, depth + 1)),
        Value::String(text) => check_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn check_text(text: &str) -> Result<(), ClaimsError> {
    for rest in text.split("${").skip(1) {
        let fact = rest.split_once('}').map(|(fact, _)| fact);
        match fact {
            Some("permissions") if text != "${permissions}" => {
                return Err(ClaimsError(
                    "`${permissions}` is a list and cannot be a part of a text".to_owned(),
                ));
            }
            Some(fact) if FACTS.contains(&fact) => {}
            _ => {
                return Err(ClaimsError(format!(
                    "`{text}` names no fact after `${{`: there are {}",
                    FACTS.join(", ")
                )));
            }
        }
    }
    Ok(())
}

/// Replaces the facts in a value. A text that is one fact becomes that fact's own type.
fn fill(value: &Value, facts: ClaimFacts<'_>, permissions: &[String]) -> Value {
    match value {
        Value::String(text) => match text.as_str() {
            "${permissions}" => json!(permissions),
            "${verified}" => json!(facts.is_verified),
            "${locale}" => json!(facts.locale),
            text => text
                .replace("${id}", facts.id)
                .replace("${role}", facts.role.name())
                .replace(
                    "${verified}",
                    if facts.is_verified { "true" } else { "false" },
                )
                .replace("${locale}", facts.locale.unwrap_or_default())
                .into(),
        },
        Value::Array(items) => items
            .iter()
            .map(|it| fill(it, facts, permissions))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, it)| (name.clone(), fill(it, facts, permissions)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: ClaimFacts<'_> = ClaimFacts {
        id: "usr_1",
        role: Role::Admin,
        is_verified: true,
        locale: None,
    };

    fn rendered(template: &str) -> Value {
        let permissions = ["posts:read".to_owned()];
        ClaimTemplate::parse(template)
            .unwrap()
            .render(ADA, &permissions)
            .into()
    }

    #[test]
    fn facts_have_their_own_types_or_become_text() {
        let template = r#"{
            "https://x.test/user": { "id": "${id}", "path": "/users/${id}/${role}", "verified": "${verified}" },
            "permissions": "${permissions}", "language": "${locale}", "tags": ["${role}", 7, null],
            "text": "v=${verified} l=${locale}"
        }"#;
        assert_eq!(
            rendered(template),
            json!({
                "https://x.test/user": { "id": "usr_1", "path": "/users/usr_1/ADMIN", "verified": true },
                "permissions": ["posts:read"], "language": null, "tags": ["ADMIN", 7, null],
                "text": "v=true l="
            })
        );
    }

    #[test]
    fn a_fact_is_not_read_for_further_facts() {
        let facts = ClaimFacts {
            locale: Some("${id}"),
            ..ADA
        };
        let template = ClaimTemplate::parse(r#"{"a": "${locale}", "b": "l=${locale}"}"#).unwrap();
        assert_eq!(
            Value::from(template.render(facts, &[])),
            json!({ "a": "${id}", "b": "l=${id}" })
        );
    }

    #[test]
    fn hasura_and_postgrest_get_their_documented_shapes() {
        let hasura = Value::from(ClaimTemplate::Hasura.render(ADA, &[]));
        assert_eq!(
            hasura,
            json!({ "https://hasura.io/jwt/claims": {
                "x-hasura-user-id": "usr_1",
                "x-hasura-default-role": "admin",
                "x-hasura-allowed-roles": ["admin", "user"]
            } })
        );
        let user = ClaimFacts {
            role: Role::User,
            ..ADA
        };
        let postgrest = Value::from(ClaimTemplate::Postgrest.render(user, &[]));
        assert_eq!(
            postgrest,
            json!({ "postgrest": { "role": "user", "permissions": [] } })
        );
    }

    #[test]
    fn malformed_templates_are_refused_with_the_reason() {
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(8), "]".repeat(8));
        for (template, reason) in [
            ("[]", "no JSON object"),
            ("{", "no JSON object"),
            (r#"{"sub": "x"}"#, "`sub` has a meaning already"),
            (r#"{"role": "${role}"}"#, "`role` has a meaning already"),
            (r#"{"a": "${email}"}"#, "names no fact"),
            (r#"{"a": "${id"}"#, "names no fact"),
            (r#"{"a": ["all: ${permissions}"]}"#, "is a list"),
            (&deep, "nested more than 8"),
        ] {
            let error = ClaimTemplate::parse(template).unwrap_err().to_string();
            assert!(error.contains(reason), "{template}: {error}");
        }
    }
}
