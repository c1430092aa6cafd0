//! The relying party: the domain that passkeys belong to, and the pages that may use them.

use aws_lc_rs::digest::{SHA256, digest};
use url::{Host, Url};

/// The relying party of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The domain that passkeys belong to.
    pub id: String,
    /// The origins of the pages that may use them, exactly as browsers write them.
    pub origins: Vec<String>,
}

impl RelyingParty {
    /// Returns whether pages of an origin may use the passkeys.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|other| other == origin)
    }

    /// Returns the origins that the domain does not cover. Browsers look for them in a document of
    /// the domain.
    pub fn related_origins(&self) -> impl Iterator<Item = &str> {
        let has_host = |origin: &&str| Url::parse(origin).is_ok_and(|it| it.has_host());
        let origins = self.origins.iter().map(String::as_str);
        origins.filter(move |origin| has_host(origin) && !Self::covers(&self.id, origin))
    }

    /// Returns whether a domain covers an origin: the origin's host is the domain, or within it.
    #[must_use]
    pub fn covers(id: &str, origin: &str) -> bool {
        let Ok(url) = Url::parse(origin) else {
            return false;
        };
        let Some(Host::Domain(host)) = url.host() else {
            return false;
        };
        host.strip_suffix(id)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Returns the hash of the domain, which begins the authenticator data.
    pub(super) fn hash(&self) -> Vec<u8> {
        digest(&SHA256, self.id.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_covers_itself_and_what_is_within_it() {
        for origin in ["https://example.org", "https://app.example.org:8443"] {
            assert!(RelyingParty::covers("example.org", origin), "{origin}");
        }
        for origin in [
            "https://badexample.org",
            "https://example.org.test",
            "https://org",
            "https://192.0.2.1",
            "android:apk-key-hash:AAAA",
        ] {
            assert!(!RelyingParty::covers("example.org", origin), "{origin}");
        }
        assert!(!RelyingParty::covers(
            "app.example.org",
            "https://example.org"
        ));
    }

    #[test]
    fn related_origins_are_web_origins_outside_the_domain() {
        let origins = [
            "https://app.example.org",
            "https://shop.example.com",
            "android:apk-key-hash:AAAA",
        ];
        let party = RelyingParty {
            id: "example.org".to_owned(),
            origins: origins.map(str::to_owned).to_vec(),
        };
        let related: Vec<_> = party.related_origins().collect();
        assert_eq!(related, ["https://shop.example.com"]);
    }
}
