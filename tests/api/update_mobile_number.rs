//! `updateMobileNumber`: sets, changes or removes the user's mobile number.

use serde_json::{Value, json};

use crate::support::{Device, Service, invalid_fields, kind};

const NUMBER: &str = "+4915112345678";

async fn update(device: &Device, number: Value) -> Value {
    device
        .mutate("updateMobileNumber", json!({ "mobileNumber": number }))
        .await
}

#[tokio::test]
async fn number_is_set_changed_and_removed() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    for (given, kept, minute) in [
        (json!("+49 (151) 1234-5678"), json!(NUMBER), 1),
        (json!("+447911123456"), json!("+447911123456"), 2),
        (Value::Null, Value::Null, 3),
    ] {
        service.wait(60);
        let answer = update(&device, given).await;
        assert_eq!(kind(&answer), "UserUpdated");
        assert_eq!(answer["user"]["mobileNumber"], kept);
        assert_eq!(
            answer["user"]["updatedAt"],
            format!("2026-11-22T09:3{minute}:00.000Z")
        );
        assert_eq!(device.me().await.as_ref(), Ok(&answer["user"]));
    }
}

#[tokio::test]
async fn same_number_again_changes_nothing() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    update(&device, json!(NUMBER)).await;
    service.wait(60);
    let answer = update(&device, json!("+49 151 12345678")).await;
    assert_eq!(answer["user"]["updatedAt"], "2026-11-22T09:30:00.000Z");
}

#[tokio::test]
async fn number_is_unique_until_it_is_removed() {
    let service = Service::start().await;
    let (ada, _) = service.device().signed_up("ada@x.test").await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    update(&ada, json!(NUMBER)).await;
    assert_eq!(
        kind(&update(&bob, json!(NUMBER)).await),
        "MobileNumberTaken"
    );
    assert_eq!(bob.me().await.unwrap()["mobileNumber"], Value::Null);
    assert_eq!(kind(&update(&bob, Value::Null).await), "UserUpdated");
    update(&ada, Value::Null).await;
    assert_eq!(kind(&update(&bob, json!(NUMBER)).await), "UserUpdated");
    assert_eq!(
        kind(&update(&ada, json!(NUMBER)).await),
        "MobileNumberTaken"
    );
}

#[tokio::test]
async fn malformed_number_is_refused_and_old_one_stays() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    update(&device, json!(NUMBER)).await;
    for (wrong, code) in [
        ("", "REQUIRED"),
        ("015112345678", "MALFORMED"),
        ("+49", "MALFORMED"),
        ("+4915112345678901234", "MALFORMED"),
        ("+49 151 CALL-ME-NOW", "MALFORMED"),
        ("+4915112345678;ext=1", "MALFORMED"),
        ("+4915112345678 x123", "MALFORMED"),
        (&*format!("+49{}", "1".repeat(100)), "MALFORMED"),
    ] {
        let expected = [("mobileNumber".to_owned(), code.to_owned())];
        assert_eq!(
            invalid_fields(&update(&device, json!(wrong)).await),
            expected,
            "{}",
            &wrong[..wrong.len().min(40)]
        );
    }
    assert_eq!(device.me().await.unwrap()["mobileNumber"], NUMBER);
}

#[tokio::test]
async fn omitted_number_is_refused_and_removes_nothing() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    update(&device, json!(NUMBER)).await;
    let answer = device.mutate("updateMobileNumber", json!({})).await;
    assert_eq!(
        invalid_fields(&answer),
        [("mobileNumber".to_owned(), "REQUIRED".to_owned())]
    );
    assert_eq!(device.me().await.unwrap()["mobileNumber"], NUMBER);
}

#[tokio::test]
async fn probing_for_taken_numbers_is_limited() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    for last in 0..10 {
        assert_eq!(
            kind(&update(&device, json!(format!("+491511234567{last}"))).await),
            "UserUpdated",
            "{last}"
        );
    }
    let refused = update(&device, json!("+4915112345680")).await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 3600);
    assert_eq!(device.me().await.unwrap()["mobileNumber"], "+4915112345679");
    service.wait(3600);
    let (device, _) = service.device().logged_in("ada@x.test").await;
    assert_eq!(
        kind(&update(&device, json!("+4915112345680")).await),
        "UserUpdated"
    );
}

#[tokio::test]
async fn update_mobile_number_requires_a_signed_in_user() {
    let service = Service::start().await;
    let input = json!({ "mobileNumber": NUMBER });
    assert_eq!(
        service
            .device()
            .error("updateMobileNumber", input.clone())
            .await,
        "UNAUTHENTICATED"
    );
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.mutate("logout", json!({})).await;
    assert_eq!(
        device.error("updateMobileNumber", input).await,
        "UNAUTHENTICATED"
    );
}
