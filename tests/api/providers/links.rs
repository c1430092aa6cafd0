//! Links in a session, and the way back from them.

use serde_json::json;

use super::{link, running, unlink, verified};
use crate::support::{PAGE, PASSWORD, kind};

#[tokio::test]
async fn link_needs_the_same_session_at_both_ends() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    let (eve, _) = service.device().signed_up("eve@x.test").await;
    let (again, _) = service.device().logged_in("ada@x.test").await;
    provider.script().user = json!({ "sub": "7", "email": "private@y.test" });
    for other in [&eve, &again] {
        assert_eq!(
            kind(&link(&owner, &provider, other).await),
            "ChallengeExpired"
        );
    }
    let input = json!({ "provider": "corp", "redirectTo": PAGE, "link": true });
    let code = service
        .device()
        .error("startProviderSignIn", input.clone())
        .await;
    assert_eq!(code, "UNAUTHENTICATED");
    let started = owner.mutate("startProviderSignIn", input).await;
    let finish = owner.provider_input(&provider, &started).await;
    let code = service
        .device()
        .error("finishProviderSignIn", finish.clone())
        .await;
    assert_eq!(code, "UNAUTHENTICATED");
    let linked = owner.mutate("finishProviderSignIn", finish).await;
    assert_eq!(kind(&linked), "IdentityLinked");
    assert_eq!(linked["identity"]["email"], "private@y.test");
    assert_eq!(linked["user"]["email"], "ada@x.test");
    assert_eq!(
        kind(&link(&owner, &provider, &owner).await),
        "IdentityLinked",
        "it is linked already"
    );
    assert_eq!(kind(&link(&eve, &provider, &eve).await), "IdentityTaken");
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(answer["user"]["id"], linked["user"]["id"]);
}

#[tokio::test]
async fn link_needs_a_fresh_session() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    service.wait(601);
    let input = json!({ "provider": "corp", "redirectTo": PAGE, "link": true });
    let answer = owner.mutate("startProviderSignIn", input).await;
    assert_eq!(kind(&answer), "ReauthenticationRequired");
    let proof = json!({ "proof": { "password": PASSWORD } });
    owner.mutate("reauthenticate", proof).await;
    assert_eq!(
        kind(&link(&owner, &provider, &owner).await),
        "IdentityLinked"
    );
    service.wait(601);
    assert_eq!(kind(&unlink(&owner).await), "ReauthenticationRequired");
}

#[tokio::test]
async fn last_way_in_is_not_unlinked() {
    let (provider, service) = running(&[]).await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    let (owner, _) = service.device().signed_in_by(&answer);
    assert_eq!(kind(&unlink(&owner).await), "LastSignInMethod");
    let by_code = provider
        .node(&service, &[("LATCHKEY_LOGIN_BY_CODE", "true")])
        .await;
    let bearer = owner.bearer.clone().unwrap();
    let elsewhere = by_code.device().with_bearer(&bearer);
    let updated = unlink(&elsewhere).await;
    assert_eq!(kind(&updated), "UserUpdated");
    assert_eq!(owner.identities().await, json!([]));
    assert!(owner.me().await.is_ok(), "sessions go on");
    for id in ["x", "idn_00000000000000000000000000000000"] {
        let answer = owner
            .mutate("unlinkIdentity", json!({ "identityId": id }))
            .await;
        assert_eq!(kind(&answer), "IdentityNotFound");
    }
    let required = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(kind(&required), "LinkRequired");
}

#[tokio::test]
async fn identity_is_unlinked_beside_a_password() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    link(&owner, &provider, &owner).await;
    let (eve, _) = service.device().signed_up("eve@x.test").await;
    let id = owner.identities().await[0]["id"].clone();
    let answer = eve
        .mutate("unlinkIdentity", json!({ "identityId": id }))
        .await;
    assert_eq!(kind(&answer), "IdentityNotFound");
    assert_eq!(kind(&unlink(&owner).await), "UserUpdated");
    let topics = service.received_emails().await;
    assert!(
        topics
            .iter()
            .any(|it| it.topic == "A way to log in was removed")
    );
}

#[tokio::test]
async fn user_without_a_password_can_set_one() {
    let (provider, service) = running(&[]).await;
    let answer = service.device().sign_in_at(&provider, "corp").await;
    let (owner, _) = service.device().signed_in_by(&answer);
    let new = json!({ "newPassword": "a brand new password" });
    assert_eq!(
        kind(&owner.mutate("changePassword", new).await),
        "PasswordChanged"
    );
    assert_eq!(kind(&unlink(&owner).await), "UserUpdated");
    let device = service.device();
    let answer = device.log_in("ada@x.test", "a brand new password").await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn change_of_address_that_is_undone_voids_later_links() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    link(&owner, &provider, &owner).await;
    let input = json!({ "newEmail": "new@x.test", "currentPassword": PASSWORD });
    owner.mutate("requestEmailChange", input).await;
    let code = service.code_for("new@x.test").await;
    owner
        .mutate("confirmEmailChange", json!({ "code": code }))
        .await;
    provider.script().user = json!({ "sub": "666" });
    provider.script().userinfo = json!({ "sub": "666" });
    assert_eq!(
        kind(&link(&owner, &provider, &owner).await),
        "IdentityLinked"
    );
    let emails = service.received_emails().await;
    let undo = emails.iter().rev().filter(|it| it.to == "ada@x.test");
    let token = undo
        .flat_map(|it| it.text.lines().map(str::trim))
        .find(|it| it.len() == 43);
    let answer = owner
        .mutate("undoEmailChange", json!({ "token": token.unwrap() }))
        .await;
    assert_eq!(kind(&answer), "EmailChangeUndone");
    let identities = service.account("ada@x.test").await;
    assert_eq!(identities.user().unwrap().identities.len(), 1);
    let stranger = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(stranger["reason"], "ADDRESS_MISSING", "{stranger}");
}
