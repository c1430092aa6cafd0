//! Resource servers with a warm cache while keys rotate, by issuer alone where the library can.

use std::fs;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::json;

use super::gateway::{Gateway, Required};
use super::resource_server::{Program, ResourceServer};
use super::{kid, part, ran, rotate, shows, signed_with};
use crate::support::client::PASSWORD;
use crate::support::home::Home;
use crate::support::server::Server;
use crate::support::{SOON, until};

const AUDIENCE: &str = "https://api.x.test";

fn subject(token: &str) -> String {
    part(token, 1)["sub"].as_str().unwrap().to_owned()
}

/// Asserts that a resource server which knows the issuer alone accepts tokens of the current key
/// and of the next one, and no others.
fn finds_keys_by_issuer(program: Program, algorithms: &[&str]) {
    for algorithm in algorithms {
        let home = home().with("LATCHKEY_SIGNING_ALGORITHM", *algorithm);
        let server = home.start();
        let client = server.client();
        let before = client.sign_up("ada@x.test").access;
        let mut reader = ResourceServer::start(program, "", &server.url, AUDIENCE);
        let said = reader.verify(&before);
        assert!(said.ends_with(&subject(&before)), "{algorithm}: {said}");
        assert!(said.starts_with(algorithm), "{algorithm}: {said}");
        let (signed, signature) = before.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
        let said = reader.verify(&forged);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
        let mut misled = ResourceServer::start(program, "", &server.url, "https://evil.test");
        let said = misled.verify(&before);
        assert!(said.starts_with("refused"), "{algorithm}: {said}");
    }
}

#[test]
fn express_middleware_in_strict_mode_needs_only_issuer() {
    finds_keys_by_issuer(Program::Express, &["ES256", "EdDSA", "RS256"]);
}

#[test]
fn authlib_validator_of_rfc_9068_needs_only_issuer() {
    finds_keys_by_issuer(Program::Authlib, &["ES256", "RS256"]);
}

fn home() -> Home {
    // The issuer is where the server listens.
    Home::unlimited()
        .with("LATCHKEY_AUDIENCE", AUDIENCE)
        .with("LATCHKEY_ISSUER", "")
}

/// Returns what a gateway of a server requires, and the same with one wrong value each.
fn required<'a>(server: &'a Server, algorithm: &'a str) -> (Required<'a>, [Required<'a>; 2]) {
    let right = Required {
        algorithm,
        issuer: &server.url,
        audience: AUDIENCE,
    };
    let elsewhere = "https://elsewhere.test";
    let wrong = [
        Required {
            audience: elsewhere,
            ..right
        },
        Required {
            issuer: elsewhere,
            ..right
        },
    ];
    (right, wrong)
}

/// Returns a token that has expired, signed with the key of a home.
fn expired(home: &Home, token: &str) -> String {
    let pem = fs::read_to_string(home.data().join("keys/1.pem")).unwrap();
    let key = EncodingKey::from_ec_der(pem::parse(pem).unwrap().contents());
    let mut claims = part(token, 1);
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() - 15_000);
    let header = token.split('.').next().unwrap();
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = sign(message.as_bytes(), &key, Algorithm::ES256).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn envoy_verifies_tokens_with_the_documented_lines() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let home = home().with("LATCHKEY_SIGNING_ALGORITHM", algorithm);
        let server = home.start();
        let token = server.client().sign_up("ada@x.test").access;
        let (right, wrong) = required(&server, algorithm);
        let envoy = Gateway::envoy(server.address(), right, 300);
        assert!(envoy.accepts(&token), "{algorithm}");
        assert!(!envoy.accepts(&token[..token.len() - 6]), "{algorithm}");
        if algorithm == "ES256" {
            assert!(!envoy.accepts(&expired(&home, &token)));
        }
        for wrong in wrong {
            let envoy = Gateway::envoy(server.address(), wrong, 300);
            assert!(!envoy.accepts(&token), "{wrong:?}");
        }
    }
}

#[test]
fn haproxy_verifies_tokens_with_exported_public_key() {
    let export = |home: &Home| ran(home, &["keys", "export", "--pem"]).stdout;
    for algorithm in ["ES256", "RS256"] {
        let home = home().with("LATCHKEY_SIGNING_ALGORITHM", algorithm);
        let server = home.start();
        let token = server.client().sign_up("ada@x.test").access;
        let (right, wrong) = required(&server, algorithm);
        let haproxy = Gateway::haproxy(&export(&home), right);
        assert!(haproxy.accepts(&token), "{algorithm}");
        assert!(!haproxy.accepts(&token[..token.len() - 6]), "{algorithm}");
        if algorithm == "ES256" {
            assert!(!haproxy.accepts(&expired(&home, &token)));
        }
        let other = Home::new().with("LATCHKEY_SIGNING_ALGORITHM", algorithm);
        ran(&other, &["keys", "rotate"]);
        assert!(!Gateway::haproxy(&export(&other), right).accepts(&token));
        for wrong in wrong {
            assert!(
                !Gateway::haproxy(&export(&home), wrong).accepts(&token),
                "{wrong:?}"
            );
        }
    }
}

/// The lead of the test's rotation, and the seconds for which its readers keep the set: as a day
/// and the hours of the slowest.
const LEAD: &str = "12";
const CACHE: u32 = 4;

#[test]
fn warm_readers_accept_every_token_across_a_rotation() {
    let home = home();
    let server = home.start();
    let client = server.client();
    let token = client.sign_up("ada@x.test").access;
    let (right, _) = required(&server, "ES256");
    let envoy = Gateway::envoy(server.address(), right, CACHE);
    let patient = Gateway::envoy(server.address(), right, 3600);
    let programs = [Program::Jose, Program::PyJwt];
    let mut readers =
        programs.map(|program| ResourceServer::warm(program, &server.url, AUDIENCE, CACHE));
    let mut verdicts = |token: &str| {
        let is_refused = |reader: &mut ResourceServer| reader.verify(token).starts_with("refused");
        readers.iter_mut().any(is_refused) || !envoy.accepts(token)
    };
    until("warm readers", SOON, || {
        (!verdicts(&token) && patient.accepts(&token)).then_some(())
    });
    let new = rotate(&home, LEAD);
    shows(&client, 2);
    let mut refresh = client.log_in("ada@x.test", PASSWORD).refresh;
    let mut signed_by_new = 0;
    while signed_by_new < 10 {
        let tokens = client.refresh(&refresh);
        assert!(!verdicts(&tokens.access), "refused: {}", kid(&tokens));
        signed_by_new += u32::from(kid(&tokens) == new);
        if kid(&tokens) == new {
            // A cache that is longer than the lead: what the default of a day avoids.
            assert!(!patient.accepts(&tokens.access));
        }
        refresh = tokens.refresh;
        std::thread::sleep(Duration::from_millis(400));
    }
    let last = signed_with(&client, &new);
    assert!(!verdicts(&last.access));
}
