//! Devices: the name of a session's device, and the email about a login on a new one.

use latchkey::accounts::{CreateUser, CreateUserOutcome};
use latchkey::model::Role;

use crate::support::{Device, PASSWORD, Service};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.6 Mobile/15E148 Safari/604.1";

fn browser(service: &Service, user_agent: &str) -> Device {
    service.device().with_header("user-agent", user_agent)
}

#[tokio::test]
async fn login_on_a_new_device_emails_a_notice() {
    let service = Service::start().await;
    let laptop = browser(&service, FIREFOX);
    laptop.sign_up("ada@x.test").await;
    laptop.logged_in("ada@x.test").await;
    assert!(
        service.received_emails().await.is_empty(),
        "the device of the sign-up is known"
    );

    let phone = browser(&service, IPHONE).at("2001:db8::7");
    phone.logged_in("ada@x.test").await;
    let messages = service.received_emails().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].to, "ada@x.test");
    assert_eq!(messages[0].topic, "New device on your account");
    assert!(
        messages[0].text.contains("Safari on iPhone") && messages[0].text.contains("2001:db8::7"),
        "{:?}",
        messages[0]
    );

    phone.logged_in("ada@x.test").await;
    laptop.logged_in("ada@x.test").await;
    assert_eq!(
        service.received_emails().await.len(),
        1,
        "both devices are known"
    );

    laptop.at("203.0.113.9").logged_in("ada@x.test").await;
    assert_eq!(
        service.received_emails().await.len(),
        2,
        "the same browser in a new network"
    );
}

#[tokio::test]
async fn wrong_password_neither_remembers_device_nor_sends_email() {
    let service = Service::start().await;
    browser(&service, FIREFOX).sign_up("ada@x.test").await;
    let stranger = browser(&service, IPHONE).at("203.0.113.9");
    stranger.log_in("ada@x.test", "wrong password").await;
    assert!(service.received_emails().await.is_empty());
    stranger.logged_in("ada@x.test").await;
    assert_eq!(service.received_emails().await.len(), 1);
}

#[tokio::test]
async fn refresh_from_another_network_makes_it_known() {
    let service = Service::start().await;
    let (laptop, token) = browser(&service, FIREFOX).signed_up("ada@x.test").await;
    laptop.at("203.0.113.9").refresh(&token).await;
    laptop.at("203.0.113.10").logged_in("ada@x.test").await;
    assert!(service.received_emails().await.is_empty());
}

#[tokio::test]
async fn user_agent_text_never_reaches_the_email() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    browser(&service, "visit other.test now")
        .logged_in("ada@x.test")
        .await;
    let messages = service.received_emails().await;
    assert!(
        messages[0].text.contains("Device: unknown") && !messages[0].text.contains("other.test"),
        "{:?}",
        messages[0]
    );
}

#[tokio::test]
async fn new_device_notices_are_limited_to_five_daily() {
    let service = Service::start().await;
    service.device().sign_up("victim@x.test").await;
    for device in 0..60 {
        browser(&service, &format!("device {device}"))
            .logged_in("victim@x.test")
            .await;
        service.received_emails().await;
    }
    assert_eq!(service.received_emails().await.len(), 5);
    service.wait(24 * 60 * 60);
    browser(&service, "another device")
        .logged_in("victim@x.test")
        .await;
    assert_eq!(service.received_emails().await.len(), 6);
}

#[tokio::test]
async fn first_login_to_an_operator_account_emails_a_notice() {
    let service = Service::start().await;
    let command = CreateUser {
        email: "ada@x.test".to_owned(),
        password: PASSWORD.into(),
        first_name: "Ada".to_owned(),
        last_name: "Admin".to_owned(),
        role: Role::Admin,
    };
    assert!(matches!(
        service.app.accounts.create_user(command).await.unwrap(),
        CreateUserOutcome::Created(_)
    ));
    browser(&service, FIREFOX).logged_in("ada@x.test").await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
}
