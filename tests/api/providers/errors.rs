//! Providers that refuse, fail, or answer for another.

use serde_json::json;

use super::{outcome, running};
use crate::support::{Device, Provider, code_in};

/// Comes back to the service with an error, and returns the outcome.
async fn with_error(device: &Device, error: &str) -> String {
    let visit = device.visit(&device.start_provider("corp").await).await;
    let state = visit.parameter("state");
    let code = visit.back(&format!("error={error}&state={state}")).await;
    let answer = device
        .mutate("finishProviderSignIn", visit.input(&code))
        .await;
    outcome(&answer).to_owned()
}

#[tokio::test]
async fn errors_of_the_provider_have_their_reasons() {
    let (_provider, service) = running(&[]).await;
    let device = service.device();
    for (error, reason) in [
        ("access_denied", "CANCELLED"),
        ("login_required", "CANCELLED"),
        ("temporarily_unavailable", "UNREACHABLE"),
        ("server_error", "UNREACHABLE"),
        ("invalid_request", "INVALID_ANSWER"),
        ("%3Cscript%3E", "INVALID_ANSWER"),
    ] {
        assert_eq!(with_error(&device, error).await, reason);
    }
}

#[tokio::test]
async fn code_of_a_provider_is_exchanged_once() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    let visit = device.visit(&device.start_provider("corp").await).await;
    let parameters = provider.consent(&visit);
    visit.back(&parameters).await;
    let other = device.visit(&device.start_provider("corp").await).await;
    let code = parameters.split('&').next().unwrap();
    for replayed in [code, "code=", "code=never-issued", ""] {
        let other = device.visit(&device.start_provider("corp").await).await;
        let state = other.parameter("state");
        let code = other.back(&format!("{replayed}&state={state}")).await;
        let answer = device
            .mutate("finishProviderSignIn", other.input(&code))
            .await;
        assert_eq!(outcome(&answer), "INVALID_ANSWER", "{replayed}");
    }
    // A code that was issued for another request has another proof key.
    let stolen = provider
        .consent(&other)
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let own = device.visit(&device.start_provider("corp").await).await;
    let code = own
        .back(&format!("{stolen}&state={}", own.parameter("state")))
        .await;
    let answer = device
        .mutate("finishProviderSignIn", own.input(&code))
        .await;
    assert_eq!(outcome(&answer), "INVALID_ANSWER");
}

#[tokio::test]
async fn answer_names_its_own_issuer_if_any() {
    let provider = Provider::start().await;
    provider.script().configuration =
        json!({ "authorization_response_iss_parameter_supported": true });
    let service = provider.service(&[]).await;
    let device = service.device();
    let own = format!(
        "&iss={}%2Fcorp%2F",
        provider.url.replace(':', "%3A").replace('/', "%2F")
    );
    for (issuer, expected) in [
        (own.as_str(), "Authenticated"),
        ("&iss=https%3A%2F%2Fevil.test", "INVALID_ANSWER"),
        ("", "INVALID_ANSWER"),
    ] {
        let visit = device.visit(&device.start_provider("corp").await).await;
        let parameters = format!("{}{issuer}", provider.consent(&visit));
        let code = visit.back(&parameters).await;
        let answer = device
            .mutate("finishProviderSignIn", visit.input(&code))
            .await;
        assert_eq!(outcome(&answer), expected, "{issuer}");
    }
}

#[tokio::test]
async fn provider_that_is_down_is_unreachable_at_each_step() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    let early = device.start_provider("corp").await;
    let visit = device.visit(&device.start_provider("corp").await).await;
    let parameters = provider.consent(&visit);
    provider.script().is_failing = true;
    let code = visit.back(&parameters).await;
    let answer = device
        .mutate("finishProviderSignIn", visit.input(&code))
        .await;
    assert_eq!(outcome(&answer), "UNREACHABLE");
    provider.stop();
    let node = provider.node(&service, &[]).await;
    let page = node.device().open(&early).await.location();
    let input = json!({ "handle": early["handle"], "code": code_in(&page) });
    let answer = node.device().mutate("finishProviderSignIn", input).await;
    assert_eq!(outcome(&answer), "UNREACHABLE");
}

#[tokio::test]
async fn provider_with_the_configuration_of_another_is_refused() {
    for configuration in [
        json!({ "issuer": "https://evil.test" }),
        json!({ "token_endpoint": "http://evil.test/token" }),
        json!({ "jwks_uri": null }),
    ] {
        let (provider, service) = running(&[]).await;
        provider.script().configuration = configuration;
        let device = service.device();
        let started = device.start_provider("corp").await;
        let page = device.open(&started).await.location();
        let input = json!({ "handle": started["handle"], "code": code_in(&page) });
        let answer = device.mutate("finishProviderSignIn", input).await;
        assert_eq!(outcome(&answer), "INVALID_ANSWER");
    }
}
