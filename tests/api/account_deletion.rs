//! `requestAccountDeletion` and `cancelAccountDeletion`: an account can be kept until its time has
//! come, and lets its user in only by that.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Device, PASSWORD, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const BY_CODE: (&str, &str) = ("LATCHKEY_LOGIN_BY_CODE", "true");
const REQUEST: &str = "mutation { requestAccountDeletion { __typename ... on DeletionScheduled { deletesAt } \
    ... on ReauthenticationRequired { methods } ... on AccountError { message } } }";

/// Requests the deletion of the account, and returns the answer.
pub async fn request(device: &Device) -> Value {
    let reply = device.post(REQUEST, json!({})).await;
    reply.json["data"]["requestAccountDeletion"].clone()
}

/// Signs up, and requests the deletion of the account.
pub async fn leaving(settings: &[(&str, &str)]) -> (Service, Device, String) {
    let service = Service::with(settings).await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    assert_eq!(kind(&request(&device).await), "DeletionScheduled");
    (service, device, token)
}

pub async fn cancel(device: &Device, ticket: &Value) -> Value {
    device
        .mutate("cancelAccountDeletion", json!({ "ticket": ticket }))
        .await
}

/// Logs in with the password, and returns the ticket.
pub async fn ticket(service: &Service) -> Value {
    let answer = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "DeletionPending", "{answer}");
    answer["ticket"].clone()
}

#[tokio::test]
async fn requested_deletion_ends_every_session_and_notifies() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let before = service.emails_to("ada@x.test").await;
    let answer = request(&device).await;
    assert_eq!(answer["deletesAt"], "2026-12-06T09:30:00.000Z");
    for device in [&device, &other] {
        assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    }
    let refreshed = service.device().refresh(&token).await;
    assert_eq!(kind(&refreshed), "InvalidRefreshToken");
    let emails = service.received_emails().await;
    assert_eq!(service.emails_to("ada@x.test").await, before + 1);
    let email = emails.last().unwrap();
    assert_eq!(email.topic, "Your account is to be deleted");
    assert!(
        email.text.contains("6 December 2026, 09:30 UTC"),
        "{email:?}"
    );
    let again = request(&device).await;
    assert_eq!(again, Value::Null, "the session has ended");
}

#[tokio::test]
async fn deletion_needs_a_recent_proof() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.wait(601);
    let answer = request(&device).await;
    assert_eq!(kind(&answer), "ReauthenticationRequired");
    assert_eq!(answer["methods"], json!(["PASSWORD", "EMAIL_CODE"]));
    let account = service.account("ada@x.test").await;
    assert_eq!(account.user().unwrap().deletes_at, None);
    let proof = json!({ "proof": { "password": PASSWORD } });
    device.mutate("reauthenticate", proof).await;
    assert_eq!(kind(&request(&device).await), "DeletionScheduled");
}

#[tokio::test]
async fn login_with_ticket_keeps_the_account() {
    let (service, _, _) = leaving(&[]).await;
    let ticket = ticket(&service).await;
    let (device, _) = service
        .device()
        .signed_in_by(&cancel(&service.device(), &ticket).await);
    let reply = device.post("{ me { deletesAt } }", json!({})).await;
    assert_eq!(reply.json["data"]["me"]["deletesAt"], Value::Null);
    let emails = service.received_emails().await;
    let topics: Vec<_> = emails.iter().map(|email| email.topic.as_str()).collect();
    assert!(topics.contains(&"Your account is kept"), "{topics:?}");
    let answer = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn ticket_is_good_once_and_for_ten_minutes() {
    let (service, _, _) = leaving(&[]).await;
    let device = service.device();
    let (used, late) = (ticket(&service).await, ticket(&service).await);
    assert_eq!(kind(&cancel(&device, &used).await), "Authenticated");
    assert_eq!(kind(&cancel(&device, &used).await), "ChallengeExpired");
    assert_eq!(
        kind(&cancel(&device, &json!("x")).await),
        "ChallengeExpired"
    );
    let (signed_in, _) = device.logged_in("ada@x.test").await;
    request(&signed_in).await;
    assert_eq!(
        kind(&cancel(&device, &late).await),
        "ChallengeExpired",
        "it was for the deletion before"
    );
    let late = ticket(&service).await;
    service.wait(600);
    assert_eq!(kind(&cancel(&device, &late).await), "ChallengeExpired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticket_that_many_requests_spend_has_one_winner() {
    let (service, _, _) = leaving(&[]).await;
    let ticket = ticket(&service).await;
    let mut requests = JoinSet::new();
    for _ in 0..50 {
        let (device, ticket) = (service.device(), ticket.clone());
        requests.spawn(async move { kind(&cancel(&device, &ticket).await).to_owned() });
    }
    let mut answers = requests.join_all().await;
    answers.sort();
    assert_eq!(answers[0], "Authenticated");
    assert!(answers[1..].iter().all(|it| it == "ChallengeExpired"));
    let account = service.account("ada@x.test").await;
    assert_eq!(account.user().unwrap().sessions.len(), 1);
}

#[tokio::test]
async fn challenge_of_a_second_factor_is_no_ticket() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    let proof = json!({ "proof": { "totp": app.code() } });
    device.mutate("reauthenticate", proof).await;
    service.wait(30);
    assert_eq!(kind(&request(&device).await), "DeletionScheduled");
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&asked), "MfaRequired", "the ticket comes last");
    let answer = cancel(&service.device(), &asked["challenge"]).await;
    assert_eq!(kind(&answer), "ChallengeExpired");
    let proof = json!({ "totp": app.code() });
    let pending = service.device().complete(&asked, proof.clone()).await;
    assert_eq!(kind(&pending), "DeletionPending");
    let again = json!({ "challenge": pending["ticket"], "proof": proof });
    let again = service.device().mutate("completeLogin", again).await;
    assert_eq!(
        kind(&again),
        "ChallengeExpired",
        "the ticket is no challenge"
    );
    let kept = cancel(&service.device(), &pending["ticket"]).await;
    assert_eq!(kind(&kept), "Authenticated");
    let methods = &kept["user"]["sessions"][0]["methods"];
    assert_eq!(methods, &json!(["PASSWORD", "TOTP"]));
}

#[tokio::test]
async fn login_by_code_leads_to_the_ticket_too() {
    let (service, _, _) = leaving(&[BY_CODE]).await;
    let device = service.device();
    let sent = device
        .mutate("startLogin", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": sent["ticket"] });
    let answer = device.mutate("loginWithCode", input).await;
    assert_eq!(kind(&answer), "DeletionPending");
    let kept = cancel(&device, &answer["ticket"]).await;
    assert_eq!(kind(&kept), "Authenticated");
}

#[tokio::test]
async fn reset_password_leaves_the_deletion_and_voids_tickets() {
    let (service, _, _) = leaving(&[]).await;
    let device = service.device();
    let before = ticket(&service).await;
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let new = "a brand new password";
    let input = json!({ "email": "ada@x.test", "code": code, "newPassword": new });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "PasswordReset"
    );
    assert_eq!(kind(&cancel(&device, &before).await), "ChallengeExpired");
    let answer = device.log_in("ada@x.test", new).await;
    assert_eq!(kind(&answer), "DeletionPending");
    let kept = cancel(&device, &answer["ticket"]).await;
    assert_eq!(kind(&kept), "Authenticated");
}

#[tokio::test]
async fn codes_from_before_the_request_are_void() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    request(&device).await;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    let answer = device.mutate("resetPassword", input).await;
    assert_eq!(kind(&answer), "InvalidCode");
}

#[tokio::test]
async fn suspended_user_cannot_cancel_the_deletion() {
    let (service, _, _) = leaving(&[]).await;
    let ticket = ticket(&service).await;
    service.app.accounts.suspend("ada@x.test").await.unwrap();
    assert_eq!(
        kind(&cancel(&service.device(), &ticket).await),
        "ChallengeExpired"
    );
    let account = service.account("ada@x.test").await;
    assert!(account.user().unwrap().deletes_at.is_some());
}
