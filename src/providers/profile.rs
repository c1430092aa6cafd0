//! Reads the profile of a user from a provider's claims. A claim of another type than the standard's
//! counts as not given.

use serde_json::{Map, Value};

use crate::model::{Email, IdentityKey, Locale, Name, ProviderProfile};

/// The provider whose claims are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) provider: &'a str,
    pub(super) issuer: &'a str,
    /// A flag: the operator trusts the provider to verify addresses.
    pub(super) trust_email: bool,
}

/// An email address, and what the provider says of it.
#[derive(Debug, Default)]
pub(super) struct Address {
    pub(super) email: Option<Email>,
    pub(super) is_verified: bool,
}

impl Address {
    /// Reads the address. It is verified only if the claim is the boolean `true`: some providers
    /// write the text "false".
    pub(super) fn read(claims: &Map<String, Value>) -> Self {
        let email = text(claims, "email").and_then(|text| Email::parse(text).ok());
        Self {
            email,
            is_verified: claims.get("email_verified") == Some(&Value::Bool(true)),
        }
    }
}

/// Returns the profile of an account. `None` if the claims name no account.
pub(super) fn profile(
    source: Source<'_>,
    subject: &str,
    address: Address,
    claims: &Map<String, Value>,
) -> Option<ProviderProfile> {
    let (first_name, last_name) = names(claims);
    let locale = text(claims, "locale").and_then(|text| Locale::parse(text).ok());
    Some(ProviderProfile {
        key: IdentityKey::new(source.issuer, subject)?,
        provider: source.provider.to_owned(),
        is_email_verified: source.trust_email && address.is_verified && address.email.is_some(),
        email: address.email,
        first_name,
        last_name,
        locale,
    })
}

/// Reads the names. A provider that knows only one name gives the first one.
fn names(claims: &Map<String, Value>) -> (Name, Name) {
    let name = |claim: &str| {
        let name = text(claims, claim).and_then(|text| Name::parse_optional(text).ok());
        name.unwrap_or_default()
    };
    let (first, last) = (name("given_name"), name("family_name"));
    if first.as_str().is_empty() && last.as_str().is_empty() {
        (name("name"), last)
    } else {
        (first, last)
    }
}

/// Returns a claim that is a text.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(claims: &Value, trust_email: bool) -> ProviderProfile {
        let claims = claims.as_object().unwrap();
        let source = Source {
            provider: "a",
            issuer: "https://a.test",
            trust_email,
        };
        profile(source, "1", Address::read(claims), claims).unwrap()
    }

    #[test]
    fn address_is_verified_by_a_trusted_boolean_only() {
        for (claim, trusted, verified) in [
            (json!(true), true, true),
            (json!(true), false, false),
            (json!(false), true, false),
            (json!("true"), true, false),
            (json!("false"), true, false),
            (json!(1), true, false),
            (Value::Null, true, false),
        ] {
            let claims = json!({ "email": "ada@x.test", "email_verified": claim });
            assert_eq!(
                read(&claims, trusted).is_email_verified,
                verified,
                "{claims}"
            );
        }
        let absent = read(&json!({ "email": "ada@x.test" }), true);
        assert!(!absent.is_email_verified && absent.email.is_some());
        let no_address = read(&json!({ "email_verified": true }), true);
        assert!(!no_address.is_email_verified && no_address.email.is_none());
    }

    #[test]
    fn claims_of_odd_types_count_as_not_given() {
        let claims = json!({
            "email": ["ada@x.test"], "given_name": 7, "family_name": null, "name": {}, "locale": [1],
            "address": "a street", "updated_at": "yesterday", "amr": "pwd",
        });
        let profile = read(&claims, true);
        assert_eq!((profile.email, profile.locale), (None, None));
        assert_eq!(profile.first_name.as_str(), "");
    }

    #[test]
    fn names_are_those_of_the_claims_or_empty() {
        let names = |claims: Value| {
            let profile = read(&claims, true);
            (
                profile.first_name.as_str().to_owned(),
                profile.last_name.as_str().to_owned(),
            )
        };
        let both = json!({ "given_name": "Ada", "family_name": " Lovelace", "name": "x" });
        assert_eq!(names(both), ("Ada".to_owned(), "Lovelace".to_owned()));
        let one = json!({ "name": "Ada Lovelace" });
        assert_eq!(names(one), ("Ada Lovelace".to_owned(), String::new()));
        let bad = json!({ "given_name": "a\nb", "name": "x".repeat(101) });
        assert_eq!(names(bad), (String::new(), String::new()));
    }

    #[test]
    fn name_of_an_account_is_required() {
        let source = Source {
            provider: "a",
            issuer: "https://a.test",
            trust_email: true,
        };
        assert!(profile(source, "", Address::default(), &Map::new()).is_none());
    }
}
