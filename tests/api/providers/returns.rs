//! The way back from a provider: once, in time, in the same browser.

use serde_json::json;

use super::{finish, visit};
use crate::support::{Provider, Visit, capture_log, code_in, kind};

#[tokio::test]
async fn sign_in_is_finished_once_by_its_page() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let (first, second) = (visit(&device, "corp").await, visit(&device, "corp").await);
    let code = first.back(&provider.consent(&first)).await;
    for (handle, code) in [
        (&second.handle, &*code),
        (&first.handle, "x"),
        (&code, &code),
        (&first.handle, ""),
    ] {
        let input = json!({ "handle": handle, "code": code });
        let answer = device.mutate("finishProviderSignIn", input).await;
        assert_eq!(kind(&answer), "ChallengeExpired");
    }
    assert_eq!(kind(&finish(&device, &first, &code).await), "Authenticated");
    assert_eq!(
        kind(&finish(&device, &first, &code).await),
        "ChallengeExpired"
    );
}

#[tokio::test]
async fn return_in_another_browser_is_refused() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let visit = visit(&device, "corp").await;
    let parameters = provider.consent(&visit);
    let other = device.visit(&device.start_provider("corp").await).await;
    for stranger in [device.clone(), other.device.clone()] {
        let lost = Visit {
            device: stranger,
            ..visit.clone()
        };
        let code = lost.back(&parameters).await;
        assert_eq!(
            kind(&finish(&device, &visit, &code).await),
            "ChallengeExpired"
        );
    }
}

#[tokio::test]
async fn browser_that_lost_its_cookie_spoils_nothing() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let visit = visit(&device, "corp").await;
    let parameters = provider.consent(&visit);
    let lost = Visit {
        device: device.clone(),
        ..visit.clone()
    };
    lost.back(&parameters).await;
    let code = visit.back(&parameters).await;
    let again = visit.back(&parameters).await;
    assert_eq!(kind(&finish(&device, &visit, &code).await), "Authenticated");
    assert_eq!(
        kind(&finish(&device, &visit, &again).await),
        "ChallengeExpired"
    );
}

#[tokio::test]
async fn several_tabs_of_a_browser_sign_in_at_once() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let first = visit(&device, "corp").await;
    let second = visit(&first.device, "corp").await;
    assert_eq!(first.set_cookie, second.set_cookie);
    for tab in [first, second] {
        let code = tab.back(&provider.consent(&tab)).await;
        assert_eq!(kind(&finish(&device, &tab, &code).await), "Authenticated");
    }
}

#[tokio::test]
async fn each_step_of_a_sign_in_expires() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let started = device.start_provider("corp").await;
    let (late, soon) = (visit(&device, "corp").await, visit(&device, "corp").await);
    service.wait(599);
    let code = soon.back(&provider.consent(&soon)).await;
    service.wait(1);
    let expired = code_in(&device.open(&started).await.location());
    let input = json!({ "handle": started["handle"], "code": expired });
    let answer = device.mutate("finishProviderSignIn", input).await;
    assert_eq!(kind(&answer), "ChallengeExpired");
    let expired = late.back(&provider.consent(&late)).await;
    assert_eq!(
        kind(&finish(&device, &late, &expired).await),
        "ChallengeExpired"
    );
    service.wait(299);
    assert_eq!(
        kind(&finish(&device, &soon, &code).await),
        "ChallengeExpired"
    );
}

#[tokio::test]
async fn log_of_a_sign_in_has_no_secret() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let (log, _guard) = capture_log(&device).await;
    let visit = visit(&device, "corp").await;
    let parameters = provider.consent(&visit);
    let code = visit.back(&parameters).await;
    assert_eq!(kind(&finish(&device, &visit, &code).await), "Authenticated");
    provider.script().is_failing = true;
    let failed = device.sign_in_at(&provider, "corp").await;
    assert_eq!(failed["reason"], "UNREACHABLE");
    let text = log.text();
    assert!(text.contains("/providers/callback"), "{text}");
    assert!(text.contains("the token endpoint answers 503"), "{text}");
    let secrets = [
        &*visit.handle,
        &*code,
        &*visit.parameter("state"),
        &*visit.parameter("nonce"),
        &*visit.set_cookie,
        "code-1",
        "a secret+",
        "an access token",
        "ada@x.test",
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
