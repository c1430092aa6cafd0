//! `User.sessions`: the user's live sessions.

use crate::support::{PASSWORD, Service, kind};

#[tokio::test]
async fn sessions_are_listed_by_last_use() {
    let service = Service::start().await;
    let device = |name: &str| service.device().with_header("user-agent", name);
    let (phone, phone_token) = device("phone").signed_up("ada@x.test").await;
    service.wait(60);
    let (laptop, _) = device("laptop").logged_in("ada@x.test").await;
    let names = |user: &serde_json::Value| -> Vec<(String, bool)> {
        let sessions = user["sessions"].as_array().unwrap().iter();
        sessions
            .map(|it| {
                (
                    it["userAgent"].as_str().unwrap().to_owned(),
                    it["current"] == true,
                )
            })
            .collect()
    };
    let (first, second) = (("laptop".to_owned(), true), ("phone".to_owned(), false));
    assert_eq!(names(&laptop.me().await.unwrap()), [first, second]);
    service.wait(60);
    phone.refresh(&phone_token).await;
    let (first, second) = (("phone".to_owned(), true), ("laptop".to_owned(), false));
    assert_eq!(names(&phone.me().await.unwrap()), [first, second]);
}

#[tokio::test]
async fn session_reports_device_name_and_ip_address() {
    let service = Service::start().await;
    let long = "x".repeat(300);
    let (device, _) = service
        .device()
        .at("::ffff:192.0.2.9")
        .with_header("user-agent", &long)
        .signed_up("ada@x.test")
        .await;
    let session = device.me().await.unwrap()["sessions"][0].clone();
    assert!(session["id"].as_str().unwrap().starts_with("ses_"));
    assert_eq!(session["ipAddress"], "192.0.2.9");
    assert_eq!(session["userAgent"], long[..256]);
    assert_eq!(session["deviceName"], serde_json::Value::Null);
    assert_eq!(session["createdAt"], "2026-11-22T09:30:00.000Z");
    assert_eq!(session["lastUsedAt"], "2026-11-22T09:30:00.000Z");
    assert_eq!(session["expiresAt"], "2026-12-22T09:30:00.000Z");
    let (device, _) = service
        .device()
        .at("2001:db8::1")
        .logged_in("ada@x.test")
        .await;
    let user = device.me().await.unwrap();
    let current = user["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true)
        .unwrap();
    assert_eq!(current["ipAddress"], "2001:db8::1");
    assert_eq!(current["userAgent"], serde_json::Value::Null);
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let (device, _) = service
        .device()
        .with_header("user-agent", firefox)
        .logged_in("ada@x.test")
        .await;
    let user = device.me().await.unwrap();
    let current = user["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true)
        .unwrap();
    assert_eq!(current["deviceName"], "Firefox on Linux");
}

#[tokio::test]
async fn expired_session_is_not_listed() {
    let service = Service::with(&[("LATCHKEY_REFRESH_TOKEN_SECONDS", "14400")]).await;
    service.device().signed_up("ada@x.test").await;
    service.wait(14_000);
    let (device, _) = service.device().logged_in("ada@x.test").await;
    assert_eq!(
        device.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    service.wait(400);
    assert_eq!(
        device.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn fifty_first_login_ends_least_recently_used_session() {
    let service = Service::start().await;
    let (first, first_token) = service.device().signed_up("ada@x.test").await;
    service.wait(1);
    let (second, _) = service.device().logged_in("ada@x.test").await;
    service.wait(1);
    first.refresh(&first_token).await;
    for _ in 2..50 {
        service.wait(1);
        service.device().logged_in("ada@x.test").await;
    }
    assert_eq!(
        second.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    service.wait(1);
    let (last, _) = service.device().logged_in("ada@x.test").await;
    assert_eq!(
        last.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    assert_eq!(second.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert!(first.me().await.is_ok());
}

#[tokio::test]
async fn login_succeeds_past_the_cap_at_one_instant() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    for login in 1..=51 {
        assert_eq!(
            kind(&device.log_in("ada@x.test", PASSWORD).await),
            "Authenticated",
            "login {login}"
        );
    }
}
