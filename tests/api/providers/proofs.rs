//! `LinkRequired` and `linkIdentity`: the proof that an account is the user's.

use latchkey::accounts::{DeleteUserOutcome, DeletionTime};
use serde_json::json;

use super::{OPTIONAL, link, link_required, prove, running, send_code, verified};
use crate::races::UNLIMITED;
use crate::support::{PASSWORD, document, kind, sign_up_input};

#[tokio::test]
async fn account_of_the_address_is_linked_by_password() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    assert_eq!(required["methods"], json!(["PASSWORD", "EMAIL_CODE"]));
    assert_eq!(owner.identities().await, json!([]));
    for wrong in [
        json!({ "password": "wrong" }),
        json!({ "emailCode": "000000" }),
        json!({ "totp": "000000" }),
    ] {
        assert_eq!(
            kind(&prove(&device, &required, wrong).await),
            "InvalidProof"
        );
    }
    let right = json!({ "password": PASSWORD });
    let answer = prove(&device, &required, right.clone()).await;
    assert_eq!(answer["user"]["id"], owner.me().await.unwrap()["id"]);
    assert_eq!(owner.identities().await[0]["email"], "ada@x.test");
    assert_eq!(
        kind(&prove(&device, &required, right).await),
        "ChallengeExpired"
    );
    let again = device.sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&again), "Authenticated");
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
    let topics = service.received_emails().await;
    assert!(
        topics
            .iter()
            .any(|it| it.topic == "A way to log in was added")
    );
}

#[tokio::test]
async fn account_of_the_address_is_linked_by_code() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    let device = service.device();
    let first = link_required(&device, &provider, "corp").await;
    let second = link_required(&device, &provider, "corp").await;
    assert_eq!(kind(&send_code(&device, &first).await), "CodeSent");
    let code = service.code_for("ada@x.test").await;
    let proof = json!({ "emailCode": code });
    let other = prove(&device, &second, proof.clone()).await;
    assert_eq!(kind(&other), "InvalidProof", "a code is for its own ticket");
    let answer = prove(&device, &first, proof.clone()).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(
        kind(&prove(&device, &first, proof).await),
        "ChallengeExpired"
    );
    assert_eq!(owner.identities().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ticket_allows_five_tries_and_ten_minutes() {
    let (provider, service) = running(&[UNLIMITED]).await;
    verified(&service).await;
    let device = service.device();
    let tried = link_required(&device, &provider, "corp").await;
    let late = link_required(&device, &provider, "corp").await;
    for _ in 0..5 {
        let wrong = json!({ "password": "wrong" });
        assert_eq!(kind(&prove(&device, &tried, wrong).await), "InvalidProof");
    }
    let right = json!({ "password": PASSWORD });
    assert_eq!(
        kind(&prove(&device, &tried, right.clone()).await),
        "ChallengeExpired"
    );
    service.wait(600);
    assert_eq!(
        kind(&prove(&device, &late, right).await),
        "ChallengeExpired"
    );
    assert_eq!(kind(&send_code(&device, &late).await), "ChallengeExpired");
}

#[tokio::test]
async fn guesses_are_limited_beyond_tickets() {
    let (provider, service) = running(&[]).await;
    verified(&service).await;
    let mut kinds = Vec::new();
    for number in 0..25 {
        let device = service.device().at(&format!("198.51.100.{number}"));
        let required = link_required(&device, &provider, "other").await;
        let answer = prove(&device, &required, json!({ "emailCode": "000000" })).await;
        kinds.push(kind(&answer).to_owned());
    }
    assert_eq!(kinds.iter().filter(|it| *it == "InvalidProof").count(), 20);
    assert_eq!(
        kinds.iter().filter(|it| *it == "TooManyAttempts").count(),
        5
    );
}

#[tokio::test]
async fn account_with_a_second_factor_is_proven_by_it() {
    let (provider, service) = running(&[OPTIONAL]).await;
    let owner = verified(&service).await;
    let (app, codes) = owner.with_authenticator().await;
    service.wait(30);
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    assert_eq!(required["methods"], json!(["TOTP", "RECOVERY_CODE"]));
    assert_eq!(kind(&send_code(&device, &required).await), "NotAvailable");
    for weak in [
        json!({ "password": PASSWORD }),
        json!({ "emailCode": "000000" }),
        json!({ "totp": app.wrong_code() }),
    ] {
        assert_eq!(kind(&prove(&device, &required, weak).await), "InvalidProof");
    }
    let answer = prove(&device, &required, json!({ "totp": app.code() })).await;
    let (signed_in, _) = device.signed_in_by(&answer);
    let sessions = signed_in.me().await.unwrap()["sessions"].clone();
    let methods = sessions.as_array().unwrap().iter().map(|it| &it["methods"]);
    assert!(
        methods
            .into_iter()
            .any(|it| *it == json!(["PROVIDER", "TOTP"]))
    );
    let asked = device.sign_in_at(&provider, "corp").await;
    let answer = device
        .complete(&asked, json!({ "recoveryCode": codes[0] }))
        .await;
    assert_eq!(
        kind(&answer),
        "Authenticated",
        "the factor is asked for each time"
    );
}

#[tokio::test]
async fn mailbox_alone_links_nothing_beside_a_factor() {
    let (provider, service) = running(&[OPTIONAL]).await;
    let owner = verified(&service).await;
    let (app, _) = owner.with_authenticator().await;
    service.wait(30);
    let device = service.device();
    let required = link_required(&device, &provider, "other").await;
    assert_eq!(required["methods"], json!(["EMAIL_CODE"]));
    send_code(&device, &required).await;
    let code = service.code_for("ada@x.test").await;
    let asked = prove(&device, &required, json!({ "emailCode": code })).await;
    assert_eq!(kind(&asked), "MfaRequired");
    assert_eq!(owner.identities().await, json!([]), "not before the factor");
    let answer = device.complete(&asked, json!({ "totp": app.code() })).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(owner.identities().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn first_proof_voids_what_a_stranger_set_up() {
    for id in ["corp", "other"] {
        let (provider, service) = running(&[OPTIONAL]).await;
        let (stranger, _) = service.device().signed_up("ada@x.test").await;
        stranger.with_authenticator().await;
        let own = provider.script().user.clone();
        provider.script().user = json!({ "sub": "666", "email": "eve@x.test" });
        assert_eq!(
            kind(&link(&stranger, &provider, &stranger).await),
            "IdentityLinked"
        );
        provider.script().user = own;
        let device = service.device().at("198.51.100.1");
        let mut answer = device.sign_in_at(&provider, id).await;
        if id == "other" {
            send_code(&device, &answer).await;
            let code = service.code_for("ada@x.test").await;
            answer = prove(&device, &answer, json!({ "emailCode": code })).await;
        }
        let (owner, _) = device.signed_in_by(&answer);
        assert_eq!(stranger.me().await, Err("UNAUTHENTICATED".to_owned()));
        let user = owner.me().await.unwrap();
        assert_eq!(
            (&user["emailVerified"], &user["hasPassword"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(owner.mfa().await["totp"], false);
        assert_eq!(owner.identities().await.as_array().unwrap().len(), 1);
        provider.script().user =
            json!({ "sub": "666", "email": "eve@x.test", "email_verified": true });
        let stranger = stranger.sign_in_at(&provider, "corp").await;
        assert_ne!(stranger["user"]["id"], user["id"], "{id}");
        let topics = service.received_emails().await;
        assert!(
            topics
                .iter()
                .any(|it| it.to == "ada@x.test" && it.topic.contains("address")),
            "{topics:?}"
        );
    }
}

#[tokio::test]
async fn known_device_keeps_what_its_user_set_up() {
    let (provider, service) = running(&[]).await;
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    let device = service
        .device()
        .with_header("origin", "http://127.0.0.1:4000");
    let reply = device
        .post(&document("signup"), json!({ "input": input }))
        .await;
    let cookies = reply.headers.get_all("set-cookie").iter();
    let cookie = cookies
        .map(|it| it.to_str().unwrap().split(';').next().unwrap())
        .find(|it| it.starts_with("latchkey_device"))
        .unwrap();
    let known = device.with_header("cookie", cookie);
    let started = device.start_provider("corp").await;
    let input = device.provider_input(&provider, &started).await;
    let required = known.mutate("finishProviderSignIn", input).await;
    assert_eq!(kind(&required), "LinkRequired");
    let answer = prove(&known, &required, json!({ "password": PASSWORD })).await;
    let (signed_in, _) = device.signed_in_by(&answer);
    let user = signed_in.me().await.unwrap();
    assert_eq!(
        (&user["emailVerified"], &user["hasPassword"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(user["sessions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn ticket_confirms_the_account_that_it_names() {
    let (provider, service) = running(&[]).await;
    verified(&service).await;
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    let other = json!({ "password": "the password of another account" });
    assert_eq!(
        kind(&prove(&device, &required, other).await),
        "InvalidProof"
    );
    let accounts = &service.app.accounts;
    let deleted = accounts.delete_user("ada@x.test", DeletionTime::Now).await;
    assert!(matches!(deleted, Ok(DeleteUserOutcome::Deleted)));
    service.device().signed_up("ada@x.test").await;
    let right = json!({ "password": PASSWORD });
    assert_eq!(
        kind(&prove(&device, &required, right).await),
        "ChallengeExpired"
    );
}

#[tokio::test]
async fn untrusted_address_reveals_no_account() {
    let (provider, service) = running(&[]).await;
    verified(&service).await;
    let device = service.device();
    let mut answers = Vec::new();
    for email in ["ada@x.test", "stranger@x.test"] {
        provider.script().user = json!({ "sub": email, "email": email });
        let mut required = device.sign_in_at(&provider, "other").await;
        let sent = send_code(&device, &required).await;
        let wrong = prove(&device, &required, json!({ "emailCode": "000000" })).await;
        assert_eq!(required["email"].take(), email);
        required["ticket"].take();
        answers.push((required, kind(&sent).to_owned(), kind(&wrong).to_owned()));
    }
    assert_eq!(answers[0], answers[1]);
}
