//! Words in comments, pages, doc summaries, test names and code.

use std::collections::BTreeSet;

use super::{assert_none, lines};

const STYLE: &str = include_str!("../../../docs/style.md");

/// Words that begin an indirect question.
const QUESTIONS: [&str; 9] = [
    "what", "whether", "who", "whose", "where", "when", "why", "how", "which",
];

/// Names that the code once had for things that the field calls otherwise.
const OLD_NAMES: [&str; 34] = [
    "Postage",
    "Pulse",
    "HURRY",
    "Watched",
    "Crowd",
    "converse",
    "no_sooner",
    "change_evenly",
    "Asking",
    "know_again",
    "Acts",
    "Told",
    "Silent",
    "Door",
    "Unfit",
    "Admitted",
    "weigh",
    "Weight",
    "Endpoint",
    "Params",
    "Budget",
    "Charge",
    "refund",
    "uncount",
    "Standing",
    "Worth",
    "Refusal",
    "RightButStale",
    "Reach",
    "Administered",
    "PasswordMoved",
    "Composed",
    "throttle",
    "connections_of_one",
];

/// Returns what follows a mark that begins a comment, unless the mark stands in a string.
fn comment<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let (before, comment) = line.split_once(mark)?;
    (before.matches('"').count() % 2 == 0 && !before.ends_with(':')).then_some(comment)
}

/// Returns the banned words of docs/style.md.
fn banned() -> BTreeSet<String> {
    let block = STYLE.split_once("<!-- banned words -->").unwrap().1;
    let block = block.split_once("<!-- /banned words -->").unwrap().0;
    block
        .split([',', '\n'])
        .map(|word| {
            word.trim()
                .trim_matches(['`', '-', ' ', '.'])
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns the banned words of a text. What stands in backticks is a name, not prose.
fn banned_in(text: &str, banned: &BTreeSet<String>) -> Vec<String> {
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words: String = prose
        .chars()
        .map(|it| {
            if it.is_alphanumeric() {
                it.to_ascii_lowercase()
            } else {
                ' '
            }
        })
        .collect();
    let padded = format!(
        " {} ",
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let is_there = |word: &&String| padded.contains(&format!(" {word} "));
    banned.iter().filter(is_there).cloned().collect()
}

#[test]
fn comments_and_pages_use_no_banned_word() {
    let banned = banned();
    assert!(banned.len() > 20, "{banned:?}");
    let mut found = Vec::new();
    let mut search = |extensions: &[&str], text: fn(&str) -> Option<&str>| {
        for line in lines(extensions) {
            let words = text(&line.text).map(|text| banned_in(text, &banned));
            for word in words.into_iter().flatten() {
                found.push(format!("{word}: {}", line.place()));
            }
        }
    };
    search(&["rs", "js", "mjs", "ts"], |line| comment(line, "//"));
    search(&["py", "sh", "toml", ""], |line| comment(line, "#"));
    search(&["md", "graphql", "example"], |line| Some(line));
    assert_none("lines use a word that docs/style.md bans", &found);
}

#[test]
fn doc_summaries_do_not_begin_with_question_words() {
    let mut found = Vec::new();
    let mut in_doc = false;
    for line in lines(&["rs"]) {
        let text = line.text.trim_start();
        let doc = text
            .strip_prefix("///")
            .or_else(|| text.strip_prefix("//!"));
        if let (Some(doc), false) = (doc, in_doc) {
            let first = doc
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_lowercase();
            if QUESTIONS.contains(&first.trim_matches(|it: char| !it.is_alphanumeric())) {
                found.push(line.place());
            }
        }
        in_doc = doc.is_some();
    }
    assert_none("doc summaries are indirect questions", &found);
}

#[test]
fn test_names_have_five_to_nine_words() {
    let banned = banned();
    let (mut found, mut is_test, mut count) = (Vec::new(), false, 0);
    for line in lines(&["rs"]) {
        let text = line.text.trim_start();
        let signature = text
            .strip_prefix("async ")
            .unwrap_or(text)
            .strip_prefix("fn ");
        if let (Some(signature), true) = (signature, is_test) {
            let name = signature.split(['(', '<']).next().unwrap_or_default();
            if name.starts_with('$') {
                is_test = false;
                continue;
            }
            let words = name.split('_').filter(|word| !word.is_empty()).count();
            if !(5..=9).contains(&words) || !banned_in(&name.replace('_', " "), &banned).is_empty()
            {
                found.push(line.place());
            }
            (is_test, count) = (false, count + 1);
        }
        is_test |= text.starts_with("#[test]") || text.starts_with("#[tokio::test");
    }
    assert!(count > 600, "only {count} tests were found");
    assert_none(
        "tests have names of other lengths, or with banned words",
        &found,
    );
}

#[test]
fn names_are_those_of_the_field() {
    let mut found = Vec::new();
    for line in lines(&["rs"]) {
        let code = line.text.split("//").next().unwrap_or_default();
        let code: String = code.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        // The name of another crate's type.
        let code = code.replace("scrypt::Params", "");
        let is_old = |name: &str| {
            OLD_NAMES.contains(&name)
                || name.ends_with("Fault")
                || name.to_lowercase().contains("letter")
        };
        let mut names = code.split(|it: char| !it.is_alphanumeric() && it != '_');
        if names.any(is_old) {
            found.push(line.place());
        }
    }
    assert_none("lines use a name of the old vocabulary", &found);
}

#[test]
fn reader_of_words_sees_whole_words_outside_backticks() {
    let banned = ["be it", "door"].map(str::to_owned).into();
    assert_eq!(banned_in("Be it so, `door` and doors.", &banned), ["be it"]);
    assert_eq!(banned_in("the door-keeper", &banned), ["door"]);
    assert_eq!(comment("let a = \"http://x\"; // why", "//"), None);
    assert_eq!(comment("let a = 1; // why", "//"), Some(" why"));
}

#[test]
fn decisions_index_lists_every_entry_once() {
    let page = include_str!("../../../docs/decisions.md");
    let entries: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    let listed: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("- [")?.split("](#").next())
        .collect();
    let sorted = |mut titles: Vec<&'static str>| {
        titles.sort_unstable();
        titles
    };
    assert_eq!(sorted(listed), sorted(entries));
}
