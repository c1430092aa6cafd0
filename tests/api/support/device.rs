//! A client of the service, and the responses it receives.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Version};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{PASSWORD, Service, USER, document, kind, sign_up_input};

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

/// A client: a device with a socket address and headers, signed in when it has an access token.
#[derive(Clone)]
pub struct Device {
    pub service: Service,
    pub bearer: Option<String>,
    pub address: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// Returns the code of the first top-level error, or an empty text.
    pub fn code(&self) -> &str {
        self.json["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }
}

impl Device {
    /// Returns the device with an access token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Returns the device at another IP address.
    pub fn at(&self, address: &str) -> Self {
        let address = if address.contains(':') {
            format!("[{address}]:40000")
        } else {
            format!("{address}:40000")
        };
        Self {
            address,
            ..self.clone()
        }
    }

    /// Returns the device with one more header.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut device = self.clone();
        device.headers.push((name, value.to_owned()));
        device
    }

    /// Sends a request.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        let peer: SocketAddr = self.address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        if request.version() == Version::HTTP_11 {
            let host = HeaderValue::from_static("127.0.0.1:4000");
            request.headers_mut().entry(HOST).or_insert(host);
        }
        if let Some(bearer) = &self.bearer {
            request
                .headers_mut()
                .insert("authorization", format!("Bearer {bearer}").parse().unwrap());
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let response = self.service.app.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        Reply {
            status: parts.status,
            headers: parts.headers,
            json,
        }
    }

    /// Posts a document with variables.
    pub async fn post(&self, query: &str, variables: Value) -> Reply {
        self.post_json(json!({ "query": query, "variables": variables }).to_string())
            .await
    }

    /// Posts a body with the content type of JSON.
    pub async fn post_json(&self, body: impl Into<Body>) -> Reply {
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Runs a mutation with its `input` and returns all fields of its result.
    pub async fn mutate(&self, operation: &str, input: Value) -> Value {
        let reply = self
            .post(&document(operation), json!({ "input": input }))
            .await;
        assert_eq!(reply.json.get("errors"), None, "{operation}");
        reply.json["data"][operation].clone()
    }

    /// Runs a mutation that must fail and returns the code of its only top-level error.
    pub async fn error(&self, operation: &str, input: Value) -> String {
        let reply = self
            .post(&document(operation), json!({ "input": input }))
            .await;
        assert_eq!(
            reply.json["data"],
            Value::Null,
            "{operation}: {}",
            reply.json
        );
        assert_eq!(
            reply.json["errors"].as_array().map(Vec::len),
            Some(1),
            "{operation}: {}",
            reply.json
        );
        reply.json["errors"][0]["extensions"]["code"]
            .as_str()
            .expect("a code")
            .to_owned()
    }

    /// Returns the signed-in user, or the code of the error.
    pub async fn me(&self) -> Result<Value, String> {
        let reply = self
            .post(&format!("{{ me {{ {USER} }} }}"), json!({}))
            .await;
        match reply.json["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => {
                assert_eq!(reply.json["data"], json!({ "me": null }));
                Err(code.to_owned())
            }
            None => Ok(reply.json["data"]["me"].clone()),
        }
    }

    /// Signs up with the usual password and returns the answer.
    pub async fn sign_up(&self, email: &str) -> Value {
        self.mutate("signup", sign_up_input(email)).await
    }

    /// Signs up and returns the signed-in device and its refresh token.
    pub async fn signed_up(&self, email: &str) -> (Self, String) {
        self.signed_in_by(&self.sign_up(email).await)
    }

    /// Proves the address of the signed-in user by an emailed code.
    pub async fn prove(&self, email: &str) {
        let input = json!({ "email": email });
        self.mutate("sendVerificationCode", input).await;
        let code = self.service.code_for(email).await;
        let input = json!({ "email": email, "code": code });
        let proven = self.mutate("verifyEmail", input).await;
        assert_eq!(kind(&proven), "EmailVerified");
    }

    /// Logs in with a password and returns the answer.
    pub async fn log_in(&self, email: &str, password: &str) -> Value {
        self.mutate("login", json!({ "email": email, "password": password }))
            .await
    }

    /// Logs in with the usual password and returns the signed-in device and its refresh token.
    pub async fn logged_in(&self, email: &str) -> (Self, String) {
        self.signed_in_by(&self.log_in(email, PASSWORD).await)
    }

    /// Exchanges a refresh token and returns the answer.
    pub async fn refresh(&self, token: &str) -> Value {
        self.mutate("refresh", json!({ "refreshToken": token }))
            .await
    }

    /// Returns the device that an `Authenticated` signs in, and its refresh token.
    pub fn signed_in_by(&self, answer: &Value) -> (Self, String) {
        assert_eq!(kind(answer), "Authenticated", "{answer}");
        let token = |name: &str| answer["tokens"][name].as_str().unwrap().to_owned();
        (
            self.with_bearer(&token("accessToken")),
            token("refreshToken"),
        )
    }
}
