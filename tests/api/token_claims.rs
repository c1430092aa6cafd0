//! Permissions by role, and the claims that the operator adds to access tokens.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::config::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Device, Service};

const ROLES: &str = r#"{"USER": ["posts:read"], "ADMIN": ["posts:read", "posts:delete"]}"#;

fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn claims_of(device: &Device) -> Value {
    let token = device.bearer.as_deref().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn permissions(device: &Device) -> Value {
    let reply = device.post("{ me { permissions } }", json!({})).await;
    reply.json["data"]["me"]["permissions"].clone()
}

#[tokio::test]
async fn permissions_and_claims_follow_the_role_of_the_user() {
    let folder = TempDir::new().unwrap();
    let roles = file(&folder, "roles.json", ROLES);
    let template = r#"{"https://x.test/may": "${permissions}", "https://x.test/user": "${id}"}"#;
    let template = format!("file:{}", file(&folder, "claims.json", template));
    let vars = [
        ("LATCHKEY_ROLES", roles.as_str()),
        ("LATCHKEY_CLAIMS", template.as_str()),
    ];
    let service = Service::with(&vars).await;
    let (device, tokens) = service.device().signed_up("ada@x.test").await;
    assert_eq!(permissions(&device).await, json!(["posts:read"]));
    let claims = claims_of(&device);
    assert_eq!(claims["https://x.test/may"], json!(["posts:read"]));
    assert_eq!(claims["https://x.test/user"], claims["sub"]);

    let promote = service
        .app
        .accounts
        .set_role("ada@x.test", latchkey::model::Role::Admin);
    promote.await.unwrap();
    let device = service.device();
    let password = crate::support::PASSWORD;
    let login = json!({ "email": "ada@x.test", "password": password });
    let (device, _) = device.signed_in_by(&device.mutate("login", login).await);
    assert_eq!(
        permissions(&device).await,
        json!(["posts:read", "posts:delete"])
    );
    let may = &claims_of(&device)["https://x.test/may"];
    assert_eq!(may, &json!(["posts:read", "posts:delete"]));
    drop(tokens);
}

#[tokio::test]
async fn without_the_settings_nothing_is_added() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    assert_eq!(permissions(&device).await, json!([]));
    let claims = claims_of(&device);
    let names: Vec<_> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "amr",
            "aud",
            "auth_time",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "nbf",
            "role",
            "sid",
            "sub"
        ]
    );
}

#[tokio::test]
async fn ready_made_templates_state_the_present_role() {
    for (setting, pointer) in [
        (
            "hasura",
            "/https:~1~1hasura.io~1jwt~1claims/x-hasura-default-role",
        ),
        ("postgrest", "/postgrest/role"),
    ] {
        let service = Service::with(&[("LATCHKEY_CLAIMS", setting)]).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        let claims = claims_of(&device);
        assert_eq!(claims.pointer(pointer), Some(&json!("user")), "{claims}");
        assert!(
            device.me().await.is_ok(),
            "the server accepts its own token"
        );
    }
}

#[test]
fn faulty_files_are_refused_with_the_other_settings() {
    let folder = TempDir::new().unwrap();
    let roles = file(&folder, "roles.json", r#"{"OWNER": []}"#);
    let template = format!("file:{}", file(&folder, "claims.json", r#"{"sub": "me"}"#));
    let vars = [
        ("LATCHKEY_ROLES", roles),
        ("LATCHKEY_CLAIMS", template),
        ("LATCHKEY_CODE_SECONDS", "1".to_owned()),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value));
    let errors = Config::from_vars_and_files(vars).unwrap_err().to_string();
    for part in [
        "`OWNER` is no role",
        "`sub` has a meaning already",
        "LATCHKEY_CODE_SECONDS",
    ] {
        assert!(errors.contains(part), "{errors}");
    }
}
