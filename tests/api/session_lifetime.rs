//! Session lifetimes: the idle timeout and the absolute lifetime.

use crate::support::{Device, Service, kind};
use latchkey::repository::Repository as _;

const DAY: u64 = 24 * 60 * 60;

/// Refreshes once a day for a number of days and returns the last answer.
async fn refresh_daily(device: &Device, mut token: String, days: u64) -> serde_json::Value {
    let mut answer = serde_json::Value::Null;
    for _ in 0..days {
        device.service.wait(DAY);
        answer = device.refresh(&token).await;
        match answer["tokens"]["refreshToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    answer
}

#[tokio::test]
async fn session_ends_when_not_refreshed_in_time() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    service.wait(30 * DAY - 1);
    let answer = device.refresh(&token).await;
    assert_eq!(kind(&answer), "Authenticated");
    service.wait(30 * DAY);
    let token = answer["tokens"]["refreshToken"].as_str().unwrap();
    assert_eq!(kind(&device.refresh(token).await), "InvalidRefreshToken");
}

#[tokio::test]
async fn session_ends_at_its_absolute_lifetime() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let answer = refresh_daily(&device, token, 89).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(
        answer["tokens"]["refreshTokenExpiresAt"], "2027-02-20T09:30:00.000Z",
        "90 days after the sign-up"
    );
    let token = answer["tokens"]["refreshToken"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        kind(&refresh_daily(&device, token, 1).await),
        "InvalidRefreshToken"
    );
}

#[tokio::test]
async fn me_query_writes_nothing_to_the_store() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let email = latchkey::model::Email::parse("ada@x.test").unwrap();
    let version = async || {
        service
            .store
            .by_email(&email)
            .await
            .unwrap()
            .unwrap()
            .version
    };
    let before = version().await;
    service.wait(60);
    device.me().await.unwrap();
    assert_eq!(version().await, before);
}
