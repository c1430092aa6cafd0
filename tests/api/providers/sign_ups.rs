//! Sign-ups at providers, and the users who come back.

use latchkey::accounts::{DeleteUserOutcome, DeletionTime};
use serde_json::{Value, json};

use super::{link_required, prove, running, send_code};
use crate::support::{PAGE, Provider, invalid_fields, kind};

#[tokio::test]
async fn new_user_gets_an_account_as_described() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    let (signed_in, _) = service.device().signed_in_by(&answer);
    let user = signed_in.me().await.unwrap();
    let expected = json!({
        "email": "ada@x.test", "emailVerified": true, "firstName": "Ada", "lastName": "Lovelace",
        "hasPassword": false, "gender": "UNDISCLOSED", "role": "USER",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&user[name], value, "{name}");
    }
    assert_eq!(user["passwordChangedAt"], user["createdAt"]);
    assert_eq!(user["sessions"][0]["methods"], json!(["PROVIDER"]));
    let identity = signed_in.identities().await[0].clone();
    assert_eq!(
        identity["provider"],
        json!({ "id": "corp", "name": "Example Corp" })
    );
    assert_eq!(
        (&identity["email"], &identity["linkedAt"]),
        (&json!("ada@x.test"), &user["createdAt"])
    );
    let account = service.account("ada@x.test").await;
    let locale = account.user().unwrap().locale.clone().unwrap();
    assert_eq!(locale.as_str(), "de");
    let node = json!({ "id": identity["id"] });
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    let reply = signed_in.post(query, node.clone()).await;
    assert_eq!(reply.json["data"]["node"]["__typename"], "Identity");
    let reply = service
        .device()
        .signed_up("eve@x.test")
        .await
        .0
        .post(query, node)
        .await;
    assert_eq!(reply.json["data"]["node"], Value::Null);
}

#[tokio::test]
async fn user_is_known_by_the_subject_whatever_the_address() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let first = service.device().sign_in_at(&provider, "corp").await;
    provider.script().user = json!({ "sub": "1", "email": "new@x.test" });
    let again = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(again["user"]["id"], first["user"]["id"]);
    assert_eq!(again["user"]["email"], "ada@x.test");
    provider.script().user = json!({ "sub": "1" });
    provider.script().userinfo = json!({ "sub": "1" });
    let without = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(
        without["user"]["id"], first["user"]["id"],
        "no address is needed"
    );
    provider.script().user = json!({ "sub": "2", "email": "bob@x.test", "email_verified": true });
    let other = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&other), "Authenticated");
    assert_ne!(other["user"]["id"], first["user"]["id"]);
    assert_eq!(
        (&other["user"]["firstName"], &other["user"]["lastName"]),
        (&json!(""), &json!(""))
    );
}

#[tokio::test]
async fn untrusted_address_signs_up_by_an_emailed_code() {
    for settings in [&[][..], &[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")]] {
        let (provider, service) = running(settings).await;
        let device = service.device();
        let required = link_required(&device, &provider, "other").await;
        assert_eq!(required["methods"], json!(["EMAIL_CODE"]));
        let sent = send_code(&device, &required).await;
        assert_eq!(
            (kind(&sent), &sent["email"]),
            ("CodeSent", &json!("ada@x.test"))
        );
        let emails = service.received_emails().await;
        assert_eq!(emails.last().unwrap().topic, "Complete your sign-up");
        let code = service.code_for("ada@x.test").await;
        let proof = json!({ "emailCode": code });
        let answer = prove(&device, &required, proof.clone()).await;
        let (signed_in, _) = device.signed_in_by(&answer);
        let user = signed_in.me().await.unwrap();
        assert_eq!(
            (&user["emailVerified"], &user["firstName"]),
            (&json!(true), &json!("Ada"))
        );
        assert_eq!(signed_in.identities().await[0]["provider"]["id"], "other");
        assert_eq!(
            kind(&prove(&device, &required, proof).await),
            "ChallengeExpired"
        );
        let again = device.sign_in_at(&provider, "other").await;
        assert_eq!(again["user"]["id"], user["id"]);
    }
}

#[tokio::test]
async fn closed_sign_up_answers_alike_and_sends_nothing() {
    let (provider, service) = running(&[("LATCHKEY_SIGNUP", "closed")]).await;
    let device = service.device();
    let required = link_required(&device, &provider, "other").await;
    assert_eq!(kind(&send_code(&device, &required).await), "CodeSent");
    assert!(service.received_emails().await.is_empty());
    let trusted = device.sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&trusted), "NotAvailable");
    let open = provider.node(&service, &[]).await;
    let user = open.device().sign_in_at(&provider, "corp").await;
    let again = device.sign_in_at(&provider, "corp").await;
    assert_eq!(
        again["user"]["id"], user["user"]["id"],
        "users that exist sign in"
    );
}

#[tokio::test]
async fn rules_for_sign_ups_hold_at_providers() {
    let (provider, service) = running(&[("LATCHKEY_SIGNUP", "domains:y.test")]).await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&answer), "NotAvailable");
    provider.script().user["email"] = json!("ada@y.test");
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&answer), "Authenticated");
    let terms = [
        ("LATCHKEY_TERMS_VERSION", "2"),
        ("LATCHKEY_TERMS_URL", "https://example.org/terms"),
    ];
    let service = provider.service(&terms).await;
    let device = service.device();
    assert_eq!(
        kind(&device.sign_in_at(&provider, "corp").await),
        "NotAvailable"
    );
    let mut input = json!({
        "provider": "corp", "redirectTo": PAGE, "acceptedTermsVersion": "1",
    });
    let refused = device.mutate("startProviderSignIn", input.clone()).await;
    let expected = [("acceptedTermsVersion".to_owned(), "NOT_ALLOWED".to_owned())];
    assert_eq!(invalid_fields(&refused), expected);
    input["acceptedTermsVersion"] = json!("2");
    let started = device.mutate("startProviderSignIn", input).await;
    let input = device.provider_input(&provider, &started).await;
    let answer = device.mutate("finishProviderSignIn", input).await;
    assert_eq!(kind(&answer), "Authenticated");
    let account = service.account("ada@y.test").await;
    let accepted = account.user().unwrap().accepted_terms.clone().unwrap();
    assert_eq!(accepted.version, "2");
    assert_eq!(
        kind(&device.sign_in_at(&provider, "corp").await),
        "Authenticated"
    );
}

#[tokio::test]
async fn waiting_sign_up_gives_way_to_proven_address() {
    let (provider, service) = running(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")]).await;
    let accepted = service.device().sign_up("ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&answer), "Authenticated");
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": accepted["ticket"] });
    let answer = service.device().mutate("verifyEmail", input).await;
    assert_eq!(kind(&answer), "InvalidCode");
}

#[tokio::test]
async fn suspended_and_leaving_users_do_not_get_in() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    device.sign_in_at(&provider, "corp").await;
    service.delete_later("ada@x.test").await;
    let answer = device.sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&answer), "DeletionPending");
    service.app.accounts.suspend("ada@x.test").await.unwrap();
    assert_eq!(
        kind(&device.sign_in_at(&provider, "corp").await),
        "NotAvailable"
    );
    provider.script().user["sub"] = json!("2");
    assert_eq!(
        kind(&device.sign_in_at(&provider, "corp").await),
        "NotAvailable"
    );
}

#[tokio::test]
async fn export_of_data_names_the_linked_account() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    let (owner, _) = service.device().signed_in_by(&answer);
    let query = "mutation { exportMyData { ... on DataExport { json } } }";
    let reply = owner.post(query, json!({})).await;
    let json = reply.json["data"]["exportMyData"]["json"].as_str().unwrap();
    let data: Value = serde_json::from_str(json).unwrap();
    let identity = &data["identities"][0];
    assert_eq!(identity["subject"], "1");
    assert_eq!(identity["issuer"], format!("{}/corp", provider.url));
    assert_eq!(data["password"]["isSet"], false);
}

#[tokio::test]
async fn identity_of_a_deleted_user_opens_a_new_account() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    let first = device.sign_in_at(&provider, "corp").await;
    let (signed_in, _) = device.signed_in_by(&first);
    let accounts = &service.app.accounts;
    let deleted = accounts.delete_user("ada@x.test", DeletionTime::Now).await;
    assert!(matches!(deleted, Ok(DeleteUserOutcome::Deleted)));
    assert_eq!(signed_in.me().await, Err("UNAUTHENTICATED".to_owned()));
    let second = device.sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&second), "Authenticated");
    assert_ne!(second["user"]["id"], first["user"]["id"]);
}
