//! One-time values under concurrency: many parallel requests have one winner.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Device, PASSWORD, Service, kind, sign_up_input};

pub const UNLIMITED: (&str, &str) = ("LATCHKEY_LIMITS", "off");
pub const MANY: usize = 200;

/// Runs an operation `MANY` times in parallel.
pub async fn in_parallel(
    device: &Device,
    operation: &'static str,
    input: impl Fn(usize) -> Value,
) -> Vec<Value> {
    let mut requests = JoinSet::new();
    for index in 0..MANY {
        let (device, input) = (device.clone(), input(index));
        requests.spawn(async move { device.mutate(operation, input).await });
    }
    requests.join_all().await
}

/// Counts the answers by their type.
pub fn tally(answers: &[Value]) -> BTreeMap<&str, usize> {
    answers.iter().fold(BTreeMap::new(), |mut tally, answer| {
        *tally.entry(kind(answer)).or_default() += 1;
        tally
    })
}

async fn code_for(service: &Service, operation: &str) -> String {
    service
        .device()
        .mutate(operation, json!({ "email": "ada@x.test" }))
        .await;
    service.code_for("ada@x.test").await
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_signups_with_one_email_have_one_winner() {
    let service = Service::with(&[UNLIMITED]).await;
    let spellings = ["ada@x.test", "ADA@x.test", " ada@X.TEST "];
    let answers = in_parallel(&service.device(), "signup", |index| {
        sign_up_input(spellings[index % 3])
    })
    .await;
    assert_eq!(
        tally(&answers),
        BTreeMap::from([("Authenticated", 1), ("EmailTaken", MANY - 1)])
    );
    let winner = answers
        .iter()
        .find(|answer| kind(answer) == "Authenticated")
        .unwrap();
    let login = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(login["user"]["id"], winner["user"]["id"]);
    assert!(service.device().signed_in_by(winner).0.me().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_signups_with_one_number_have_one_winner() {
    let service = Service::with(&[UNLIMITED]).await;
    let answers = in_parallel(&service.device(), "signup", |index| {
        let mut input = sign_up_input(&format!("user{index}@x.test"));
        input["mobileNumber"] = json!("+4915112345678");
        input
    })
    .await;
    assert_eq!(
        tally(&answers),
        BTreeMap::from([("Authenticated", 1), ("MobileNumberTaken", MANY - 1)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_resets_with_one_code_have_one_winner() {
    let service = Service::with(&[UNLIMITED]).await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "forgotPassword").await;
    let password = |index: usize| format!("the password of request {index}");
    let answers = in_parallel(
        &service.device(),
        "resetPassword",
        |index| json!({ "email": "ada@x.test", "code": code, "newPassword": password(index) }),
    )
    .await;
    assert_eq!(
        tally(&answers),
        BTreeMap::from([("InvalidCode", MANY - 1), ("PasswordReset", 1)])
    );
    let mut right = 0;
    for index in 0..MANY {
        let answer = service
            .device()
            .log_in("ada@x.test", &password(index))
            .await;
        right += usize::from(kind(&answer) == "Authenticated");
    }
    assert_eq!(right, 1);
    let notices = service
        .received_emails()
        .await
        .iter()
        .filter(|it| it.topic == "Your password was reset")
        .count();
    assert_eq!(notices, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_wrong_codes_count_as_five_attempts() {
    let service = Service::with(&[UNLIMITED]).await;
    service.device().sign_up("ada@x.test").await;
    for (operation, spend) in [
        ("forgotPassword", "resetPassword"),
        ("sendVerificationCode", "verifyEmail"),
    ] {
        let code = code_for(&service, operation).await;
        let input = |code: &str| match spend {
            "resetPassword" => {
                json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" })
            }
            _ => json!({ "email": "ada@x.test", "code": code }),
        };
        let answers = in_parallel(&service.device(), spend, |_| input("000000")).await;
        assert_eq!(
            tally(&answers),
            BTreeMap::from([("InvalidCode", MANY)]),
            "{spend}"
        );
        assert_eq!(
            kind(&service.device().mutate(spend, input(&code)).await),
            "InvalidCode",
            "{spend}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_verifications_with_one_code_have_one_winner() {
    let service = Service::with(&[UNLIMITED, ("LATCHKEY_VERIFY_EMAIL_FIRST", "true")]).await;
    let ticket = service.device().sign_up("ada@x.test").await["ticket"].clone();
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": ticket });
    let answers = in_parallel(&service.device(), "verifyEmail", |_| input.clone()).await;
    assert_eq!(
        tally(&answers),
        BTreeMap::from([("Authenticated", 1), ("InvalidCode", MANY - 1)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_refreshes_get_the_same_successor_token() {
    let service = Service::with(&[UNLIMITED]).await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let answers = in_parallel(&device, "refresh", |_| json!({ "refreshToken": token })).await;
    assert_eq!(tally(&answers), BTreeMap::from([("Authenticated", MANY)]));
    let successors: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer["tokens"]["refreshToken"].to_string())
        .collect();
    assert_eq!(successors.len(), 1);
    let (device, successor) = device.signed_in_by(&answers[0]);
    assert_eq!(
        device.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(kind(&device.refresh(&successor).await), "Authenticated");
    assert_eq!(service.received_emails().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_refreshes_without_grace_end_the_session() {
    let service = Service::with(&[UNLIMITED, ("LATCHKEY_REFRESH_GRACE_SECONDS", "0")]).await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let (elsewhere, _) = service.device().logged_in("ada@x.test").await;
    let answers = in_parallel(&device, "refresh", |_| json!({ "refreshToken": token })).await;
    assert_eq!(
        tally(&answers),
        BTreeMap::from([("Authenticated", 1), ("InvalidRefreshToken", MANY - 1)])
    );
    let winner = answers
        .iter()
        .find(|answer| kind(answer) == "Authenticated")
        .unwrap();
    let (device, successor) = device.signed_in_by(winner);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&device.refresh(&successor).await),
        "InvalidRefreshToken"
    );
    assert_eq!(
        elsewhere.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(service.emails_to("ada@x.test").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_code_requests_leave_one_valid_code() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let mut requests = JoinSet::new();
    for index in 0..MANY {
        let device = service.device().at(&format!("198.51.100.{index}"));
        requests.spawn(async move {
            device
                .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
                .await
        });
    }
    assert_eq!(
        tally(&requests.join_all().await),
        BTreeMap::from([("CodeSent", MANY)])
    );
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        service.emails_to("ada@x.test").await,
        1,
        "the newest replaced the others in the outbox"
    );
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    assert_eq!(
        kind(&service.device().mutate("resetPassword", input).await),
        "PasswordReset"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn password_change_ends_concurrent_logins_with_the_old_one() {
    let service = Service::with(&[UNLIMITED]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let mut logins = JoinSet::new();
    for _ in 0..40 {
        let device = service.device();
        logins.spawn(async move { device.log_in("ada@x.test", PASSWORD).await });
    }
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" });
    let changed = device.mutate("changePassword", input).await;
    assert_eq!(kind(&changed), "PasswordChanged");
    for answer in logins.join_all().await {
        assert!(
            ["Authenticated", "InvalidCredentials"].contains(&kind(&answer)),
            "{answer}"
        );
    }
    assert_eq!(
        device.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
