//! `policy`: the settings that a client needs for its forms.

use serde_json::json;

use crate::support::{Failure, Service};

const QUERY: &str = "{ policy { passwordMinLength passwordMaxLength codeLength accessTokenSeconds refreshTokenSeconds \
    verifyEmailFirst } }";

#[tokio::test]
async fn policy_reports_the_default_settings() {
    let reply = Service::start().await.device().post(QUERY, json!({})).await;
    let expected = json!({
        "passwordMinLength": 8, "passwordMaxLength": 256, "codeLength": 6, "accessTokenSeconds": 14400,
        "refreshTokenSeconds": 2_592_000, "verifyEmailFirst": false
    });
    assert_eq!(reply.json, json!({ "data": { "policy": expected } }));
}

/// Each feature is switched on here by the change that builds it.
#[tokio::test]
async fn policy_reports_features_that_are_switched_off() {
    let query = "{ policy { signup signInProviders { id name } passkeys loginByCode totp mobileVerification \
        terms { version url } deletionGraceDays mfa emailChange accountDeletion dataExport liveChanges } }";
    let reply = Service::start().await.device().post(query, json!({})).await;
    let expected = json!({
        "signup": "OPEN", "signInProviders": [], "passkeys": false, "loginByCode": false, "totp": false,
        "mobileVerification": false, "terms": null, "deletionGraceDays": 14, "mfa": "OFF", "emailChange": true,
        "accountDeletion": true, "dataExport": true, "liveChanges": false
    });
    assert_eq!(reply.json, json!({ "data": { "policy": expected } }));
}

#[tokio::test]
async fn policy_reports_settings_that_the_service_enforces() {
    let service = Service::with(&[
        ("LATCHKEY_PASSWORD_MIN_LENGTH", "30"),
        ("LATCHKEY_ACCESS_TOKEN_SECONDS", "60"),
        ("LATCHKEY_REFRESH_TOKEN_SECONDS", "120"),
        ("LATCHKEY_VERIFY_EMAIL_FIRST", "true"),
    ])
    .await;
    let policy = service.device().post(QUERY, json!({})).await.json["data"]["policy"].clone();
    assert_eq!(policy["passwordMinLength"], 30);
    assert_eq!(policy["accessTokenSeconds"], 60);
    assert_eq!(policy["refreshTokenSeconds"], 120);
    assert_eq!(policy["verifyEmailFirst"], true);
    let answer = service.device().sign_up("ada@x.test").await;
    assert_eq!(answer["fields"][0]["code"], "TOO_SHORT");
    assert!(
        answer["fields"][0]["message"]
            .as_str()
            .unwrap()
            .contains("30"),
        "{answer}"
    );
}

#[tokio::test]
async fn policy_is_public_and_needs_no_store() {
    let service = Service::start().await;
    service.store.fail(Failure::Unavailable);
    for device in [service.device(), service.device().with_bearer("garbage")] {
        let reply = device.post("{ policy { codeLength } }", json!({})).await;
        assert_eq!(
            reply.json,
            json!({ "data": { "policy": { "codeLength": 6 } } })
        );
    }
}
