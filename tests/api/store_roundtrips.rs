//! The reads and writes of a request. The documentation states them, so the tests count them.

use serde_json::json;

use crate::support::{PASSWORD, Service, Work, kind};

const fn work(reads: usize, writes: usize) -> Work {
    Work { reads, writes }
}

#[tokio::test]
async fn me_is_one_read_per_request() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.work();
    assert!(device.me().await.is_ok());
    assert_eq!(service.store.work(), work(1, 0));
    device
        .post("{ a: me { id } b: me { sessions { id } } }", json!({}))
        .await;
    assert_eq!(service.store.work(), work(1, 0));
}

#[tokio::test]
async fn foreign_token_costs_no_store_read() {
    let service = Service::start().await;
    let (_, refresh_token) = service.device().signed_up("ada@x.test").await;
    let (foreign, foreign_refresh) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let device = service
        .device()
        .with_bearer(foreign.bearer.as_deref().unwrap());
    service.store.work();
    assert!(device.me().await.is_err());
    assert!(service.device().me().await.is_err());
    for token in [
        "garbage",
        &foreign_refresh,
        &refresh_token[..refresh_token.len() - 2],
    ] {
        assert_eq!(kind(&device.refresh(token).await), "InvalidRefreshToken");
    }
    assert_eq!(service.store.work(), work(0, 0));
}

#[tokio::test]
async fn login_is_one_read_and_one_write() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    service.store.work();
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
    assert_eq!(service.store.work(), work(1, 1));
}

#[tokio::test]
async fn refresh_is_one_read_and_one_write() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    service.store.work();
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
    assert_eq!(service.store.work(), work(1, 1));
    device.refresh(&token).await;
    assert_eq!(service.store.work(), work(1, 0), "the repeated answer");
}

#[tokio::test]
async fn unused_bearer_token_costs_no_store_read() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.work();
    device.post("{ policy { codeLength } }", json!({})).await;
    assert_eq!(service.store.work(), work(0, 0));
}
