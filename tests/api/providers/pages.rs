//! The way to a provider: the page, the request, and what is on without providers.

use axum::http::{Request, StatusCode};
use serde_json::json;

use super::visit;
use crate::support::{PAGE, Provider, Service, Visit, code_in, invalid_fields, kind};

#[tokio::test]
async fn policy_lists_the_providers_in_order() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let query = "{ policy { signInProviders { id name } } }";
    let reply = service.device().post(query, json!({})).await;
    let expected = json!([
        { "id": "corp", "name": "Example Corp" },
        { "id": "other", "name": "other" },
        { "id": "github", "name": "GitHub" },
    ]);
    assert_eq!(reply.json["data"]["policy"]["signInProviders"], expected);
}

#[tokio::test]
async fn browser_takes_state_nonce_and_proof_key_along() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let visit = visit(&service.device(), "corp").await;
    for attribute in [
        "latchkey_provider=",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(visit.set_cookie.contains(attribute), "{}", visit.set_cookie);
    }
    assert!(
        visit
            .url
            .as_str()
            .starts_with(&format!("{}/corp/authorize?", provider.url))
    );
    for (name, value) in [
        ("tenant", "a b"),
        ("response_type", "code"),
        ("client_id", "us"),
        ("scope", "openid email profile"),
        ("redirect_uri", "http://127.0.0.1:4000/providers/callback"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(visit.parameter(name), value);
    }
    assert_eq!(visit.parameter("nonce").len(), 43);
    assert_eq!(visit.parameter("code_challenge").len(), 43);
    let state = visit.parameter("state");
    assert!(state.len() < 500, "{}", state.len());
    let texts = [&state, &visit.handle, &visit.set_cookie];
    assert!(
        texts
            .iter()
            .all(|it| !it.contains(&visit.parameter("nonce")))
    );
}

#[tokio::test]
async fn https_server_sets_a_host_cookie() {
    let provider = Provider::start().await;
    let url = ("LATCHKEY_PUBLIC_URL", "https://accounts.example.org/auth");
    let service = provider.service(&[url]).await;
    let started = service.device().start_provider("corp").await;
    let address = started["authorizationUrl"].as_str().unwrap();
    let path = address
        .strip_prefix("https://accounts.example.org")
        .unwrap();
    assert!(path.starts_with("/auth/providers/start?request="));
    let reply = service.device().get(path).await;
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-latchkey_provider="), "{cookie}");
    assert!(
        cookie.contains("Secure") && cookie.contains("Path=/;"),
        "{cookie}"
    );
    let location = reply.location().to_string();
    let callback = "redirect_uri=https%3A%2F%2Faccounts.example.org%2Fauth%2Fproviders%2Fcallback";
    assert!(location.contains(callback), "{location}");
}

#[tokio::test]
async fn page_must_be_on_the_list_once_parsed() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    for (page, code) in [
        ("HTTPS://APP.example.org:443/x/../signed-in", None),
        ("https://app.example.org/signed-in?", Some("NOT_ALLOWED")),
        ("https://app.example.org/signed-in#", Some("NOT_ALLOWED")),
        ("https://app.example.org/signed-in/", Some("NOT_ALLOWED")),
        (
            "https://app.example.org/signed-in?next=x",
            Some("NOT_ALLOWED"),
        ),
        (
            "https://app.example.org.evil.test/signed-in",
            Some("NOT_ALLOWED"),
        ),
        (
            "https://app.example.org@evil.test/signed-in",
            Some("NOT_ALLOWED"),
        ),
        (
            "https://evil@app.example.org/signed-in",
            Some("NOT_ALLOWED"),
        ),
        ("http://app.example.org/signed-in", Some("NOT_ALLOWED")),
        ("//app.example.org/signed-in", Some("MALFORMED")),
        ("/signed-in", Some("MALFORMED")),
        ("", Some("MALFORMED")),
    ] {
        let input = json!({ "provider": "corp", "redirectTo": page });
        let answer = device.mutate("startProviderSignIn", input).await;
        match code {
            None => {
                let page = code_in(&device.visit(&answer).await.callback_of_error().await);
                assert!(!page.is_empty());
            }
            Some(code) => {
                let expected = [("redirectTo".to_owned(), code.to_owned())];
                assert_eq!(invalid_fields(&answer), expected, "{page}");
            }
        }
    }
}

impl Visit {
    /// Comes back with an error, and returns the page.
    async fn callback_of_error(&self) -> url::Url {
        let state = self.parameter("state");
        let reply = self
            .callback(&format!("error=access_denied&state={state}"))
            .await;
        reply.location()
    }
}

#[tokio::test]
async fn addresses_that_name_no_sign_in_lead_nowhere() {
    let provider = Provider::start().await;
    let service = provider.service(&[]).await;
    let device = service.device();
    let visit = visit(&device, "corp").await;
    let state = visit.parameter("state");
    for path in [
        "/providers/start".to_owned(),
        "/providers/start?request=x".to_owned(),
        "/providers/callback".to_owned(),
        "/providers/callback?code=x".to_owned(),
        "/providers/callback?state=x&code=x".to_owned(),
        format!("/providers/callback?state={state}&state={state}&code=x"),
        format!(
            "/providers/callback?state={}A&code=x",
            &state[..state.len() - 1]
        ),
        format!("/providers/start?request={state}"),
    ] {
        let reply = device.get(&path).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(!reply.headers.contains_key("location"), "{path}");
    }
    for method in ["HEAD", "POST"] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/providers/callback?state={state}"));
        let reply = visit
            .device
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn everything_is_off_without_providers() {
    let service = Service::start().await;
    let device = service.device();
    let input = json!({ "provider": "google", "redirectTo": PAGE });
    let answer = device.mutate("startProviderSignIn", input).await;
    assert_eq!(kind(&answer), "NotAvailable");
    let input = json!({ "handle": "x", "code": "x" });
    let answer = device.mutate("finishProviderSignIn", input).await;
    assert_eq!(kind(&answer), "NotAvailable");
    for path in ["/providers/start", "/providers/callback?state=x&code=y"] {
        assert_eq!(device.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let (signed_in, _) = device.signed_up("ada@x.test").await;
    assert_eq!(signed_in.identities().await, json!([]));
}
