//! Trusted browsers: a cookie of their own lets them skip the second factor.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::support::{Authenticator, Device, PASSWORD, Reply, Service, document, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { __typename ... on MfaRequired { challenge } } }";

/// Starts a service where the user has an authenticator app, at the step after its first code.
async fn with_app(settings: &[(&str, &str)]) -> (Service, Device, Authenticator) {
    let service = Service::with(&[&[OPTIONAL], settings].concat()).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    (service, device, app)
}

fn trusted_cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|it| it.to_str().ok());
    cookies
        .find(|it| it.starts_with("latchkey_trusted="))
        .map(str::to_owned)
}

/// Logs in with the app in a browser that is to be trusted, and returns the response.
async fn log_in(device: &Device, app: &Authenticator, delivery: &str) -> Reply {
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    let input = json!({
        "challenge": asked["challenge"], "proof": { "totp": app.code() }, "trustBrowser": true, "delivery": delivery,
    });
    let reply = device
        .post(&document("completeLogin"), json!({ "input": input }))
        .await;
    assert_eq!(
        kind(&reply.json["data"]["completeLogin"]),
        "Authenticated",
        "{reply:?}"
    );
    device.service.wait(30);
    reply
}

/// Returns a browser that is trusted.
async fn trusted(service: &Service, app: &Authenticator) -> Device {
    let reply = log_in(&service.device(), app, "COOKIE").await;
    let cookie = trusted_cookie(&reply.headers).expect("a cookie");
    service
        .device()
        .with_header("cookie", cookie.split(';').next().unwrap())
}

async fn login_kind(browser: &Device) -> String {
    let input = json!({ "email": "ada@x.test", "password": PASSWORD });
    let reply = browser.post(LOGIN, json!({ "input": input })).await;
    kind(&reply.json["data"]["login"]).to_owned()
}

async fn browsers(device: &Device) -> Value {
    let query =
        "{ me { mfa { trustedBrowsers { id deviceName createdAt lastUsedAt expiresAt } } } }";
    device.post(query, json!({})).await.json["data"]["me"]["mfa"]["trustedBrowsers"].clone()
}

#[tokio::test]
async fn trusted_browser_skips_the_factor_for_thirty_days() {
    let (service, device, app) = with_app(&[]).await;
    let reply = log_in(&service.device(), &app, "COOKIE").await;
    let cookie = trusted_cookie(&reply.headers).unwrap();
    assert!(
        cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let browser = service
        .device()
        .with_header("cookie", cookie.split(';').next().unwrap());
    assert_eq!(login_kind(&browser).await, "Authenticated");
    assert_eq!(
        login_kind(&service.device()).await,
        "MfaRequired",
        "another browser"
    );
    let listed = browsers(&device).await;
    assert_eq!(listed[0]["createdAt"], "2026-11-22T09:30:30.000Z");
    assert_eq!(listed[0]["lastUsedAt"], "2026-11-22T09:31:00.000Z");
    assert_eq!(listed[0]["expiresAt"], "2026-12-22T09:30:30.000Z");
    service.wait(30 * 24 * 60 * 60);
    assert_eq!(login_kind(&browser).await, "MfaRequired");
}

#[tokio::test]
async fn trust_needs_the_cookie_delivery_and_the_operator() {
    let (service, _, app) = with_app(&[]).await;
    let reply = log_in(&service.device(), &app, "BODY").await;
    assert_eq!(trusted_cookie(&reply.headers), None);
    let (service, device, app) = with_app(&[("LATCHKEY_TRUST_BROWSER_DAYS", "0")]).await;
    let reply = log_in(&service.device(), &app, "COOKIE").await;
    assert_eq!(trusted_cookie(&reply.headers), None);
    assert_eq!(browsers(&device).await, json!([]));
}

#[tokio::test]
async fn trusted_session_is_not_fresh_for_changes_of_factors() {
    let (service, _, app) = with_app(&[]).await;
    let browser = trusted(&service, &app).await;
    let input = json!({ "email": "ada@x.test", "password": PASSWORD });
    let answer = browser.mutate("login", input).await;
    let (signed_in, _) = browser.signed_in_by(&answer);
    assert_eq!(
        signed_in.run("disableTotp").await,
        "ReauthenticationRequired"
    );
    let proof = json!({ "proof": { "totp": app.code() } });
    assert_eq!(
        kind(&signed_in.mutate("reauthenticate", proof).await),
        "Reauthenticated"
    );
    assert_eq!(signed_in.run("disableTotp").await, "TotpDisabled");
}

#[tokio::test]
async fn revoked_browser_is_asked_for_the_factor_again() {
    let (service, device, app) = with_app(&[]).await;
    let browser = trusted(&service, &app).await;
    let id = browsers(&device).await[0]["id"].clone();
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    let node = device.post(query, json!({ "id": id })).await.json["data"]["node"].clone();
    assert_eq!(node, json!({ "__typename": "TrustedBrowser", "id": id }));
    let revoke = async |id: &Value| {
        let input = json!({ "trustedBrowserId": id });
        kind(&device.mutate("revokeTrustedBrowser", input).await).to_owned()
    };
    assert_eq!(revoke(&json!("trb_x")).await, "TrustedBrowserNotFound");
    assert_eq!(revoke(&id).await, "UserUpdated");
    assert_eq!(revoke(&id).await, "TrustedBrowserNotFound");
    assert_eq!(login_kind(&browser).await, "MfaRequired");
}

#[tokio::test]
async fn changes_of_password_and_factor_end_the_trust() {
    let (service, device, app) = with_app(&[]).await;
    let browser = trusted(&service, &app).await;
    assert_eq!(device.run("regenerateRecoveryCodes").await, "RecoveryCodes");
    assert_eq!(login_kind(&browser).await, "MfaRequired");
    let browser = trusted(&service, &app).await;
    let (new, _) = device.with_authenticator().await;
    service.wait(30);
    assert_eq!(login_kind(&browser).await, "MfaRequired");
    let browser = trusted(&service, &new).await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" });
    device.mutate("changePassword", input).await;
    let input = json!({ "currentPassword": "a brand new password", "newPassword": PASSWORD });
    device.mutate("changePassword", input).await;
    assert_eq!(login_kind(&browser).await, "MfaRequired");
    let browser = trusted(&service, &new).await;
    device.mutate("logout", json!({ "everywhere": true })).await;
    assert_eq!(login_kind(&browser).await, "MfaRequired");
}

#[tokio::test]
async fn cookie_of_one_account_is_nothing_to_another() {
    let (service, _, app) = with_app(&[]).await;
    let browser = trusted(&service, &app).await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    bob.with_authenticator().await;
    let input = json!({ "email": "bob@x.test", "password": PASSWORD });
    let reply = browser.post(LOGIN, json!({ "input": input })).await;
    assert_eq!(kind(&reply.json["data"]["login"]), "MfaRequired");
}

#[tokio::test]
async fn sessions_without_a_factor_end_on_command() {
    let (service, before, app) = with_app(&[]).await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    let (with_factor, _) = service.device().signed_in_by(&answer);
    service.wait(30);
    let (old, _) = {
        let answer = trusted(&service, &app).await;
        let input = json!({ "email": "ada@x.test", "password": PASSWORD });
        let answer = answer.mutate("login", input).await;
        service.device().signed_in_by(&answer)
    };
    assert_eq!(
        service
            .app
            .accounts
            .end_sessions_without_factor()
            .await
            .unwrap(),
        2
    );
    for (device, lives) in [
        (&before, true),
        (&with_factor, true),
        (&old, false),
        (&bob, false),
    ] {
        assert_eq!(device.me().await.is_ok(), lives);
    }
}
