//! `revokeOtherSessions`: ends every session except the current one.

use serde_json::json;

use crate::support::Service;

const DOCUMENT: &str =
    "mutation { revokeOtherSessions { __typename ... on OtherSessionsRevoked { endedSessions } } }";

#[tokio::test]
async fn all_sessions_except_the_current_one_end() {
    let service = Service::start().await;
    let (first, first_refresh) = service.device().signed_up("ada@x.test").await;
    let (second, _) = service.device().logged_in("ada@x.test").await;
    let (current, current_refresh) = service.device().logged_in("ada@x.test").await;

    let reply = current.post(DOCUMENT, json!({})).await;
    assert_eq!(
        reply.json["data"]["revokeOtherSessions"],
        json!({ "__typename": "OtherSessionsRevoked", "endedSessions": 2 })
    );
    for ended in [&first, &second] {
        assert_eq!(ended.me().await, Err("UNAUTHENTICATED".to_owned()));
    }
    assert_eq!(
        first.refresh(&first_refresh).await["__typename"],
        "InvalidRefreshToken"
    );
    assert_eq!(
        current.me().await.unwrap()["sessions"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        current.refresh(&current_refresh).await["__typename"],
        "Authenticated"
    );

    let reply = service.device().post(DOCUMENT, json!({})).await;
    assert_eq!(
        reply.json["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}
