//! The endpoints of the providers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Script;

/// A provider's URL, and the script that they share.
#[derive(Clone)]
struct Answers {
    url: String,
    script: Arc<Mutex<Script>>,
}

struct Json(Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([("content-type", "application/json")], self.0.to_string()).into_response()
    }
}

pub fn router(url: &str, script: &Arc<Mutex<Script>>) -> Router {
    let answers = |path: &str| Answers {
        url: format!("{url}{path}"),
        script: script.clone(),
    };
    let openid = |path: &str| {
        Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(answers(path))
    };
    let hub = Router::new()
        .route("/login/oauth/access_token", post(hub_token))
        .route("/api/v3/user", get(hub_user))
        .route("/api/v3/user/emails", get(hub_emails))
        .with_state(answers("/hub"));
    Router::new()
        .nest("/corp", openid("/corp"))
        .nest("/other", openid("/other"))
        .nest("/hub", hub)
        .layer(from_fn_with_state(script.clone(), count))
}

/// Counts a request, and fails if that is the script.
async fn count(State(script): State<Arc<Mutex<Script>>>, request: Request, next: Next) -> Response {
    let is_failing = {
        let mut script = script.lock().unwrap();
        let path = request.uri().path().to_owned();
        *script.requests.entry(path).or_default() += 1;
        script.is_failing
    };
    if is_failing {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

async fn configuration(State(answers): State<Answers>) -> Json {
    let url = &answers.url;
    let script = answers.script.lock().unwrap();
    let mut document = json!({
        "issuer": format!("{url}{}", script.suffix),
        "authorization_endpoint": format!("{url}/authorize?tenant=a%20b"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
    });
    replace(&mut document, &script.configuration);
    Json(document)
}

async fn keys(State(answers): State<Answers>) -> Json {
    let script = answers.script.lock().unwrap();
    Json(json!({ "keys": script.keys }))
}

async fn token(State(answers): State<Answers>, headers: HeaderMap, body: String) -> Response {
    let form = parse(&body);
    let basic = format!("Basic {}", STANDARD.encode("us:a+secret%2B"));
    let is_client = headers
        .get("authorization")
        .is_some_and(|it| it == basic.as_str());
    if !is_client || form.contains_key("client_secret") {
        return refuse("invalid_client");
    }
    let mut script = answers.script.lock().unwrap();
    let Some(nonce) = redeem(&mut script, &form, &answers.url) else {
        return refuse("invalid_grant");
    };
    let now = script.clock.now().seconds();
    let mut claims = script.user.clone();
    let own = json!({
        "iss": format!("{}{}", answers.url, script.suffix), "aud": "us", "nonce": nonce, "iat": now,
        "exp": now + 300,
    });
    replace(&mut claims, &own);
    replace(&mut claims, &script.id_token);
    let id_token = script.signer.sign(&claims);
    Json(json!({ "access_token": "an access token", "token_type": "Bearer", "id_token": id_token }))
        .into_response()
}

async fn userinfo(State(answers): State<Answers>, headers: HeaderMap) -> Response {
    if !has_token(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(answers.script.lock().unwrap().userinfo.clone()).into_response()
}

async fn hub_token(State(answers): State<Answers>, body: String) -> Json {
    let form = parse(&body);
    let is_client = form
        .get("client_secret")
        .is_some_and(|it| it == "a secret+");
    let mut script = answers.script.lock().unwrap();
    // GitHub answers a refused code with 200.
    if !is_client || redeem(&mut script, &form, &answers.url).is_none() {
        return Json(json!({ "error": "bad_verification_code" }));
    }
    Json(json!({ "access_token": "an access token", "token_type": "bearer" }))
}

async fn hub_user(State(answers): State<Answers>, headers: HeaderMap) -> Response {
    if !has_token(&headers) || !headers.contains_key("user-agent") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let user = &answers.script.lock().unwrap().user;
    Json(json!({ "id": 583_231, "login": "ada", "name": user["given_name"], "email": null }))
        .into_response()
}

async fn hub_emails(State(answers): State<Answers>, headers: HeaderMap) -> Response {
    let emails = answers.script.lock().unwrap().emails.clone();
    if !has_token(&headers) || emails.is_null() {
        return StatusCode::NOT_FOUND.into_response();
    }
    Json(emails).into_response()
}

/// Uses up a code of this provider, and returns the nonce of its request.
fn redeem(script: &mut Script, form: &BTreeMap<String, String>, url: &str) -> Option<String> {
    let (nonce, challenge, issuer) = script.codes.remove(form.get("code")?)?;
    let verifier = digest(&SHA256, form.get("code_verifier")?.as_bytes());
    let is_own = URL_SAFE_NO_PAD.encode(verifier) == challenge && issuer == url;
    let callback = "http://127.0.0.1:4000/providers/callback";
    let is_back = form.get("redirect_uri").is_some_and(|it| it == callback);
    let is_grant = form
        .get("grant_type")
        .is_some_and(|it| it == "authorization_code");
    (is_own && is_back && is_grant).then_some(nonce)
}

fn has_token(headers: &HeaderMap) -> bool {
    let bearer = "Bearer an access token";
    headers.get("authorization").is_some_and(|it| it == bearer)
}

fn refuse(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

fn parse(form: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

/// Sets the members of an object; null removes one.
fn replace(object: &mut Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
}
