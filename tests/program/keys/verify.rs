//! Third-party resource servers verify access tokens with the JWK set alone, before and after a
//! rotation.

use serde_json::Value;

use super::resource_server::{Program, ResourceServer};
use super::{part, rotate, shows, signed_with};
use crate::support::home::Home;

const ISSUER: &str = "https://accounts.x.test";
const AUDIENCE: &str = "https://api.x.test";

/// The line that a resource server prints for a valid token.
fn accepted(token: &str) -> String {
    let (header, claims) = (part(token, 0), part(token, 1));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "{} {} {}",
        text(&header["alg"]),
        text(&header["kid"]),
        text(&claims["sub"])
    )
}

/// Asserts that a resource server which fetches the JWK set once accepts tokens of the current key
/// and of the next.
fn verifies(program: Program, algorithm: &str) {
    let home = Home::unlimited()
        .with("LATCHKEY_SIGNING_ALGORITHM", algorithm)
        .with("LATCHKEY_ISSUER", ISSUER)
        .with("LATCHKEY_AUDIENCE", AUDIENCE);
    let server = home.start();
    let client = server.client();
    let before = client.sign_up("ada@x.test");
    let new = rotate(&home, "4");
    shows(&client, 2);
    let mut resource_server = ResourceServer::start(program, &server.url, ISSUER, AUDIENCE);
    assert_eq!(
        resource_server.verify(&before.access),
        accepted(&before.access),
        "{algorithm}"
    );
    let after = signed_with(&client, &new);
    assert_eq!(part(&after.access, 0)["alg"], algorithm);
    for valid in [&after.access, &before.access] {
        assert_eq!(
            resource_server.verify(valid),
            accepted(valid),
            "{algorithm}"
        );
    }
    let (signed, signature) = before.access.rsplit_once('.').unwrap();
    let other = after.access.rsplit_once('.').unwrap().1;
    for forged in [
        format!("{signed}.{other}"),
        format!("{signed}."),
        format!("x{signed}.{signature}"),
    ] {
        let said = resource_server.verify(&forged);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
    }
    assert_eq!(resource_server.fetched(), 1, "{algorithm}");
    for (issuer, audience) in [
        ("https://evil.test", AUDIENCE),
        (ISSUER, "https://evil.test"),
    ] {
        let said =
            ResourceServer::start(program, &server.url, issuer, audience).verify(&after.access);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
    }
}

/// Verifies with each algorithm in parallel, because a rotation takes seconds.
fn verifies_each(program: Program) {
    std::thread::scope(|scope| {
        for algorithm in ["ES256", "EdDSA", "RS256"] {
            scope.spawn(move || verifies(program, algorithm));
        }
    });
}

#[test]
fn node_resource_server_verifies_tokens_across_key_rotation() {
    verifies_each(Program::Jose);
}

#[test]
fn python_resource_server_verifies_tokens_across_key_rotation() {
    verifies_each(Program::PyJwt);
}
