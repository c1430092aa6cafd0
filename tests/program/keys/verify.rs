//! Resource servers of others verify access tokens by the JWK set alone, before and after a rotation.

use serde_json::Value;

use super::resource_server::{Language, ResourceServer};
use super::{part, rotate, shows, signed_with};
use crate::support::home::Home;

const ISSUER: &str = "https://accounts.x.test";
const AUDIENCE: &str = "https://api.x.test";

/// What a resource server says of a good token.
fn told(token: &str) -> String {
    let (header, claims) = (part(token, 0), part(token, 1));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "{} {} {}",
        text(&header["alg"]),
        text(&header["kid"]),
        text(&claims["sub"])
    )
}

/// A resource server knows the address of the JWK set, fetches it once, and takes tokens of the key that signs now and of
/// the next one when it does.
fn verifies(language: Language, algorithm: &str) {
    let home = Home::unlimited()
        .with("LATCHKEY_SIGNING_ALGORITHM", algorithm)
        .with("LATCHKEY_ISSUER", ISSUER)
        .with("LATCHKEY_AUDIENCE", AUDIENCE);
    let server = home.start();
    let client = server.client();
    let before = client.sign_up("ada@x.test");
    let new = rotate(&home, "4");
    shows(&client, 2);
    let mut resource_server = ResourceServer::start(language, &server.url, ISSUER, AUDIENCE);
    assert_eq!(
        resource_server.says_of(&before.access),
        told(&before.access),
        "{algorithm}"
    );
    let after = signed_with(&client, &new);
    assert_eq!(part(&after.access, 0)["alg"], algorithm);
    for good in [&after.access, &before.access] {
        assert_eq!(resource_server.says_of(good), told(good), "{algorithm}");
    }
    let (signed, signature) = before.access.rsplit_once('.').unwrap();
    let other = after.access.rsplit_once('.').unwrap().1;
    for forged in [
        format!("{signed}.{other}"),
        format!("{signed}."),
        format!("x{signed}.{signature}"),
    ] {
        let said = resource_server.says_of(&forged);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
    }
    assert_eq!(resource_server.fetched(), 1, "{algorithm}");
    for (issuer, audience) in [
        ("https://evil.test", AUDIENCE),
        (ISSUER, "https://evil.test"),
    ] {
        let said =
            ResourceServer::start(language, &server.url, issuer, audience).says_of(&after.access);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
    }
}

/// With each algorithm, side by side: a rotation takes its time.
fn verifies_each(language: Language) {
    std::thread::scope(|scope| {
        for algorithm in ["ES256", "EdDSA", "RS256"] {
            scope.spawn(move || verifies(language, algorithm));
        }
    });
}

#[test]
fn node_resource_server_verifies_tokens_across_key_rotation() {
    verifies_each(Language::Node);
}

#[test]
fn python_resource_server_verifies_tokens_across_key_rotation() {
    verifies_each(Language::Python);
}
