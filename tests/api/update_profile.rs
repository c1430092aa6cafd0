//! `updateProfile`: change one's name or gender; a field left out stays as it is.

use serde_json::json;

use crate::support::{Service, kind, refused, sign_up_input};

#[tokio::test]
async fn the_fields_that_are_given_change_and_the_others_stay() {
    let service = Service::start().await;
    let mut input = sign_up_input("ada@x.test");
    input["gender"] = json!("FEMALE");
    input["mobileNumber"] = json!("+4915112345678");
    let device = service.device();
    let (device, _) = device.signed_in_by(&device.act("signup", input).await);
    let mut expected = device.me().await.unwrap();
    service.wait(60);
    for (name, given, kept) in [
        ("firstName", " Augusta ", "Augusta"),
        ("lastName", "Zoe\u{308}", "Zo\u{eb}"),
        ("gender", "UNDISCLOSED", "UNDISCLOSED"),
    ] {
        let answer = device.act("updateProfile", json!({ name: given })).await;
        assert_eq!(kind(&answer), "UserUpdated");
        expected[name] = json!(kept);
        expected["updatedAt"] = json!("2026-11-22T09:31:00.000Z");
        assert_eq!(answer["user"], expected, "{name}");
        assert_eq!(device.me().await.as_ref(), Ok(&expected), "{name}");
    }
}

#[tokio::test]
async fn a_change_of_nothing_leaves_the_time_of_the_last_change() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.wait(60);
    for input in [
        json!({}),
        json!({ "firstName": "Ada", "lastName": " Lovelace ", "gender": "UNDISCLOSED" }),
    ] {
        let answer = device.act("updateProfile", input).await;
        assert_eq!(answer["user"]["updatedAt"], "2026-11-22T09:30:00.000Z");
    }
}

#[tokio::test]
async fn every_offending_field_is_named_at_once_and_nothing_is_changed() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let before = device.me().await.unwrap();
    let pair = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let answer = device
        .act(
            "updateProfile",
            json!({ "firstName": " ", "lastName": "a\u{7}", "gender": null }),
        )
        .await;
    let all = [
        pair("firstName", "REQUIRED"),
        pair("lastName", "MALFORMED"),
        pair("gender", "REQUIRED"),
    ];
    assert_eq!(refused(&answer), all);
    let answer = device
        .act(
            "updateProfile",
            json!({ "firstName": "Augusta", "lastName": "x".repeat(101) }),
        )
        .await;
    assert_eq!(refused(&answer), [pair("lastName", "TOO_LONG")]);
    assert_eq!(device.me().await.unwrap(), before);
}

#[tokio::test]
async fn a_name_cannot_be_removed() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let answer = device
        .act("updateProfile", json!({ "firstName": null }))
        .await;
    assert_eq!(
        refused(&answer),
        [("firstName".to_owned(), "REQUIRED".to_owned())]
    );
    assert_eq!(device.me().await.unwrap()["firstName"], "Ada");
}

#[tokio::test]
async fn nothing_but_the_profile_can_be_set() {
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
        ("$set", json!({ "role": "ADMIN" })),
    ] {
        let code = device
            .error("updateProfile", json!({ "firstName": "Eve", name: value }))
            .await;
        assert_eq!(code, "BAD_USER_INPUT", "{name}");
    }
    assert_eq!(device.me().await.unwrap(), before);
}

#[tokio::test]
async fn a_caller_is_needed() {
    let service = Service::start().await;
    assert_eq!(
        service
            .device()
            .error("updateProfile", json!({ "firstName": "Eve" }))
            .await,
        "UNAUTHENTICATED"
    );
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.act("logout", json!({})).await;
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
