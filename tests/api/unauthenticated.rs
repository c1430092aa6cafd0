//! The reason beside UNAUTHENTICATED, by which a client knows whether a refresh can help.

use serde_json::json;

use crate::support::{Device, Service};

async fn reason(device: &Device) -> String {
    let reply = device.post("{ me { id } }", json!({})).await;
    assert_eq!(reply.code(), "UNAUTHENTICATED");
    let extensions = &reply.json["errors"][0]["extensions"];
    extensions["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn unauthenticated_errors_have_the_reason_beside_them() {
    let service = Service::start().await;
    let (expired, _) = service.device().signed_up("ada@x.test").await;
    assert_eq!(reason(&service.device()).await, "MISSING");
    assert_eq!(reason(&expired.with_bearer("x.y.z")).await, "INVALID");
    service.wait(14_400 + 60);
    assert_eq!(reason(&expired).await, "EXPIRED");
    let (ended, _) = service.device().logged_in("ada@x.test").await;
    ended.mutate("logout", json!({})).await;
    assert_eq!(reason(&ended).await, "ENDED");
}

#[tokio::test]
async fn mutations_have_the_reason_as_well() {
    let device = Service::start().await.device();
    let document = "mutation { revokeOtherSessions { __typename } }";
    let reply = device.post(document, json!({})).await;
    let extensions = &reply.json["errors"][0]["extensions"];
    assert_eq!(
        *extensions,
        json!({ "code": "UNAUTHENTICATED", "reason": "MISSING" })
    );
}
