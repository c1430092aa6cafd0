//! `latchkey user import` with a missing option or file.

use serde_json::json;

use super::import::{export, import, write_lines};
use crate::support::home::Home;

#[test]
fn missing_option_or_file_is_named_first() {
    let home = Home::new();
    for (arguments, named) in [
        (vec![export("absent.jsonl")], "absent.jsonl"),
        (
            vec![export("table.csv"), "--format=csv".into()],
            "--columns",
        ),
        (
            vec![
                export("table.csv"),
                "--format=csv".into(),
                "--columns=email=Mail,password=Hash".into(),
            ],
            "--hash",
        ),
        (
            vec![
                export("better-auth-user.jsonl"),
                "--format=better-auth".into(),
            ],
            "--accounts",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = import(&home, arguments[0], &arguments[1..]);
        assert!(
            ran.code != Some(0) && ran.stderr.contains(named),
            "{ran:#?}"
        );
    }
    let newer = write_lines(&home, &[json!({ "latchkey": 2 })]);
    let ran = import(&home, &newer, &[]);
    assert!(ran.stderr.contains("run a newer latchkey"), "{ran:#?}");
}
