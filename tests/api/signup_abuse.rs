//! `signup` under the verify-first policy, when strangers sign up with the owner's email.

use futures_util::StreamExt;
use serde_json::json;

use crate::signup_verify_first::{OTHER_PASSWORD, STRICT, complete, strict, ticket_for};
use crate::support::{PASSWORD, Service, kind};

#[tokio::test]
async fn repeated_signups_send_at_most_three_emails() {
    let service = Service::with(&[STRICT]).await;
    for client in 0..50 {
        let answer = service
            .device()
            .at(&format!("198.51.100.{client}"))
            .sign_up("ada@x.test")
            .await;
        assert_eq!(kind(&answer), "SignupAccepted", "{client}");
        service.received_emails().await;
    }
    assert_eq!(service.emails_to("ada@x.test").await, 3);
}

#[tokio::test]
async fn strangers_cannot_displace_a_signup_whose_email_arrived() {
    let service = Service::with(&[STRICT]).await;
    let owner = service.device();
    let ticket = ticket_for(&owner, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    for client in 0..20 {
        service
            .device()
            .at(&format!("198.51.100.{client}"))
            .sign_up("ada@x.test")
            .await;
        service.received_emails().await;
    }
    assert_eq!(
        kind(&complete(&owner, "ada@x.test", &code, &ticket).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn used_up_quota_delays_the_owner_one_hour() {
    let service = Service::with(&[STRICT]).await;
    for _ in 0..3 {
        service
            .device()
            .at("198.51.100.1")
            .sign_up("ada@x.test")
            .await;
        service.received_emails().await;
    }
    let ticket = ticket_for(&service.device(), "ada@x.test", PASSWORD).await;
    assert_eq!(
        service.emails_to("ada@x.test").await,
        3,
        "the quota leaves no email for the owner"
    );
    service.wait(60 * 60);
    service
        .device()
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&complete(&service.device(), "ada@x.test", &code, &ticket).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn suppressed_email_costs_the_same_with_an_account() {
    let service = Service::with(&[STRICT]).await;
    let ticket = ticket_for(&service.device(), "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&complete(&service.device(), "ada@x.test", &code, &ticket).await),
        "Authenticated"
    );
    let mut costs = Vec::new();
    for (place, email) in ["ada@x.test", "unknown@x.test"].into_iter().enumerate() {
        for client in 0..4 {
            service
                .device()
                .at(&format!("198.51.{place}.{client}"))
                .sign_up(email)
                .await;
        }
        service.store.work();
        service.device().at("203.0.113.1").sign_up(email).await;
        let work = service.store.work();
        costs.push((work.reads, work.writes));
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn resent_code_allows_five_attempts_across_all_tickets() {
    let service = strict().await;
    let device = service.device();
    let mut tickets = Vec::new();
    for _ in 0..3 {
        tickets.push(ticket_for(&device, "ada@x.test", PASSWORD).await);
    }
    let send = async || {
        device
            .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
            .await;
        service.code_for("ada@x.test").await
    };
    let code = send().await;
    for ticket in tickets.iter().cycle().take(5) {
        assert_eq!(
            kind(&complete(&device, "ada@x.test", "000000", ticket).await),
            "InvalidCode"
        );
    }
    for ticket in &tickets {
        assert_eq!(
            kind(&complete(&device, "ada@x.test", &code, ticket).await),
            "InvalidCode"
        );
    }
    let code = send().await;
    assert_eq!(
        kind(&complete(&device, "ada@x.test", &code, &tickets[1]).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn signup_quota_does_not_block_emails_to_accounts() {
    let service = Service::with(&[STRICT]).await;
    let device = service.device();
    let ticket = ticket_for(&device, "ada@x.test", PASSWORD).await;
    complete(
        &device,
        "ada@x.test",
        &service.code_for("ada@x.test").await,
        &ticket,
    )
    .await;
    let before = service.received_emails().await.len();
    let made_up = (0..1010).map(|number| {
        let client = device.at(&format!("198.51.{}.7", number / 20));
        async move {
            kind(&client.sign_up(&format!("unknown{number}@x.test")).await) == "SignupAccepted"
        }
    });
    let accepted = futures_util::stream::iter(made_up)
        .buffer_unordered(20)
        .filter(|it| std::future::ready(*it));
    assert_eq!(
        accepted.count().await,
        1010,
        "every sign-up gets the same answer"
    );
    // Ada's own sign-up took one of the thousand.
    assert_eq!(service.received_emails().await.len() - before, 999);
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(
        service.received_emails().await.last().unwrap().topic,
        "Your code to reset your password"
    );
}

#[tokio::test]
async fn code_completes_only_the_signup_of_its_ticket() {
    let service = strict().await;
    let (owner, attacker) = (service.device(), service.device().at("198.51.100.7"));
    let theirs = ticket_for(&attacker, "ada@x.test", "a password of another").await;
    let codes = [service.code_for("ada@x.test").await];
    let ours = ticket_for(&owner, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    for wrong in ["", "ticket", &ours[1..]] {
        assert_eq!(
            kind(&complete(&attacker, "ada@x.test", &code, wrong).await),
            "InvalidCode",
            "{wrong}"
        );
    }
    let without = owner
        .mutate(
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": code }),
        )
        .await;
    assert_eq!(kind(&without), "InvalidCode");
    let answer = complete(&owner, "ada@x.test", &code, &ours).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(
        kind(&complete(&attacker, "ada@x.test", &codes[0], &theirs).await),
        "InvalidCode"
    );
    assert_eq!(
        kind(&attacker.log_in("ada@x.test", "a password of another").await),
        "InvalidCredentials"
    );
    assert_eq!(
        kind(&owner.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn wrong_codes_do_not_void_another_signup() {
    let service = strict().await;
    let (owner, attacker) = (service.device(), service.device().at("198.51.100.7"));
    let ours = ticket_for(&owner, "ada@x.test", PASSWORD).await;
    let code = service.code_for("ada@x.test").await;
    let theirs = ticket_for(&attacker, "ada@x.test", OTHER_PASSWORD).await;
    for ticket in [&theirs, "no ticket"] {
        for _ in 0..6 {
            assert_eq!(
                kind(&complete(&attacker, "ada@x.test", "000000", ticket).await),
                "InvalidCode"
            );
        }
    }
    assert_eq!(
        kind(&complete(&owner, "ada@x.test", &code, &ours).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn second_signup_does_not_suppress_the_first_email() {
    let service = strict().await;
    let (first, second) = (service.device(), service.device().at("198.51.100.7"));
    let ticket = ticket_for(&first, "ada@x.test", PASSWORD).await;
    ticket_for(&second, "ada@x.test", OTHER_PASSWORD).await;
    let mut codes = Vec::new();
    for message in service.received_emails().await {
        codes.extend(
            message
                .text
                .lines()
                .map(str::trim)
                .filter(|line| line.parse::<u32>().is_ok())
                .map(str::to_owned),
        );
    }
    let mut kinds = Vec::new();
    for code in &codes {
        kinds.push(kind(&complete(&first, "ada@x.test", code, &ticket).await).to_owned());
    }
    assert!(
        kinds.iter().any(|kind| kind == "Authenticated"),
        "{} emails, {kinds:?}",
        codes.len()
    );
}
