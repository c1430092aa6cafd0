//! Notes about resource servers that a key or a rotation would not reach.

use std::time::Duration;

use crate::config::Config;
use crate::model::Timestamp;
use crate::token::{KeyAlgorithm, KeySource, Keyring, LEAD};

/// The interval after which the slowest of the common caches looks at the set again, if nothing
/// between it and the server caches too.
const SLOWEST_LOOK: Duration = Duration::from_mins(15);

/// Returns what a lead that is shorter than the default costs.
pub(super) fn of_short_lead(lead: Duration) -> Option<String> {
    let seconds = lead.as_secs();
    let who = if lead >= LEAD {
        return None;
    } else if lead >= SLOWEST_LOOK {
        "those that keep the set for longer, or behind a cache that does,"
    } else {
        "those that look every 10 to 15 minutes (jose, Envoy, jwx), and those that never look before their own cache \
         ends,"
    };
    Some(format!(
        "note: the new key signs after {seconds} seconds. Resource servers that have not read the set by then refuse every \
         new token until they read it: {who} may. Restart them, or wait for as long as they cache, before you rely on it"
    ))
}

/// Returns the warnings about the algorithms that are published and that come next.
pub(in crate::cli) fn of_algorithms(config: &Config, now: Timestamp) -> Vec<String> {
    let published = match Keyring::read(&config.keys) {
        Ok(Some(keyring)) => keyring.published_algorithms(now),
        _ => Vec::new(),
    };
    let next = match &config.keys {
        KeySource::Folder { algorithm, .. } => Some(algorithm.name()),
        KeySource::Pem(_) | KeySource::Shared(_) => None,
    };
    let ed_dsa = KeyAlgorithm::EdDsa.name();
    let mut warnings = Vec::new();
    if published.contains(&ed_dsa) || next == Some(ed_dsa) {
        warnings.push(
            "EdDSA closes common resource servers: jsonwebtoken, express-jwt, passport-jwt and @nestjs/jwt, fast-jwt, \
             python-jose, ruby-jwt, Nimbus, java-jwt, HAProxy and Apache's mod_auth_openidc verify no Ed25519 key, and \
             node-jose refuses a whole set that has one. ES256 is verified by nearly all (docs/resource-servers.md)"
                .to_owned(),
        );
    }
    warnings.extend(of_mixed_set(&published));
    warnings
}

/// Returns what a JWK set with several kinds of key costs.
pub(super) fn of_mixed_set(published: &[&str]) -> Option<String> {
    (published.len() > 1).then(|| {
        format!(
            "the JWK set has keys of several kinds ({}), until the older ones end. python-jose takes them in order and \
             refuses the tokens of a later kind, node-jose refuses the whole set if it has an Ed25519 key; other libraries \
             choose by `kid` (docs/resource-servers.md)",
            published.join(" and ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_leads_are_explained_and_the_default_is_not() {
        assert_eq!(of_short_lead(LEAD), None);
        let at_once = of_short_lead(Duration::ZERO).unwrap();
        assert!(at_once.contains("after 0 seconds") && at_once.contains("jwx"));
        let hour = of_short_lead(Duration::from_hours(1)).unwrap();
        assert!(
            hour.contains("after 3600 seconds") && !hour.contains("jwx"),
            "{hour}"
        );
    }

    #[test]
    fn set_with_one_kind_of_key_needs_no_note() {
        assert_eq!(of_mixed_set(&["ES256"]), None);
        let note = of_mixed_set(&["ES256", "EdDSA"]).unwrap();
        assert!(note.contains("ES256 and EdDSA"), "{note}");
    }
}
