//! `RefreshInput.attempt`: a client that lost a response gets the same successor again.

use std::time::Duration;

use latchkey::http::Limits;
use serde_json::{Value, json};

use crate::support::{Device, Failure, Service, kind};

const ATTEMPT: &str = "Zm9yIG9uZSBleGNoYW5nZQ-_0123";
const OTHER: &str = "YW5vdGhlciBleGNoYW5nZQ-_0123";

async fn refresh(device: &Device, token: &str, attempt: Option<&str>) -> Value {
    let input = json!({ "refreshToken": token, "attempt": attempt });
    device.mutate("refresh", input).await
}

fn successor(answer: &Value) -> String {
    assert_eq!(kind(answer), "Authenticated", "{answer}");
    let token = answer["tokens"]["refreshToken"].as_str();
    token.unwrap().to_owned()
}

#[tokio::test]
async fn same_attempt_gets_the_same_successor_hours_later() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let next = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
    service.wait(6 * 60 * 60);
    let again = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
    assert_eq!(again, next);
    assert_eq!(kind(&refresh(&device, &next, None).await), "Authenticated");
}

#[tokio::test]
async fn another_attempt_after_the_grace_ends_the_session() {
    for attempt in [Some(OTHER), None] {
        let service = Service::start().await;
        let (device, first) = service.device().signed_up("ada@x.test").await;
        let next = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
        service.wait(11);
        for token in [&first, &next] {
            let answer = refresh(&device, token, attempt).await;
            assert_eq!(kind(&answer), "InvalidRefreshToken", "{attempt:?}");
        }
    }
}

#[tokio::test]
async fn attempt_ends_with_the_use_of_its_successor() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let next = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
    successor(&refresh(&device, &next, Some(OTHER)).await);
    service.wait(11);
    let answer = refresh(&device, &first, Some(ATTEMPT)).await;
    assert_eq!(kind(&answer), "InvalidRefreshToken");
}

#[tokio::test]
async fn second_tab_within_the_grace_may_retry_too() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let next = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
    assert_eq!(
        successor(&refresh(&device, &first, Some(OTHER)).await),
        next
    );
    service.wait(60);
    assert_eq!(
        successor(&refresh(&device, &first, Some(OTHER)).await),
        next
    );
}

/// Five tabs repeat one exchange within the grace; later, four of them are remembered.
#[tokio::test]
async fn four_attempts_of_one_exchange_are_remembered() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let attempts: Vec<_> = (1..6).map(|tab| format!("{ATTEMPT}{tab}")).collect();
    let mut next = String::new();
    for attempt in &attempts {
        next = successor(&refresh(&device, &first, Some(attempt)).await);
    }
    service.wait(60);
    for attempt in &attempts[..4] {
        let again = successor(&refresh(&device, &first, Some(attempt)).await);
        assert_eq!(again, next);
    }
    let answer = refresh(&device, &first, Some(&attempts[4])).await;
    assert_eq!(kind(&answer), "InvalidRefreshToken");
}

/// A retry leaves the session as it is, and cannot outlive it.
#[tokio::test]
async fn retries_do_not_extend_the_session() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let next = successor(&refresh(&device, &first, Some(ATTEMPT)).await);
    let before = service.account("ada@x.test").await;
    let lifetime = before.user().unwrap().sessions[0].expires_at;
    let left = service.clock.now().until(lifetime);
    service.wait(left.as_secs() - 1);
    assert_eq!(
        successor(&refresh(&device, &first, Some(ATTEMPT)).await),
        next
    );
    assert_eq!(
        service.account("ada@x.test").await,
        before,
        "nothing was written"
    );
    service.wait(1);
    let answer = refresh(&device, &first, Some(ATTEMPT)).await;
    assert_eq!(kind(&answer), "InvalidRefreshToken");
}

#[tokio::test]
async fn attempt_has_22_to_128_characters_of_base64url() {
    let service = Service::start().await;
    let (device, mut token) = service.device().signed_up("ada@x.test").await;
    for attempt in [
        "a".repeat(22),
        "_".repeat(128),
        format!("-{}", "9".repeat(30)),
    ] {
        token = successor(&refresh(&device, &token, Some(&attempt)).await);
    }
}

#[tokio::test]
async fn malformed_attempt_is_refused_without_its_value() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    for attempt in [
        "a".repeat(21),
        "a".repeat(129),
        format!("{ATTEMPT}!"),
        format!("{ATTEMPT}="),
        format!("{ATTEMPT}é"),
    ] {
        let input = json!({ "refreshToken": first, "attempt": attempt });
        let query = "mutation($input: RefreshInput!) { refresh(input: $input) { __typename } }";
        let reply = device.post(query, json!({ "input": input })).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.json);
        assert!(!reply.json.to_string().contains(&attempt));
    }
    assert_eq!(kind(&refresh(&device, &first, None).await), "Authenticated");
}

#[tokio::test]
async fn refresh_whose_acknowledgement_was_lost_may_be_repeated() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Unacknowledged);
    let query = "mutation($input: RefreshInput!) { refresh(input: $input) { __typename } }";
    let input = json!({ "input": { "refreshToken": first } });
    let reply = device.post(query, input).await;
    assert_eq!(reply.code(), "OVERLOADED");
    assert_eq!(reply.json["errors"][0]["extensions"]["outcome"], "UNKNOWN");
    service.store.recover();
    service.wait(9 * 60);
    let next = successor(&refresh(&device, &first, None).await);
    successor(&refresh(&device, &next, None).await);
    let answer = refresh(&device, &first, None).await;
    assert_eq!(
        kind(&answer),
        "InvalidRefreshToken",
        "the successor was used"
    );
}

#[tokio::test]
async fn unacknowledged_refresh_may_be_repeated_for_ten_minutes() {
    for (seconds, expected) in [(599, "Authenticated"), (600, "InvalidRefreshToken")] {
        let service = Service::start().await;
        let (device, first) = service.device().signed_up("ada@x.test").await;
        service.store.fail(Failure::Unacknowledged);
        let query = "mutation($input: RefreshInput!) { refresh(input: $input) { __typename } }";
        let input = json!({ "input": { "refreshToken": first } });
        assert_eq!(device.post(query, input).await.code(), "OVERLOADED");
        service.store.recover();
        service.wait(seconds);
        let answer = refresh(&device, &first, None).await;
        assert_eq!(kind(&answer), expected, "after {seconds} s");
    }
}

/// Another node knows nothing of the answer: there only an attempt helps.
#[tokio::test]
async fn only_the_node_that_answered_overloaded_remembers_it() {
    for (attempt, expected) in [
        (None, "InvalidRefreshToken"),
        (Some(ATTEMPT), "Authenticated"),
    ] {
        let service = Service::start().await;
        let (device, first) = service.device().signed_up("ada@x.test").await;
        service.store.fail(Failure::Unacknowledged);
        let query = "mutation($input: RefreshInput!) { refresh(input: $input) { __typename } }";
        let input = json!({ "input": { "refreshToken": first, "attempt": attempt } });
        assert_eq!(device.post(query, input).await.code(), "OVERLOADED");
        service.wait(60);
        let other = service.node(&[]).await.device();
        assert_eq!(kind(&refresh(&other, &first, attempt).await), expected);
    }
}

/// The client is answered while the exchange still waits for the store.
#[tokio::test]
async fn refresh_that_took_too_long_may_be_repeated() {
    let answer = Duration::from_millis(200);
    let limits = Limits {
        answer,
        ..Limits::DEFAULT
    };
    let service = Service::start().await.within(limits).await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Stalled);
    let query = "mutation($input: RefreshInput!) { refresh(input: $input) { __typename } }";
    let input = json!({ "input": { "refreshToken": first } });
    let reply = device.post(query, input).await;
    assert_eq!(reply.code(), "OVERLOADED");
    service.wait(9 * 60);
    let next = successor(&refresh(&device, &first, None).await);
    service.store.recover();
    successor(&refresh(&device, &next, None).await);
}

#[tokio::test]
async fn refused_writes_are_reported_as_not_done() {
    for failure in [Failure::Unreachable, Failure::Newer] {
        let service = Service::start().await;
        let (device, first) = service.device().signed_up("ada@x.test").await;
        service.store.fail_after(0, failure);
        let query = "mutation { revokeOtherSessions { __typename } }";
        let reply = device.post(query, json!({})).await;
        assert_eq!(reply.code(), "OVERLOADED", "{failure:?}");
        let outcome = &reply.json["errors"][0]["extensions"]["outcome"];
        assert_eq!(outcome, "NOT_DONE", "{failure:?}");
        service.store.recover();
        assert_eq!(kind(&refresh(&device, &first, None).await), "Authenticated");
    }
}
