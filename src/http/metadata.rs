//! The metadata documents by which API gateways and libraries find the public keys of an issuer.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use super::{AppState, INTROSPECTION_PATH, public_document};

/// The content of the metadata documents.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The URL at which clients reach the server, without a slash at its end.
    pub public_url: String,
    /// True if resource servers may introspect tokens.
    pub has_introspection: bool,
}

impl Metadata {
    /// Returns the path of the public URL, which a proxy may leave in front of the routes; ""
    /// without one.
    pub(super) fn path_prefix(&self) -> String {
        let url = Url::parse(&self.public_url);
        url.map_or(String::new(), |it| {
            it.path().trim_end_matches('/').to_owned()
        })
    }

    /// Returns whether a path is that of the issuer: RFC 8414, section 3.1, puts it behind the
    /// well-known path.
    fn is_path_of_issuer(&self, path: &str) -> bool {
        let issuer = Url::parse(&self.issuer);
        issuer.is_ok_and(|it| it.path().trim_matches('/') == path.trim_matches('/'))
    }

    /// Returns the document (RFC 8414, section 2). There is no authorization endpoint and no token
    /// endpoint: users sign in over GraphQL.
    fn document(&self, jwks: &Value) -> Value {
        let keys = jwks["keys"].as_array();
        let mut algorithms: Vec<&Value> = Vec::new();
        for key in keys.into_iter().flatten() {
            if !algorithms.contains(&&key["alg"]) {
                algorithms.push(&key["alg"]);
            }
        }
        let mut document = json!({
            "issuer": self.issuer,
            "jwks_uri": format!("{}/.well-known/jwks.json", self.public_url),
            "response_types_supported": [],
            "grant_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
        });
        if self.has_introspection {
            let endpoint = format!("{}{INTROSPECTION_PATH}", self.public_url);
            document["introspection_endpoint"] = json!(endpoint);
            document["introspection_endpoint_auth_methods_supported"] =
                json!(["client_secret_basic"]);
        }
        document
    }
}

/// Answers with the metadata of an issuer without a path.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let document = state.metadata.document(&state.accounts.jwks());
    public_document::respond(&headers, "application/json", document.to_string())
}

/// Answers with the metadata of an issuer with this path.
pub(super) async fn get_with_path(
    state: State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    if state.metadata.is_path_of_issuer(&path) {
        get(state, headers).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}
