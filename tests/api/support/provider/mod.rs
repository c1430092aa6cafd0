//! Identity providers on a port of this machine, which answer as a test wants them to: two of OpenID
//! Connect, of which one is trusted to verify addresses, and one that speaks as GitHub does.

mod answers;
mod visit;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use latchkey::model::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{BEGINNING, Service};

pub use visit::{Visit, code_in};

/// The page of the front end that finishes sign-ins.
pub const PAGE: &str = "https://app.example.org/signed-in";

/// The providers. They end with the test.
pub struct Provider {
    pub url: String,
    script: Arc<Mutex<Script>>,
    server: JoinHandle<()>,
    folder: tempfile::TempDir,
}

/// The answers of the providers.
pub struct Script {
    pub clock: Clock,
    /// The claims of the user who signs in.
    pub user: Value,
    /// Claims that replace those of the ID token; null removes one.
    pub id_token: Value,
    /// The answer of the userinfo endpoint.
    pub userinfo: Value,
    pub signer: Signer,
    /// The key set.
    pub keys: Vec<Value>,
    /// The text at the end of the issuer, such as a slash.
    pub suffix: &'static str,
    /// Members of the configuration that replace the usual ones.
    pub configuration: Value,
    /// A flag: every endpoint fails.
    pub is_failing: bool,
    /// The answer of GitHub's list of addresses.
    pub emails: Value,
    /// The requests so far, by path.
    pub requests: BTreeMap<String, usize>,
    /// The codes that were issued: the nonce, the digest of the proof key, the issuer.
    codes: BTreeMap<String, (String, String, String)>,
}

/// A key of a provider.
pub struct Signer {
    key: EncodingKey,
    kid: Option<String>,
    pub jwk: Value,
}

impl Signer {
    pub fn new(kid: Option<&str>) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let document = pair.to_pkcs8v1().unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = json!({
            "kty": "EC", "crv": "P-256", "x": text(&point[..32]), "y": text(&point[32..]),
        });
        if let Some(kid) = kid {
            jwk["kid"] = json!(kid);
        }
        Self {
            key: EncodingKey::from_ec_der(document.as_ref()),
            kid: kid.map(str::to_owned),
            jwk,
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid.clone_from(&self.kid);
        encode(&header, claims, &self.key).unwrap()
    }
}

impl Script {
    /// Publishes a new key that signs from now on, instead of those before.
    pub fn rotate(&mut self, kid: Option<&str>) {
        self.signer = Signer::new(kid);
        self.keys = vec![self.signer.jwk.clone()];
    }
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let signer = Signer::new(Some("first"));
        let keys = vec![signer.jwk.clone()];
        let script = Arc::new(Mutex::new(Script {
            clock: Clock::fixed(BEGINNING),
            user: json!({
                "sub": "1", "email": "ada@x.test", "email_verified": true, "given_name": "Ada",
                "family_name": "Lovelace", "locale": "de",
            }),
            id_token: json!({}),
            userinfo: Value::Null,
            signer,
            keys,
            suffix: "",
            configuration: json!({}),
            is_failing: false,
            emails: json!([{ "email": "ada@x.test", "primary": true, "verified": true }]),
            requests: BTreeMap::new(),
            codes: BTreeMap::new(),
        }));
        let router = answers::router(&url, &script);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            script,
            server,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Closes the port.
    pub fn stop(&self) {
        self.server.abort();
    }

    /// Starts a service that knows the providers.
    pub async fn service(&self, settings: &[(&str, &str)]) -> Service {
        let (file, page) = (self.file(), PAGE.to_owned());
        let service = Service::with(&[&Self::settings(&file, &page), settings].concat()).await;
        self.script().clock = service.clock.clone();
        service
    }

    /// Starts another process on the data of a service that knows the providers.
    pub async fn node(&self, service: &Service, settings: &[(&str, &str)]) -> Service {
        let (file, page) = (self.file(), PAGE.to_owned());
        let settings = [&Self::settings(&file, &page), settings].concat();
        service.node(&settings).await
    }

    fn settings<'a>(file: &'a str, page: &'a str) -> [(&'static str, &'a str); 2] {
        [
            ("LATCHKEY_PROVIDERS", file),
            ("LATCHKEY_PROVIDER_REDIRECTS", page),
        ]
    }

    /// Writes the operator's file, and returns its path.
    pub fn file(&self) -> String {
        let url = &self.url;
        let text = format!(
            "[[provider]]\nid = 'corp'\nname = 'Example Corp'\nissuer = '{url}/corp'\nclient_id = 'us'\n\
             client_secret = 'a secret+'\ntrust_email = true\n\
             [[provider]]\nid = 'other'\nissuer = '{url}/other/'\nclient_id = 'us'\n\
             client_secret = 'a secret+'\n\
             [[provider]]\nid = 'github'\nissuer = '{url}/hub'\nclient_id = 'us'\n\
             client_secret = 'a secret+'\ntrust_email = true\n"
        );
        let path = self.folder.path().join("providers.toml");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}
