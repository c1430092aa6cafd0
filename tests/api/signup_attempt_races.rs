//! `SignupInput.attempt` under concurrency: the same sign-up, sent many times at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::races::{MANY, UNLIMITED, in_parallel, tally};
use crate::support::{Service, kind, sign_up_input};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_signups_with_one_attempt_leave_one_session() {
    let service = Service::with(&[UNLIMITED]).await;
    let answers = in_parallel(&service.device(), "signup", |_| {
        let mut input = sign_up_input("ada@x.test");
        input["attempt"] = json!("Zm9yIG9uZSBzaWduLXVw-_0123");
        input["mobileNumber"] = json!("+4915112345678");
        input
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([("Authenticated", MANY)]));
    let ids: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer["user"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    let mut live = 0;
    for answer in &answers {
        let (device, _) = service.device().signed_in_by(answer);
        live += usize::from(device.me().await.is_ok());
    }
    assert_eq!(live, 1);
    assert_eq!(service.received_emails().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_signups_to_be_verified_send_one_email() {
    let service = Service::with(&[UNLIMITED, ("LATCHKEY_VERIFY_EMAIL_FIRST", "true")]).await;
    let answers = in_parallel(&service.device(), "signup", |_| {
        let mut input = sign_up_input("ada@x.test");
        input["attempt"] = json!("Zm9yIG9uZSBzaWduLXVw-_0123");
        input
    })
    .await;
    let tickets: BTreeSet<_> = answers.iter().map(|it| it["ticket"].to_string()).collect();
    assert_eq!(tickets.len(), 1);
    let code = service.code_for("ada@x.test").await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": answers[0]["ticket"] });
    let verified = service.device().mutate("verifyEmail", input).await;
    assert_eq!(kind(&verified), "Authenticated");
}
