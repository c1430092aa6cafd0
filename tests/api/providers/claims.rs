//! The claims of providers as they are seen in practice.

use serde_json::{Value, json};

use super::{outcome, running};
use crate::support::{Provider, kind};

/// Signs in at the trusted provider with claims that replace the ID token's.
async fn with_claims(claims: Value) -> String {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    provider.script().id_token = claims;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    outcome(&answer).to_owned()
}

#[tokio::test]
async fn address_may_come_from_userinfo_alone() {
    let (provider, service) = running(&[]).await;
    {
        let mut script = provider.script();
        script.id_token = json!({ "email": null, "email_verified": null, "family_name": null });
        script.userinfo = json!({
            "sub": "1", "email": "info@x.test", "email_verified": true, "family_name": "King",
        });
    }
    let answer = service.device().sign_in_at(&provider, "corp").await;
    let user = &answer["user"];
    assert_eq!(
        (&user["email"], &user["emailVerified"], &user["lastName"]),
        (&json!("info@x.test"), &json!(true), &json!("King"))
    );
    assert_eq!(provider.script().requests["/corp/userinfo"], 1);
}

#[tokio::test]
async fn userinfo_about_another_account_is_refused() {
    for info in [
        json!({ "sub": "2", "email": "eve@x.test" }),
        json!({}),
        json!([]),
        json!("x"),
    ] {
        let (provider, service) = running(&[]).await;
        provider.script().id_token = json!({ "email": null });
        provider.script().userinfo = info;
        let answer = service.device().sign_in_at(&provider, "corp").await;
        assert_eq!(outcome(&answer), "INVALID_ANSWER");
    }
}

#[tokio::test]
async fn verification_is_never_mixed_from_two_answers() {
    let (provider, service) = running(&[]).await;
    provider.script().id_token = json!({ "email": null, "email_verified": true });
    provider.script().userinfo = json!({ "sub": "1", "email": "victim@x.test" });
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&answer), "LinkRequired", "the address is to be proven");
}

#[tokio::test]
async fn address_is_verified_by_the_boolean_alone() {
    for (claim, expected) in [
        (json!(true), "Authenticated"),
        (json!(false), "LinkRequired"),
        (json!("true"), "LinkRequired"),
        (json!(1), "LinkRequired"),
        (Value::Null, "LinkRequired"),
    ] {
        let answer = with_claims(json!({ "email_verified": claim })).await;
        assert_eq!(answer, expected, "{claim}");
    }
    let (provider, service) = running(&[]).await;
    let answer = service.device().sign_in_at(&provider, "other").await;
    assert_eq!(kind(&answer), "LinkRequired", "the provider is not trusted");
    assert_eq!(answer["methods"], json!(["EMAIL_CODE"]));
}

#[tokio::test]
async fn profile_without_an_address_opens_no_account() {
    for email in [Value::Null, json!(7), json!("not an address"), json!("")] {
        let (provider, service) = running(&[]).await;
        provider.script().id_token = json!({ "email": email });
        provider.script().userinfo = json!({ "sub": "1" });
        let answer = service.device().sign_in_at(&provider, "corp").await;
        assert_eq!(outcome(&answer), "ADDRESS_MISSING", "{email}");
    }
}

#[tokio::test]
async fn claims_of_odd_types_lose_nothing_else() {
    let claims = json!({
        "amr": "pwd", "address": "a street", "updated_at": "yesterday", "auth_time": "1", "acr": 0,
        "given_name": 7, "locale": {}, "picture": [], "aud": ["us"],
    });
    assert_eq!(with_claims(claims).await, "Authenticated");
}

#[tokio::test]
async fn token_for_another_party_or_sign_in_is_refused() {
    for claims in [
        json!({ "iss": "https://evil.test" }),
        json!({ "iss": null }),
        json!({ "aud": "them" }),
        json!({ "aud": ["us", "them"] }),
        json!({ "azp": "them" }),
        json!({ "nonce": "x" }),
        json!({ "nonce": null }),
        json!({ "sub": null }),
        json!({ "sub": 1 }),
        json!({ "sub": "" }),
        json!({ "exp": 1 }),
    ] {
        let answer = with_claims(claims.clone()).await;
        assert_eq!(answer, "INVALID_ANSWER", "{claims}");
    }
}

#[tokio::test]
async fn clocks_may_be_half_a_minute_off() {
    for seconds in [-30, 30] {
        let (provider, service) = running(&[]).await;
        let now = service.clock.now().seconds();
        provider.script().id_token =
            json!({ "iat": now + seconds, "nbf": now + seconds, "exp": now + seconds + 20 });
        let answer = service.device().sign_in_at(&provider, "corp").await;
        assert_eq!(outcome(&answer), "Authenticated", "{seconds}");
    }
}
