//! `latchkey user export`, and its file imported again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::import::{PASSWORD, import, write_lines};
use crate::support::database::Database;
use crate::support::home::Home;

/// Exports a home's users with their hashes.
#[track_caller]
fn export_all(home: &Home) -> String {
    let ran = home.run(&["user", "export", "--with-hashes"], "");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout
}

#[test]
fn exported_file_is_imported_and_exported_unchanged() {
    let (sqlite, database) = (Home::new(), Database::new());
    let people = [
        json!({ "email": "ada@x.test", "emailVerified": true, "firstName": "Ada", "gender": "female",
            "mobileNumber": "+4915112345678", "role": "admin", "suspendedAt": "2026-02-18T12:00:00.000Z",
            "lastLoginAt": "2026-02-18T12:00:00.000Z" }),
        json!({ "email": "grace@x.test", "password": { "format": "bcrypt",
            "hash": "$2a$04$LO6Mjy9BZnqwMtPeLn6jGepas/PfIycSY8/ASJX0y4N8DCkjGFOx6" } }),
    ];
    assert_eq!(
        import(&sqlite, &write_lines(&sqlite, &people), &[]).code,
        Some(0)
    );
    sqlite.run(&["user", "create", "--email", "own@x.test"], PASSWORD);
    let exported = export_all(&sqlite);
    assert_eq!(exported.lines().count(), 4, "{exported}");

    let mongodb = Home::new()
        .with("LATCHKEY_STORE", &database.url)
        .with("LATCHKEY_BCRYPT_COST", "4");
    let file = mongodb.path("users.jsonl");
    fs::write(&file, &exported).unwrap();
    let ran = import(&mongodb, file.to_str().unwrap(), &[]);
    assert!(ran.stdout.starts_with("3 imported"), "{ran:#?}");
    assert_eq!(export_all(&mongodb), exported);

    let server = mongodb.start();
    server.client().log_in("own@x.test", PASSWORD);
    server.client().log_in("grace@x.test", PASSWORD);
}

#[test]
fn export_without_hashes_is_private_to_its_owner() {
    let home = Home::new();
    home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    let path = home.path("out.jsonl");
    let arguments = ["user", "export", "--output", path.to_str().unwrap()];
    let ran = home.run(&arguments, "");
    assert!(ran.stderr.contains("1 users exported"), "{ran:#?}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("ada@x.test") && !text.contains("password\""),
        "{text}"
    );
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_ne!(home.run(&arguments, "").code, Some(0), "it exists");
}
