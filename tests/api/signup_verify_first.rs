//! `signup` under the verify-first policy: a ticket and an emailed code complete it, and no account
//! is revealed.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, invalid_fields, kind, sign_up_input, snapshot};

pub const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
const UNLIMITED: (&str, &str) = ("LATCHKEY_LIMITS", "off");
pub const OTHER_PASSWORD: &str = "another fine password";

pub async fn strict() -> Service {
    Service::with(&[STRICT, UNLIMITED]).await
}

pub async fn ticket_for(device: &Device, email: &str, password: &str) -> String {
    let mut input = sign_up_input(email);
    input["password"] = json!(password);
    let answer = device.mutate("signup", input).await;
    assert_eq!(kind(&answer), "SignupAccepted", "{answer}");
    answer["ticket"].as_str().unwrap().to_owned()
}

pub async fn complete(device: &Device, email: &str, code: &str, ticket: &str) -> Value {
    device
        .mutate(
            "verifyEmail",
            json!({ "email": email, "code": code, "ticket": ticket }),
        )
        .await
}

#[tokio::test]
async fn ticket_and_emailed_code_complete_the_signup() {
    let service = strict().await;
    let device = service.device();
    let ticket = ticket_for(&device, " Ada@X.test", PASSWORD).await;
    let too_early = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&too_early), "InvalidCredentials");
    service.wait(60);
    let code = service.code_for("ada@x.test").await;
    let answer = complete(&device, "ADA@x.test ", &code, &ticket).await;
    insta::assert_snapshot!(snapshot(&answer), @r"
    __typename: Authenticated
    tokens.accessToken: [access token]
    tokens.expiresIn: 14400
    tokens.refreshToken: [refresh token]
    tokens.refreshTokenExpiresAt: 2026-12-22T09:31:00.000Z
    tokens.tokenType: Bearer
    user.createdAt: 2026-11-22T09:31:00.000Z
    user.email: ada@x.test
    user.emailVerified: true
    user.firstName: Ada
    user.gender: UNDISCLOSED
    user.hasPassword: true
    user.id: [user id]
    user.lastLoginAt: 2026-11-22T09:31:00.000Z
    user.lastName: Lovelace
    user.mobileNumber: null
    user.passwordChangedAt: 2026-11-22T09:31:00.000Z
    user.role: USER
    user.sessions[0].authenticatedAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].createdAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].current: true
    user.sessions[0].deviceName: null
    user.sessions[0].expiresAt: 2026-12-22T09:31:00.000Z
    user.sessions[0].id: [session id]
    user.sessions[0].ipAddress: 192.0.2.1
    user.sessions[0].lastUsedAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].methods[0]: PASSWORD
    user.sessions[0].methods[1]: EMAIL_CODE
    user.sessions[0].userAgent: null
    user.updatedAt: 2026-11-22T09:31:00.000Z
    ");
    assert_eq!(
        device.signed_in_by(&answer).0.me().await.as_ref(),
        Ok(&answer["user"])
    );
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn code_and_ticket_work_only_once() {
    let service = strict().await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    complete(&device, "ada@x.test", &code, &ticket).await;
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn taken_email_looks_free_and_notifies_its_owner() {
    let service = strict().await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    complete(
        &device,
        "ada@x.test",
        &service.code_for("ada@x.test").await,
        &ticket,
    )
    .await;

    let mut input = sign_up_input("ada@x.test");
    input["password"] = json!(OTHER_PASSWORD);
    let known = device.mutate("signup", input).await;
    let unknown = device.sign_up("bob@x.test").await;
    assert_eq!(kind(&known), "SignupAccepted");
    assert_eq!(
        known.as_object().unwrap().keys().collect::<Vec<_>>(),
        unknown.as_object().unwrap().keys().collect::<Vec<_>>()
    );
    let length = |answer: &Value| answer["ticket"].as_str().unwrap().len();
    assert_eq!(length(&known), length(&unknown));

    let messages = service.received_emails().await;
    let message = messages
        .iter()
        .rfind(|message| message.to == "ada@x.test")
        .unwrap();
    assert_eq!(message.topic, "You have an account already");
    assert!(
        !message
            .text
            .lines()
            .any(|line| line.trim().parse::<u32>().is_ok()),
        "{}",
        message.text
    );
    assert_eq!(
        kind(&device.log_in("ada@x.test", OTHER_PASSWORD).await),
        "InvalidCredentials"
    );
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn five_wrong_codes_void_it_until_a_resend() {
    let service = strict().await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    for _ in 0..5 {
        assert_eq!(
            kind(&complete(&device, "ada@x.test", "000000", &ticket).await),
            "InvalidCode"
        );
    }
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "InvalidCode"
    );
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn expired_code_can_be_replaced_by_another() {
    let service = strict().await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    service.wait(600);
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "InvalidCode"
    );
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn pending_signup_is_dropped_after_a_day() {
    const DAY: u64 = 24 * 60 * 60;
    let service = Service::with(&[STRICT, UNLIMITED, ("LATCHKEY_CODE_SECONDS", "3600")]).await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    service.wait(DAY - 60);
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    service.wait(60);
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &ticket).await),
        "InvalidCode"
    );
    let messages = service.emails_to("ada@x.test").await;
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(
        service.emails_to("ada@x.test").await,
        messages,
        "a code that completes nothing was mailed"
    );
}

#[tokio::test]
async fn ten_pending_signups_wait_per_email() {
    let service = strict().await;
    let device = service.device();
    let mut tickets = Vec::new();
    for _ in 0..11 {
        tickets.push(ticket_for(&device, "ada@x.test", PASSWORD).await);
        service.wait(1);
    }
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &tickets[0]).await),
        "InvalidCode"
    );
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &tickets[1]).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn number_taken_meanwhile_is_dropped_on_completion() {
    let service = strict().await;
    let device = service.device();
    let mut tickets = Vec::new();
    for email in ["ada@x.test", "bob@x.test"] {
        let mut input = sign_up_input(email);
        input["mobileNumber"] = json!("+4915112345678");
        let answer = device.mutate("signup", input).await;
        assert_eq!(kind(&answer), "SignupAccepted");
        tickets.push((email, answer["ticket"].as_str().unwrap().to_owned()));
    }
    let mut numbers = Vec::new();
    for (email, ticket) in &tickets {
        let answer = complete(&device, email, &service.code_for(email).await, ticket).await;
        assert_eq!(kind(&answer), "Authenticated", "{email}");
        numbers.push(answer["user"]["mobileNumber"].clone());
    }
    assert_eq!(numbers, [json!("+4915112345678"), Value::Null]);
}

#[tokio::test]
async fn invalid_input_is_refused_before_emailing() {
    let service = strict().await;
    let mut input = sign_up_input("ada@x.test");
    input["firstName"] = json!("");
    let answer = service.device().mutate("signup", input).await;
    assert_eq!(
        invalid_fields(&answer),
        [("firstName".to_owned(), "REQUIRED".to_owned())]
    );
    assert_eq!(service.received_emails().await.len(), 0);
}
