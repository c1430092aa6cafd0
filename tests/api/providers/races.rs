//! Sign-ins at providers under concurrency.

use serde_json::json;

use super::{link_required, running, verified};
use crate::races::{UNLIMITED, in_parallel, tally};
use crate::support::{PASSWORD, kind};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_finishes_have_one_winner() {
    let (provider, service) = running(&[UNLIMITED]).await;
    let device = service.device();
    let input = device
        .provider_input(&provider, &device.start_provider("corp").await)
        .await;
    let answers = in_parallel(&device, "finishProviderSignIn", |_| input.clone()).await;
    let tally = tally(&answers);
    assert_eq!(tally.get("Authenticated"), Some(&1), "{tally:?}");
    assert_eq!(
        tally.get("ChallengeExpired"),
        Some(&(answers.len() - 1)),
        "{tally:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_of_a_user_make_one_account() {
    let (provider, service) = running(&[UNLIMITED]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let device = service.device();
        let input = device
            .provider_input(&provider, &device.start_provider("corp").await)
            .await;
        tasks.spawn(async move { device.mutate("finishProviderSignIn", input).await });
    }
    let answers = tasks.join_all().await;
    let ids: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|it| it["user"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|it| kind(it) == "Authenticated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_uses_of_one_ticket_have_one_winner() {
    let (provider, service) = running(&[UNLIMITED]).await;
    verified(&service).await;
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    let input = json!({ "ticket": required["ticket"], "proof": { "password": PASSWORD } });
    let answers = in_parallel(&device, "linkIdentity", |_| input.clone()).await;
    let tally = tally(&answers);
    assert_eq!(tally.get("Authenticated"), Some(&1), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_returns_exchange_the_code_once() {
    let (provider, service) = running(&[UNLIMITED]).await;
    let device = service.device();
    let visit = device.visit(&device.start_provider("corp").await).await;
    let parameters = provider.consent(&visit);
    let mut returns = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (visit, parameters) = (visit.clone(), parameters.clone());
        returns.spawn(async move { visit.back(&parameters).await });
    }
    let codes = returns.join_all().await;
    let mut answers = Vec::new();
    for code in &codes {
        let input = visit.input(code);
        answers.push(device.mutate("finishProviderSignIn", input).await);
    }
    assert_eq!(provider.script().requests["/corp/token"], 1);
    let tally = tally(&answers);
    assert_eq!(tally.get("Authenticated"), Some(&1), "{tally:?}");
    assert_eq!(tally.get("ChallengeExpired"), Some(&19), "{tally:?}");
}
