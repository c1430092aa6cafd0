//! Files of providers, good and bad.

use secrecy::ExposeSecret;

use super::*;

fn parsed(text: &str) -> Vec<Entry> {
    ProviderFile::parse(text).unwrap().entries
}

fn refused(text: &str) -> String {
    ProviderFile::parse(text).unwrap_err()
}

#[test]
fn ready_entries_need_only_what_the_provider_has_issued() {
    let entries = parsed(
        "[[provider]]\nid = 'google'\nclient_id = 'a'\nclient_secret = 'b'\n\
         [[provider]]\nid = 'github'\nclient_id = 'c'\nclient_secret = 'd'\n",
    );
    let google = &entries[0];
    assert_eq!((&*google.name, google.kind), ("Google", Kind::OpenId));
    assert_eq!(google.issuer.as_str(), "https://accounts.google.com");
    assert_eq!(google.scopes, ["openid", "email", "profile"]);
    assert!(google.trust_email);
    let github = &entries[1];
    assert_eq!((&*github.name, github.kind), ("GitHub", Kind::GitHub));
    assert_eq!(github.scopes, ["read:user", "user:email"]);
    assert!(!github.trust_email);
}

#[test]
fn addresses_of_other_providers_are_not_trusted_unless_set() {
    let provider = |id: &str, more: &str| {
        let text = format!(
            "[[provider]]\nid = '{id}'\nclient_id = 'a'\nissuer = 'https://a.test/'\n{more}"
        );
        parsed(&text)[0].clone()
    };
    assert!(!provider("a", "").trust_email);
    assert!(!provider("google", "").trust_email, "with another issuer");
    assert!(provider("a", "trust_email = true").trust_email);
    let entry = provider("a", "scopes = ['email']\nname = 'Ä'");
    assert_eq!(
        (&*entry.scopes.join(" "), &*entry.name),
        ("openid email", "Ä")
    );
    assert!(entry.credentials.client_secret.is_none());
    assert_eq!(entry.issuer.as_str(), "https://a.test");
}

#[test]
fn secret_is_read_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret\n").unwrap();
    let text = format!(
        "[[provider]]\nid = 'google'\nclient_id = 'a'\nclient_secret = 'file:{}'\n",
        path.display()
    );
    let secret = parsed(&text)[0].credentials.client_secret.clone().unwrap();
    assert_eq!(secret.expose_secret(), "s3cret");
    std::fs::remove_file(&path).unwrap();
    assert!(
        refused(&text).contains("secret"),
        "the error names the file"
    );
}

#[test]
fn wrong_file_is_described_without_its_secrets() {
    const SECRET: &str = "hunter2hunter2";
    for (wrong, expected) in [
        ("client_id = 'a'", "missing field `id`"),
        ("id = 'a'\nclient_id = 'a'", "needs an issuer"),
        (
            "id = 'a b'\nclient_id = 'a'\nissuer = 'https://a.test'",
            "its id",
        ),
        (
            "id = 'a'\nclient_id = ''\nissuer = 'https://a.test'",
            "client_id",
        ),
        (
            "id = 'a'\nclient_id = 'a'\nissuer = 'http://a.test'",
            "its issuer",
        ),
        ("id = 'google'\nclient_id = 'a'\nname = ''", "its name"),
        (
            "id = 'google'\nclient_id = 'a'\nscopes = ['a b']",
            "its scopes",
        ),
        (
            "id = 'google'\nclient_id = 'a'\nsecret = 'x'",
            "unknown field `secret`",
        ),
        ("id = 'google'\nclient_id = ", "line 3"),
        ("id = 'google'\nclient_id = 7", "line 3"),
    ] {
        let text = format!("[[provider]]\n{wrong}\nclient_secret = '{SECRET}'\n");
        let error = refused(&text);
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
    let unquoted =
        format!("[[provider]]\nid = 'google'\nclient_id = 'a'\nclient_secret = {SECRET}\n");
    assert!(!refused(&unquoted).contains(SECRET));
}

#[test]
fn file_has_each_provider_once_and_at_least_one() {
    let google = "[[provider]]\nid = 'google'\nclient_id = 'a'\n";
    assert!(refused("").contains("[[provider]]"));
    assert!(refused(&google.repeat(2)).contains("another one"));
    let same = format!(
        "{google}[[provider]]\nid = 'b'\nclient_id = 'a'\nissuer = 'https://accounts.google.com/'\n"
    );
    assert!(refused(&same).contains("another one"));
    let error = ProviderFile::read(Path::new("no/such.toml")).unwrap_err();
    assert!(error.to_string().contains("no/such.toml"));
}
