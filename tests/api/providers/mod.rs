//! Sign-in at providers, and the steps that its tests share.

mod claims;
mod errors;
mod gate;
mod github;
mod keys;
mod links;
#[cfg(feature = "mongodb")]
mod mongodb;
mod pages;
mod proofs;
mod races;
mod returns;
mod sign_ups;

use serde_json::{Value, json};

use crate::support::{Device, PAGE, Provider, Service, Visit, kind};

pub const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

pub async fn running(settings: &[(&str, &str)]) -> (Provider, Service) {
    let provider = Provider::start().await;
    let service = provider.service(settings).await;
    (provider, service)
}

/// Signs up with a password and proves the address.
pub async fn verified(service: &Service) -> Device {
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let input = json!({ "email": "ada@x.test" });
    device.mutate("sendVerificationCode", input).await;
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code });
    assert_eq!(
        kind(&device.mutate("verifyEmail", input).await),
        "EmailVerified"
    );
    device
}

pub async fn link_required(device: &Device, provider: &Provider, id: &str) -> Value {
    let answer = device.sign_in_at(provider, id).await;
    assert_eq!(kind(&answer), "LinkRequired", "{answer}");
    assert_eq!(answer["email"], "ada@x.test");
    answer
}

pub async fn prove(device: &Device, required: &Value, proof: Value) -> Value {
    let input = json!({ "ticket": required["ticket"], "proof": proof });
    device.mutate("linkIdentity", input).await
}

pub async fn send_code(device: &Device, required: &Value) -> Value {
    let input = json!({ "ticket": required["ticket"] });
    device.mutate("sendReauthenticationCode", input).await
}

pub async fn unlink(device: &Device) -> Value {
    let id = device.identities().await[0]["id"].clone();
    device
        .mutate("unlinkIdentity", json!({ "identityId": id }))
        .await
}

/// Starts to link an account at a provider to the device's own, and finishes it on a device.
pub async fn link(device: &Device, provider: &Provider, finishing: &Device) -> Value {
    let input = json!({ "provider": "corp", "redirectTo": PAGE, "link": true });
    let started = device.mutate("startProviderSignIn", input).await;
    let input = device.provider_input(provider, &started).await;
    finishing.mutate("finishProviderSignIn", input).await
}

/// Returns the reason of a refusal, or the type of another answer.
pub fn outcome(answer: &Value) -> &str {
    match kind(answer) {
        "ProviderRefused" => answer["reason"].as_str().unwrap(),
        other => other,
    }
}

/// Goes to a provider, and returns the browser that is there.
pub async fn visit(device: &Device, id: &str) -> Visit {
    let started = device.start_provider(id).await;
    device.visit(&started).await
}

pub async fn finish(device: &Device, visit: &Visit, code: &str) -> Value {
    device
        .mutate("finishProviderSignIn", visit.input(code))
        .await
}
