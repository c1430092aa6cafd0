//! docs/security.md and docs/compliance: the files and tests that they cite exist, and their
//! numbers are the code's.

use std::collections::BTreeMap;
use std::iter::successors;
use std::path::Path;
use std::time::Duration;

use latchkey::config::SETTINGS;
use latchkey::graphql::document_limits::LIMITS;
use latchkey::graphql::{MAX_ERRORS, MAX_RESPONSE_BYTES};
use latchkey::http::Limits;
use latchkey::model::{Code, MAX_SESSIONS, PasswordPolicy};
use latchkey::rate_limit::RateLimit;

/// The page with the numbers, and the audits that cite tests.
const PAGES: [&str; 4] = [
    include_str!("../../docs/security.md"),
    include_str!("../../docs/compliance/nist-800-63b.md"),
    include_str!("../../docs/compliance/asvs.md"),
    include_str!("../../docs/compliance/attacks.md"),
];
const PAGE: &str = PAGES[0];

/// Returns the code spans of all pages, in their order.
fn quoted() -> impl Iterator<Item = &'static str> {
    PAGES
        .iter()
        .flat_map(|page| page.split('`').skip(1).step_by(2))
}

/// Collects every file that the pages name, and the functions that they name in each. `::name` is
/// in the file named last.
fn cited() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut cited = BTreeMap::<&str, Vec<&str>>::new();
    let mut last = "";
    for span in quoted() {
        let (file, test) = match span.split_once("::") {
            Some(("", test)) => (last, Some(test)),
            Some((file, test)) => (file, Some(test)),
            None => (span, None),
        };
        if ["src/", "tests/", "docs/"]
            .iter()
            .any(|folder| file.starts_with(folder))
        {
            cited.entry(file).or_default().extend(test);
            last = file;
        }
    }
    cited
}

#[test]
fn every_file_and_every_test_that_it_cites_exists() {
    let cited = cited();
    let count: usize = cited.values().map(Vec::len).sum();
    assert!(count > 200, "only {count} tests were found on the pages");
    let mut missing = Vec::<String>::new();
    for (file, tests) in cited {
        match std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)) {
            Ok(text) => {
                let is_missing = |test: &&str| !text.contains(&format!("fn {test}("));
                missing.extend(
                    tests
                        .into_iter()
                        .filter(is_missing)
                        .map(|test| format!("{file}::{test}")),
                );
            }
            Err(_) => missing.push(file.to_owned()),
        }
    }
    assert!(
        missing.is_empty(),
        "the pages cite what does not exist:\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_setting_that_it_names_exists() {
    for span in quoted().filter(|span| span.starts_with("LATCHKEY_")) {
        let name = span.split('=').next().unwrap_or_default();
        assert!(
            SETTINGS.iter().any(|setting| setting.name == name),
            "a page names {name}, which is no setting"
        );
    }
}

/// Returns the rows of a marked table, cell by cell, without backticks.
fn rows(table: &str) -> Vec<Vec<String>> {
    let after = PAGE.split_once(&format!("<!-- {table} -->\n"));
    let between = after.and_then(|(_, rest)| rest.split_once(&format!("<!-- /{table} -->")));
    let (lines, _) = between.expect("a marked table");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect()
    };
    lines
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .collect()
}

/// Returns the chosen columns of those rows.
fn columns<const N: usize>(table: &str, numbers: [usize; N]) -> Vec<[String; N]> {
    rows(table)
        .iter()
        .map(|row| numbers.map(|number| row[number].clone()))
        .collect()
}

/// Returns the rate limit that follows on the page. A new one does not compile until it has its
/// place here.
fn next(limit: Option<RateLimit>) -> Option<RateLimit> {
    Some(match limit {
        None => RateLimit::LoginByEmailAndClient,
        Some(RateLimit::LoginByEmailAndClient) => RateLimit::LoginByClient,
        Some(RateLimit::LoginByClient) => RateLimit::LoginByEmail,
        Some(RateLimit::LoginByEmail) => RateLimit::LoginByDevice,
        Some(RateLimit::LoginByDevice) => RateLimit::LoginByKnownDevices,
        Some(RateLimit::LoginByKnownDevices) => RateLimit::ChangePasswordBySession,
        Some(RateLimit::ChangePasswordBySession) => RateLimit::ReauthenticateBySession,
        Some(RateLimit::ReauthenticateBySession) => RateLimit::CodeByClient,
        Some(RateLimit::CodeByClient) => RateLimit::SignupByClient,
        Some(RateLimit::SignupByClient) => RateLimit::MailByEmailAndClient,
        Some(RateLimit::MailByEmailAndClient) => RateLimit::MailByClient,
        Some(RateLimit::MailByClient) => RateLimit::MailByEmail,
        Some(RateLimit::MailByEmail) => RateLimit::MailByEmailLater,
        Some(RateLimit::MailByEmailLater) => RateLimit::MailOverall,
        Some(RateLimit::MailOverall) => RateLimit::SignupMailOverall,
        Some(RateLimit::SignupMailOverall) => RateLimit::FactorByAccount,
        Some(RateLimit::FactorByAccount) => RateLimit::FactorByDevice,
        Some(RateLimit::FactorByDevice) => RateLimit::FactorByKnownDevices,
        Some(RateLimit::FactorByKnownDevices) => RateLimit::FactorSetupByAccount,
        Some(RateLimit::FactorSetupByAccount) => RateLimit::PasskeyStartByClient,
        Some(RateLimit::PasskeyStartByClient) => RateLimit::PasskeyByClient,
        Some(RateLimit::PasskeyByClient) => RateLimit::MobileNumberByAccount,
        Some(RateLimit::MobileNumberByAccount) => RateLimit::ExportByAccount,
        Some(RateLimit::ExportByAccount) => RateLimit::ProviderByClient,
        Some(RateLimit::ProviderByClient) => RateLimit::LinkByEmail,
        Some(RateLimit::LinkByEmail) => return None,
    })
}

#[test]
fn rate_limits_match_the_code() {
    let window = |window: Duration| match window.as_secs() / 60 {
        minutes @ ..60 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    };
    let limits = successors(next(None), |limit| next(Some(*limit)));
    let expected: Vec<_> = limits
        .map(|it| {
            [
                format!("{it:?}"),
                it.limit().to_string(),
                window(it.window()),
            ]
        })
        .collect();
    assert_eq!(
        columns("rate limits", [0, 2, 3]),
        expected,
        "docs/security.md is stale: its rate limits are on the left"
    );
}

#[test]
fn document_limits_match_the_code() {
    let expected: Vec<_> = LIMITS
        .iter()
        .map(|limit| {
            [
                limit.name.to_owned(),
                limit.most.to_string(),
                limit.what.to_owned(),
            ]
        })
        .collect();
    let stale = "docs/security.md is stale: its limits of a document are on the left";
    assert_eq!(columns("document limits", [0, 1, 2]), expected, "{stale}");
    let sentence =
        format!("A response holds at most {MAX_ERRORS} errors and {MAX_RESPONSE_BYTES} bytes.");
    assert!(
        PAGE.contains(&sentence),
        "docs/security.md does not say: {sentence}"
    );
}

#[test]
fn request_limits_match_the_code() {
    let limits = Limits::DEFAULT;
    let seconds = |limit: Duration| format!("{} s", limit.as_secs());
    let expected = [
        ("connections", limits.connections.to_string()),
        (
            "max_connections_per_client",
            limits.max_connections_per_client.to_string(),
        ),
        ("head_bytes", limits.head_bytes.to_string()),
        ("uri_bytes", limits.uri_bytes.to_string()),
        ("body_bytes", limits.body_bytes.to_string()),
        ("head", seconds(limits.head)),
        ("body", seconds(limits.body)),
        ("answer", seconds(limits.answer)),
        ("unread", seconds(limits.unread)),
        ("idle", seconds(limits.idle)),
    ];
    let expected: Vec<_> = expected.map(|(name, most)| [name.to_owned(), most]).into();
    let stale = "docs/security.md is stale: its limits of a request are on the left";
    assert_eq!(columns("request limits", [0, 1]), expected, "{stale}");
}

#[test]
fn other_numbers_match_the_code() {
    for words in [
        format!("a code is void after {} tries", Code::TRIES),
        format!("8 to {} characters by default", PasswordPolicy::MAX),
        format!("**met**: {MAX_SESSIONS}; with one more, the least recently used ends"),
    ] {
        assert!(
            PAGES.iter().any(|page| page.contains(&words)),
            "neither docs/security.md nor an audit says: {words}"
        );
    }
}
