//! A public URL with a path, behind a proxy that passes the path on or takes it off.

use crate::support::{Device, Service};

const PUBLIC_URL: &str = "https://example.org/accounts";

async fn prefixed() -> Device {
    Service::with(&[
        ("LATCHKEY_PUBLIC_URL", PUBLIC_URL),
        ("LATCHKEY_INTROSPECTION", "on"),
    ])
    .await
    .device()
}

/// Returns the URL that a browser goes to from a page by an address in it.
fn resolve(page: &str, address: &str) -> String {
    let page = url::Url::parse(&format!("https://example.org{page}")).unwrap();
    page.join(address).unwrap().to_string()
}

#[tokio::test]
async fn redirects_lead_to_the_page_below_the_prefix() {
    let device = prefixed().await;
    // The browser's address, and the path that the proxy sends.
    for (typed, sent) in [
        ("/accounts", "/accounts"),
        ("/accounts/", "/accounts/"),
        ("/accounts", "/"),
        ("/accounts/", "/"),
    ] {
        let reply = device.get(sent).await;
        let location = reply.headers["location"].to_str().unwrap();
        assert_eq!(
            resolve(typed, location),
            format!("{PUBLIC_URL}/graphql"),
            "{typed}"
        );
    }
    let browser = device.with_header("accept", "text/html");
    for sent in ["/accounts/graphql/", "/graphql/"] {
        let reply = browser.get(sent).await;
        let location = reply.headers["location"].to_str().unwrap();
        let url = resolve("/accounts/graphql/", location);
        assert_eq!(url, format!("{PUBLIC_URL}/graphql"), "{sent}");
    }
}

#[tokio::test]
async fn graphiql_and_its_files_are_found_below_the_prefix() {
    let browser = prefixed().await.with_header("accept", "text/html");
    for path in ["/accounts/graphql", "/graphql"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let html = page.json.as_str().unwrap();
        let (_, rest) = html.split_once("\"./graphiql/").unwrap();
        let file = format!("./graphiql/{}", rest.split('"').next().unwrap());
        let url = resolve("/accounts/graphql", &file);
        let asked = url.strip_prefix("https://example.org").unwrap();
        for asked in [asked, asked.strip_prefix("/accounts").unwrap()] {
            assert_eq!(browser.get(asked).await.status, 200, "{asked}");
        }
    }
}

#[tokio::test]
async fn keys_are_where_the_metadata_says_they_are() {
    let device = prefixed().await;
    for path in [
        "/accounts/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/accounts",
    ] {
        let metadata = device.get(path).await.json;
        let url = metadata["jwks_uri"].as_str().unwrap();
        assert_eq!(url, format!("{PUBLIC_URL}/.well-known/jwks.json"), "{path}");
    }
    for path in ["/accounts/.well-known/jwks.json", "/.well-known/jwks.json"] {
        let keys = device.get(path).await.json;
        assert_eq!(keys["keys"][0]["use"], "sig", "{path}");
    }
}
