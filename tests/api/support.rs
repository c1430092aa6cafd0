//! A service in memory, and somebody who talks to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use latchkey::app::{App, open_repository};
use latchkey::config::Config;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{Clock, Rng, Timestamp};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// 2026-11-22T09:30:00.000Z, where every test's clock begins.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_795_339_800_000);
pub const PASSWORD: &str = "correct horse battery staple";

/// A service on a store of its own. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    pub app: Arc<App>,
    pub clock: Clock,
    pub mail: Memory,
    _folder: Arc<TempDir>,
}

/// A letter as its reader sees it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

/// Somebody who talks to the service: a device with an address, and perhaps an access token.
#[derive(Clone)]
pub struct Device {
    pub service: Service,
    pub bearer: Option<String>,
    pub address: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Service {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A service with some settings of its own, such as `("LATCHKEY_VERIFY_EMAIL_FIRST", "true")`.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let fixed = [("LATCHKEY_DATA", data.as_str()), ("LATCHKEY_BCRYPT_COST", "4")];
        let vars = fixed.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::from_vars(vars).unwrap();
        let (clock, mail) = (Clock::fixed(BEGINNING), Memory::default());
        let repository = open_repository(&config.store).await.unwrap();
        let world = (repository, Transport::Memory(mail.clone()));
        let app = App::assemble(&config, world, (clock.clone(), Rng::system())).unwrap();
        Self { app: Arc::new(app), clock, mail, _folder: Arc::new(folder) }
    }

    pub fn device(&self) -> Device {
        Device { service: self.clone(), bearer: None, address: "192.0.2.1:40000".to_owned(), headers: Vec::new() }
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Sends what is due, and gives every letter so far.
    pub async fn letters(&self) -> Vec<Letter> {
        while self.app.accounts.deliver().await.unwrap() > 0 {}
        self.mail.sent().iter().map(|bytes| read_letter(bytes)).collect()
    }

    /// The code in the newest letter to an address.
    pub async fn code_for(&self, email: &str) -> String {
        let letters = self.letters().await;
        let letter = letters.iter().rev().find(|letter| letter.to == email).expect("a letter to the address");
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        letter.text.lines().map(str::trim).find(is_code).expect("a code in the letter").to_owned()
    }
}

fn read_letter(bytes: &[u8]) -> Letter {
    let message = MessageParser::default().parse(bytes).unwrap();
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap().to_owned();
    let text = message.body_text(0).unwrap().into_owned();
    Letter { to, subject: message.subject().unwrap().to_owned(), text }
}

impl Device {
    /// The same device with an access token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person from another address.
    pub fn at(&self, address: &str) -> Self {
        let address = if address.contains(':') { format!("[{address}]:40000") } else { format!("{address}:40000") };
        Self { address, ..self.clone() }
    }

    /// The same device with one more header.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut device = self.clone();
        device.headers.push((name, value.to_owned()));
        device
    }

    /// Sends any request.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        let peer: SocketAddr = self.address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(bearer) = &self.bearer {
            request.headers_mut().insert("authorization", format!("Bearer {bearer}").parse().unwrap());
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let response = self.service.app.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        Reply { status: parts.status, headers: parts.headers, json }
    }

    /// Posts a document with variables.
    pub async fn post(&self, query: &str, variables: Value) -> Reply {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Runs one operation with its `input`, and gives the member of its result union with everything in it.
    pub async fn act(&self, operation: &str, input: Value) -> Value {
        let reply = self.post(&document(operation), json!({ "input": input })).await;
        assert_eq!(reply.json.get("errors"), None, "{operation}");
        reply.json["data"][operation].clone()
    }

    /// The code of the top-level error that an operation answers with; nothing else may come with it.
    pub async fn fault(&self, operation: &str, input: Value) -> String {
        let reply = self.post(&document(operation), json!({ "input": input })).await;
        assert_eq!(reply.json["data"], Value::Null, "{operation}: {}", reply.json);
        assert_eq!(reply.json["errors"].as_array().map(Vec::len), Some(1), "{operation}: {}", reply.json);
        reply.json["errors"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
    }

    /// The signed-in user, or the code of the error that says why not.
    pub async fn me(&self) -> Result<Value, String> {
        let reply = self.post(&format!("{{ me {{ {USER} }} }}"), json!({})).await;
        match reply.json["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => {
                assert_eq!(reply.json["data"], json!({ "me": null }));
                Err(code.to_owned())
            }
            None => Ok(reply.json["data"]["me"].clone()),
        }
    }

    /// Signs up with the usual password, and gives the answer.
    pub async fn sign_up(&self, email: &str) -> Value {
        self.act("signup", sign_up_input(email)).await
    }

    /// Signs up, and gives the device with its access token and the refresh token.
    pub async fn signed_up(&self, email: &str) -> (Self, String) {
        self.signed_in_by(&self.sign_up(email).await)
    }

    /// Logs in with a password, and gives the answer.
    pub async fn log_in(&self, email: &str, password: &str) -> Value {
        self.act("login", json!({ "email": email, "password": password })).await
    }

    /// Logs in with the usual password, and gives the device with its access token and the refresh token.
    pub async fn logged_in(&self, email: &str) -> (Self, String) {
        self.signed_in_by(&self.log_in(email, PASSWORD).await)
    }

    /// Exchanges a refresh token, and gives the answer.
    pub async fn refresh(&self, token: &str) -> Value {
        self.act("refresh", json!({ "refreshToken": token })).await
    }

    fn signed_in_by(&self, answer: &Value) -> (Self, String) {
        assert_eq!(kind(answer), "Authenticated", "{answer}");
        let token = |name: &str| answer["tokens"][name].as_str().unwrap().to_owned();
        (self.with_bearer(&token("accessToken")), token("refreshToken"))
    }
}

pub fn sign_up_input(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" })
}

/// The name of a union member.
pub fn kind(answer: &Value) -> &str {
    answer["__typename"].as_str().unwrap_or_default()
}

/// The refused fields of an `InvalidInput`: the input's name and the code.
pub fn refused(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(kind(answer), "InvalidInput", "{answer}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = answer["fields"].as_array().unwrap();
    fields.iter().map(|field| (text(&field["path"][1]), text(&field["code"]))).collect()
}

const USER: &str = "id email emailVerified firstName lastName gender mobileNumber role createdAt updatedAt lastLoginAt \
    passwordChangedAt sessions { id current userAgent ipAddress createdAt lastUsedAt expiresAt }";
const TOKENS: &str = "accessToken tokenType expiresIn refreshToken refreshTokenExpiresAt";

/// A document that asks an operation for everything that any member of its result can say.
fn document(operation: &str) -> String {
    let own = match operation {
        "signup" => "... on SignupAccepted { email ticket }",
        "forgotPassword" | "sendVerificationCode" => "... on CodeSent { email expiresInSeconds }",
        "resetPassword" => "... on PasswordReset { email }",
        "changePassword" => "... on PasswordChanged { user { ...U } }",
        "updateProfile" | "updateMobileNumber" => "... on UserUpdated { user { ...U } }",
        "logout" => "... on LoggedOut { endedSessions }",
        "revokeSession" => "... on SessionRevoked { sessionId }",
        "verifyEmail" => "... on EmailVerified { email }",
        _ => "",
    };
    let signs_in = matches!(operation, "signup" | "login" | "refresh" | "verifyEmail");
    let has_user = signs_in || own.contains("...U");
    let authenticated =
        if signs_in { format!("... on Authenticated {{ user {{ ...U }} tokens {{ {TOKENS} }} }}") } else { String::new() };
    let may_fail = operation != "logout";
    let error = if may_fail { "... on AccountError { message }" } else { "" };
    let invalid = match operation {
        "login" | "refresh" | "logout" | "revokeSession" | "verifyEmail" => "",
        _ => "... on InvalidInput { fields { path code message } }",
    };
    let wait = match operation {
        "refresh" | "logout" | "revokeSession" | "updateProfile" => "",
        _ => "... on TooManyAttempts { retryAfterSeconds }",
    };
    let fragment = if has_user { format!("fragment U on User {{ {USER} }}") } else { String::new() };
    let input = format!("{}{}Input", operation[..1].to_uppercase(), &operation[1..]);
    format!(
        "mutation M($input: {input}!) {{ {operation}(input: $input) {{ __typename {authenticated} {own} {error} {invalid} \
         {wait} }} }} {fragment}"
    )
}
