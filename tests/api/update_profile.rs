//! `updateProfile`: changes the user's name or gender; an omitted field stays as it is.

use serde_json::json;

use crate::support::{Service, invalid_fields, kind, sign_up_input};

#[tokio::test]
async fn given_fields_change_and_others_stay() {
    let service = Service::start().await;
    let mut input = sign_up_input("ada@x.test");
    input["gender"] = json!("FEMALE");
    input["mobileNumber"] = json!("+4915112345678");
    let device = service.device();
    let (device, _) = device.signed_in_by(&device.mutate("signup", input).await);
    let mut expected = device.me().await.unwrap();
    service.wait(60);
    for (name, given, kept) in [
        ("firstName", " Augusta ", "Augusta"),
        ("lastName", "Zoe\u{308}", "Zo\u{eb}"),
        ("gender", "UNDISCLOSED", "UNDISCLOSED"),
    ] {
        let answer = device.mutate("updateProfile", json!({ name: given })).await;
        assert_eq!(kind(&answer), "UserUpdated");
        expected[name] = json!(kept);
        expected["updatedAt"] = json!("2026-11-22T09:31:00.000Z");
        assert_eq!(answer["user"], expected, "{name}");
        assert_eq!(device.me().await.as_ref(), Ok(&expected), "{name}");
    }
}

#[tokio::test]
async fn unchanged_profile_keeps_its_update_time() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.wait(60);
    for input in [
        json!({}),
        json!({ "firstName": "Ada", "lastName": " Lovelace ", "gender": "UNDISCLOSED" }),
    ] {
        let answer = device.mutate("updateProfile", input).await;
        assert_eq!(answer["user"]["updatedAt"], "2026-11-22T09:30:00.000Z");
    }
}

#[tokio::test]
async fn every_invalid_field_is_reported_at_once() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let before = device.me().await.unwrap();
    let pair = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let answer = device
        .mutate(
            "updateProfile",
            json!({ "firstName": " ", "lastName": "a\u{7}", "gender": null }),
        )
        .await;
    let all = [
        pair("firstName", "REQUIRED"),
        pair("lastName", "MALFORMED"),
        pair("gender", "REQUIRED"),
    ];
    assert_eq!(invalid_fields(&answer), all);
    let answer = device
        .mutate(
            "updateProfile",
            json!({ "firstName": "Augusta", "lastName": "x".repeat(101) }),
        )
        .await;
    assert_eq!(invalid_fields(&answer), [pair("lastName", "TOO_LONG")]);
    assert_eq!(device.me().await.unwrap(), before);
}

#[tokio::test]
async fn name_cannot_be_set_to_null() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let answer = device
        .mutate("updateProfile", json!({ "firstName": null }))
        .await;
    assert_eq!(
        invalid_fields(&answer),
        [("firstName".to_owned(), "REQUIRED".to_owned())]
    );
    assert_eq!(device.me().await.unwrap()["firstName"], "Ada");
}

#[tokio::test]
async fn only_profile_fields_can_be_set() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let before = device.me().await.unwrap();
    for (name, value) in [
        ("role", json!("ADMIN")),
        ("email", json!("bob@x.test")),
        ("emailVerified", json!(true)),
        ("id", json!("usr_0")),
        ("passwordHash", json!("x")),
        ("profile", json!({ "role": "ADMIN" })),
    ] {
        let code = device
            .error("updateProfile", json!({ "firstName": "Eve", name: value }))
            .await;
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{name}");
    }
    assert_eq!(device.me().await.unwrap(), before);
}

#[tokio::test]
async fn update_profile_requires_a_signed_in_user() {
    let service = Service::start().await;
    assert_eq!(
        service
            .device()
            .error("updateProfile", json!({ "firstName": "Eve" }))
            .await,
        "UNAUTHENTICATED"
    );
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.mutate("logout", json!({})).await;
    assert_eq!(
        device
            .error("updateProfile", json!({ "firstName": "Eve" }))
            .await,
        "UNAUTHENTICATED"
    );
    assert_eq!(
        device.logged_in("ada@x.test").await.0.me().await.unwrap()["firstName"],
        "Ada"
    );
}
