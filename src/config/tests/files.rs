//! Settings that name files: errors in the files are reported with all others.

use std::fs;

use super::*;

/// Reads the settings as the program does, with `@` standing for a folder of files.
fn read(folder: &Path, vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let folder = folder.display().to_string();
    let full =
        |(name, value): &(&str, &str)| (format!("LATCHKEY_{name}"), value.replace('@', &folder));
    Config::from_vars_and_files(vars.iter().map(full))
}

fn errors_of(folder: &Path, vars: &[(&str, &str)]) -> Vec<ConfigError> {
    read(folder, vars).map_or_else(|ConfigErrors(errors)| errors, |config| panic!("{config:?}"))
}

#[test]
fn missing_files_are_reported_together_with_other_errors() {
    let folder = tempfile::tempdir().unwrap();
    let named = [
        ("LISTEN", "here"),
        ("TRUSTED_DOCUMENTS", "@/documents"),
        ("SIGNING_KEYS", "file:@/keys"),
        ("SECRET", "file:@/secret"),
    ];
    let shared = [
        ("SIGNING_SECRET", "file:@/shared"),
        ("SECRET", "file:@/secret"),
        ("SIGNING_ALGORITHM", "HS256"),
    ];
    for (vars, wrong) in [(&named[..], &named[..]), (&shared, &shared[..2])] {
        let errors = errors_of(folder.path(), vars);
        assert_eq!(errors.len(), wrong.len(), "{errors:?}");
        for ((name, value), error) in wrong.iter().zip(&errors) {
            assert_eq!(error.place, format!("LATCHKEY_{name}"));
            assert!(
                error.example.starts_with(&format!("LATCHKEY_{name}=")),
                "{error}"
            );
            let file = value.rsplit('@').next().unwrap();
            assert!(
                *name == "LISTEN"
                    || error.wrong.contains(file) && error.wrong.contains("No such file"),
                "{error}"
            );
        }
    }
}

#[test]
fn malformed_file_is_refused_and_its_content_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("f"), "hunter2").unwrap();
    for (name, value, says) in [
        ("SECRET", "file:@/f", "32 or more random bytes in base64"),
        (
            "SIGNING_KEYS",
            "file:@/f",
            "not a private key in PKCS #8 PEM",
        ),
        ("TRUSTED_DOCUMENTS", "@/f", "not a JSON object"),
        ("SECRET", "file:@", "directory"),
    ] {
        let errors = errors_of(folder.path(), &[(name, value)]);
        assert_eq!(
            (errors.len(), &errors[0].place),
            (1, &format!("LATCHKEY_{name}")),
            "{errors:?}"
        );
        assert!(
            errors[0].wrong.contains(says) && !errors[0].wrong.contains("hunter2"),
            "{}",
            errors[0]
        );
    }
}

#[test]
fn files_with_valid_content_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("secret"), keys::SECRET).unwrap();
    fs::write(path.join("keys"), keys::KEY).unwrap();
    fs::write(path.join("documents"), r#"{ "abc": "{ __typename }" }"#).unwrap();
    let named = [
        ("TRUSTED_DOCUMENTS", "@/documents"),
        ("SIGNING_KEYS", "file:@/keys"),
        ("SECRET", "file:@/secret"),
    ];
    read(path, &named).unwrap();
}

#[test]
fn hs256_secret_must_differ_from_the_refresh_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("data")).unwrap();
    fs::write(path.join("data/secret"), keys::SECRET).unwrap();
    fs::write(path.join("same"), keys::SECRET.trim_end_matches('=')).unwrap();
    fs::write(path.join("other"), keys::SECRET.replace('A', "B")).unwrap();
    for (shared, secret, is_one) in [
        (keys::SECRET, keys::SECRET, true),
        (keys::SECRET, "file:@/same", true),
        ("file:@/same", keys::SECRET, true),
        ("file:@/same", "file:@/data/secret", true),
        ("file:@/same", "", true),
        (keys::SECRET, "", true),
        ("file:@/other", "", false),
        ("file:@/other", "file:@/same", false),
        ("file:@/same", "file:@/other", false),
    ] {
        let hs256 = [
            ("DATA", "@/data"),
            ("SIGNING_ALGORITHM", "HS256"),
            ("SIGNING_SECRET", shared),
            ("SECRET", secret),
        ];
        match read(path, &hs256) {
            Ok(_) => assert!(!is_one, "{shared} {secret}"),
            Err(ConfigErrors(errors)) => {
                assert!(is_one && errors.len() == 1, "{errors:?}");
                assert_eq!(errors[0].place, "LATCHKEY_SIGNING_SECRET");
                assert!(
                    errors[0].wrong.contains("behind refresh tokens too"),
                    "{}",
                    errors[0]
                );
            }
        }
    }
}

#[test]
fn unset_paths_are_in_the_data_folder() {
    let config = good(&[("DATA", "/var/lib/latchkey")]);
    assert!(
        matches!(config.store, Store::Sqlite(path) if path == Path::new("/var/lib/latchkey/latchkey.db"))
    );
    assert!(matches!(config.mail, Mail::File(path) if path == Path::new("/var/lib/latchkey/mail")));
    let config = good(&[
        ("DATA", "/var/lib/latchkey"),
        ("STORE", "sqlite:///srv/l.db"),
        ("MAIL", "file:m"),
    ]);
    assert!(matches!(config.store, Store::Sqlite(path) if path == Path::new("/srv/l.db")));
    assert!(matches!(config.mail, Mail::File(path) if path == Path::new("m")));
}
