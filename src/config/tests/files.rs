//! Settings that name files: what is wrong with those is told with everything else.

use std::fs;

use super::*;

/// As the program reads them, with the files in a folder that `@` stands for.
fn read(folder: &Path, vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let folder = folder.display().to_string();
    let full =
        |(name, value): &(&str, &str)| (format!("LATCHKEY_{name}"), value.replace('@', &folder));
    Config::from_vars_and_files(vars.iter().map(full))
}

fn told(folder: &Path, vars: &[(&str, &str)]) -> Vec<ConfigError> {
    read(folder, vars).map_or_else(|ConfigErrors(errors)| errors, |config| panic!("{config:?}"))
}

#[test]
fn all_files_that_are_missing_are_told_at_once_and_beside_other_faults() {
    let folder = tempfile::tempdir().unwrap();
    let given = [
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
    for (vars, wrong) in [(&given[..], &given[..]), (&shared, &shared[..2])] {
        let errors = told(folder.path(), vars);
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
fn a_file_that_is_not_what_it_should_be_is_refused_and_not_shown() {
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
        let errors = told(folder.path(), &[(name, value)]);
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
fn files_that_are_good_are_taken() {
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
fn the_secret_that_whoever_verifies_has_is_not_the_one_behind_refresh_tokens_wherever_the_two_are()
{
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
