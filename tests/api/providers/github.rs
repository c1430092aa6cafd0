//! GitHub, which has no ID token.

use serde_json::{Value, json};

use super::{outcome, running};

#[tokio::test]
async fn github_signs_in_by_its_id_and_primary_address() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    let visit = device.visit(&device.start_provider("github").await).await;
    assert_eq!(visit.parameter("scope"), "read:user user:email");
    let answer = device.sign_in_at(&provider, "github").await;
    let (signed_in, _) = device.signed_in_by(&answer);
    let user = signed_in.me().await.unwrap();
    assert_eq!(
        (&user["email"], &user["firstName"], &user["lastName"]),
        (&json!("ada@x.test"), &json!("Ada"), &json!(""))
    );
    provider.script().emails = Value::Null;
    let again = device.sign_in_at(&provider, "github").await;
    assert_eq!(again["user"]["id"], user["id"], "by the id alone");
}

#[tokio::test]
async fn github_without_a_verified_address_asks_for_a_proof() {
    for (emails, expected) in [
        (
            json!([{ "email": "ada@x.test", "primary": true, "verified": false }]),
            "LinkRequired",
        ),
        (
            json!([{ "email": "ada@x.test", "primary": true, "verified": "true" }]),
            "LinkRequired",
        ),
        (json!([]), "ADDRESS_MISSING"),
        (Value::Null, "ADDRESS_MISSING"),
    ] {
        let (provider, service) = running(&[]).await;
        provider.script().emails = emails;
        let answer = service.device().sign_in_at(&provider, "github").await;
        assert_eq!(outcome(&answer), expected);
    }
}
