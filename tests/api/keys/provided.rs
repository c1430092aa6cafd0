//! Keys and secrets that the operator provides instead of files in the data folder.

use std::path::Path;

use latchkey::app::{App, StartError};
use latchkey::config::Config;
use latchkey::model::{Clock, Rng};
use serde_json::json;

use super::{SECRET, UNAUTHENTICATED, header, jwks, published_kids};
use crate::support::{BEGINNING, Service, kind};

#[tokio::test]
async fn shared_secret_signs_and_is_never_published() {
    let shared = [
        ("LATCHKEY_SIGNING_ALGORITHM", "HS256"),
        ("LATCHKEY_SIGNING_SECRET", SECRET),
    ];
    let service = Service::with(&shared).await;
    let device = service.device().signed_up("ada@x.test").await.0;
    assert_eq!(header(&device)["alg"], "HS256");
    assert!(device.me().await.is_ok());
    assert_eq!(jwks(&service).await.json, json!({ "keys": [] }));
    assert!(
        !service.folder.path().join("keys").exists(),
        "a shared secret needs no key files"
    );
    let node = service.node(&[]).await;
    assert_eq!(
        node.device()
            .with_bearer(device.bearer.as_ref().unwrap())
            .me()
            .await,
        Err(UNAUTHENTICATED.to_owned())
    );
}

#[tokio::test]
async fn signing_secret_must_differ_from_the_refresh_secret() {
    let service = Service::start().await;
    let file = service.folder.path().join("secret");
    let (file, text) = (
        format!("file:{}", file.display()),
        std::fs::read_to_string(&file).unwrap(),
    );
    let data = ("LATCHKEY_DATA", service.folder.path().to_str().unwrap());
    for (shared, secret) in [
        (&text, ""),
        (&file, ""),
        (&text, file.as_str()),
        (&file, &text),
        (&text, &text),
    ] {
        let hs256 = [
            ("LATCHKEY_SIGNING_ALGORITHM", "HS256"),
            ("LATCHKEY_SIGNING_SECRET", shared),
        ];
        let vars = hs256.into_iter().chain([data, ("LATCHKEY_SECRET", secret)]);
        let config =
            Config::from_vars(vars.map(|(name, value)| (name.to_owned(), value.to_owned())))
                .unwrap();
        let error = App::build(&config, Clock::fixed(BEGINNING), Rng::system())
            .await
            .err()
            .expect("an error");
        assert!(matches!(error, StartError::OneSecret), "{error}");
    }
}

/// Returns the start error of a service whose data folder does not exist, and checks that it is not
/// created.
async fn start_error(folder: &Path, settings: &[(&str, &str)]) -> String {
    let data = folder.join("data");
    let place = ("LATCHKEY_DATA", data.to_str().unwrap());
    let vars = settings
        .iter()
        .chain([&place])
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::from_vars(vars).unwrap();
    let error = App::build(&config, Clock::fixed(BEGINNING), Rng::system())
        .await
        .err()
        .expect("an error")
        .to_string();
    assert!(!data.exists(), "{error}");
    error
}

#[tokio::test]
async fn unusable_setting_leaves_no_data_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("LATCHKEY_SIGNING_KEYS", "file:no/such/file"),
        ("LATCHKEY_SECRET", "file:no/such/file"),
        ("LATCHKEY_TRUSTED_DOCUMENTS", "no/such/file"),
    ] {
        let error = start_error(folder.path(), &[(name, value)]).await;
        assert!(error.contains("No such file"), "{name}: {error}");
    }
}

#[tokio::test]
async fn nodes_with_given_keys_need_no_shared_folder() {
    let made = Service::start().await;
    let key = std::fs::read_to_string(made.folder.path().join("keys/1.pem"))
        .unwrap()
        .replace('\n', "\\n");
    let store = format!(
        "sqlite:{}",
        made.folder.path().join("latchkey.db").display()
    );
    let given = [
        ("LATCHKEY_SIGNING_KEYS", key.as_str()),
        ("LATCHKEY_SECRET", SECRET),
        ("LATCHKEY_STORE", &store),
    ];
    let (a, b) = (Service::with(&given).await, Service::with(&given).await);
    let (device, refresh_token) = a.device().signed_up("ada@x.test").await;
    assert_eq!(published_kids(&b).await, published_kids(&made).await);
    assert!(
        b.device()
            .with_bearer(device.bearer.as_ref().unwrap())
            .me()
            .await
            .is_ok()
    );
    assert_eq!(
        kind(&b.device().refresh(&refresh_token).await),
        "Authenticated"
    );
    for node in [&a, &b] {
        for file in ["keys", "secret"] {
            assert!(!node.folder.path().join(file).exists(), "{file}");
        }
    }
}
