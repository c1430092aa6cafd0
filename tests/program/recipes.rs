//! The recipes of docs/clients.md and docs/subscriptions.md, run against the built program.

use crate::support::{tool, typescript};

/// `tests/recipes/run-all` runs the others, and the table of answers.
#[test]
fn first_recipes_of_the_clients_page_run() {
    typescript::client_package();
    let program = env!("CARGO_BIN_EXE_latchkey").to_owned();
    typescript::installed("tests/browser");
    let ran = typescript::script("tests/recipes", "quick", &[("LATCHKEY_BIN", program)]);
    assert!(
        ran.code == Some(0) && ran.stdout.ends_with("5 passed, 0 failed\n"),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
    let page = include_str!("../../docs/clients.md");
    let table = page.split("<!-- table -->").nth(1).unwrap();
    typescript::report("recipes", table.split("<!--").next().unwrap().trim());
}

#[test]
fn live_recipes_outlive_restart_expiry_and_revocation() {
    assert_live_recipes_run(&[]);
}

#[test]
fn live_recipes_outlive_the_same_in_chromium() {
    typescript::client_package();
    typescript::installed("tests/browser");
    let chromium = tool::path("chromium").display().to_string();
    assert_live_recipes_run(&[("LATCHKEY_PAGES", chromium)]);
}

#[track_caller]
fn assert_live_recipes_run(variables: &[(&str, String)]) {
    let program = env!("CARGO_BIN_EXE_latchkey").to_owned();
    let variables = [&[("LATCHKEY_BIN", program)], variables].concat();
    let ran = typescript::script("tests/recipes", "live", &variables);
    assert!(
        ran.code == Some(0) && ran.stdout.ends_with("4 passed, 0 failed\n"),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
}
