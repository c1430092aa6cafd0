//! Somebody who talks to a service, and what they are answered.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{PASSWORD, Service, USER, document, kind, sign_up_input};

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

impl Reply {
    /// The code of the first top-level error; empty where there is none.
    pub fn code(&self) -> &str {
        self.json["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }
}

impl Device {
    /// The same device with an access token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same person from another address.
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

    /// Posts a body as JSON, whatever is in it.
    pub async fn post_json(&self, body: impl Into<Body>) -> Reply {
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Runs one operation with its `input`, and gives the member of its result union with everything in it.
    pub async fn act(&self, operation: &str, input: Value) -> Value {
        let reply = self
            .post(&document(operation), json!({ "input": input }))
            .await;
        assert_eq!(reply.json.get("errors"), None, "{operation}");
        reply.json["data"][operation].clone()
    }

    /// The code of the top-level error that an operation answers with; nothing else may come with it.
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

    /// The signed-in user, or the code of the error that says why not.
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
        self.act("login", json!({ "email": email, "password": password }))
            .await
    }

    /// Logs in with the usual password, and gives the device with its access token and the refresh token.
    pub async fn logged_in(&self, email: &str) -> (Self, String) {
        self.signed_in_by(&self.log_in(email, PASSWORD).await)
    }

    /// Exchanges a refresh token, and gives the answer.
    pub async fn refresh(&self, token: &str) -> Value {
        self.act("refresh", json!({ "refreshToken": token })).await
    }

    /// The device with the access token of an `Authenticated`, and the refresh token.
    pub fn signed_in_by(&self, answer: &Value) -> (Self, String) {
        assert_eq!(kind(answer), "Authenticated", "{answer}");
        let token = |name: &str| answer["tokens"][name].as_str().unwrap().to_owned();
        (
            self.with_bearer(&token("accessToken")),
            token("refreshToken"),
        )
    }
}
