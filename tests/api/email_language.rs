//! The language of an email: that of the account, of the request, or of the service.

use serde_json::json;

use crate::support::Service;

/// Returns the topic of the code that a request in these languages causes.
async fn topic_in(service: &Service, languages: Option<&'static str>) -> String {
    service.wait(3600);
    let device = service.device();
    let device = match languages {
        Some(languages) => device.with_header("accept-language", languages),
        None => device,
    };
    let input = json!({ "email": "ada@x.test" });
    device.mutate("forgotPassword", input).await;
    service.received_emails().await.pop().unwrap().topic
}

#[tokio::test]
async fn email_is_in_language_of_account_request_or_service() {
    let service = Service::with(&[("LATCHKEY_LOCALE", "fr")]).await;
    service.device().sign_up("ada@x.test").await;
    let french = "Votre code pour un nouveau mot de passe";
    let german = "Ihr Code für ein neues Passwort";
    assert_eq!(topic_in(&service, None).await, french);
    assert_eq!(topic_in(&service, Some("nl, de-AT;q=0.5")).await, german);
    assert_eq!(topic_in(&service, Some("nl")).await, french);

    let (device, _) = service.device().logged_in("ada@x.test").await;
    device
        .mutate("updateProfile", json!({ "locale": "es" }))
        .await;
    let spanish = "Su código para una contraseña nueva";
    assert_eq!(topic_in(&service, Some("de")).await, spanish);
}
