//! Emails as other programs judge them: spam filters with their local rules, and verifiers of DKIM.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use latchkey::app;
use latchkey::config::Config;
use latchkey::mail::Mailer;
use latchkey::model::{Clock, Locale};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::{self, Process};
use crate::support::{tool, until};

const LANGUAGES: [&str; 4] = ["en", "de", "es", "fr"];
/// The time limit for a spam filter to start or to judge, on a busy machine.
const SLOW: Duration = Duration::from_mins(5);

/// Returns a builder of emails with these settings beside the usual ones of an operator.
fn mailer(settings: &[(&str, &str)]) -> Mailer {
    let usual = [
        ("MAIL_FROM", "Example <no-reply@example.org>"),
        ("APP_URL", "https://app.example.org"),
        ("APP_URL_RESET", "/reset-password#code={code}"),
        ("APP_URL_SESSIONS", "/account/sessions"),
        ("SUPPORT", "support@example.org"),
    ];
    let vars = usual.iter().chain(settings);
    let vars = vars.map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
    app::mailer(&Config::from_vars(vars).unwrap(), None).unwrap()
}

/// Returns every kind of email in every language, with its name.
fn all(mailer: &Mailer) -> Vec<(String, String)> {
    let now = Clock::system().now();
    let mut all = Vec::new();
    for language in LANGUAGES {
        for kind in Mailer::kinds() {
            let locale = Some(Locale::parse(language).unwrap());
            let sample = mailer.sample(kind, locale, now).unwrap();
            all.push((format!("{kind} in {language}"), sample.message));
        }
    }
    all
}

#[test]
fn spamassassin_gives_no_email_half_a_point() {
    let programs = tool::path("spam");
    let (home, emails) = (TempDir::new().unwrap(), all(&mailer(&[])));
    // All in one run, which takes as long to start as to judge them.
    let mailbox = emails
        .iter()
        .fold(String::new(), |mut mailbox, (_, email)| {
            let email = email.replace("\nFrom ", "\n>From ");
            _ = write!(
                mailbox,
                "From no-reply@example.org Sun Nov 22 09:30:00 2026\n{email}\n"
            );
            mailbox
        });
    let mut command = Command::new(programs.join("spamassassin"));
    command.args(["--local", "--mbox"]).env("HOME", home.path());
    let ran = process::run(&mut command, &mailbox, SLOW);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let statuses: Vec<&str> = ran.stdout.split("\nX-Spam-Status: ").skip(1).collect();
    assert_eq!(statuses.len(), emails.len());
    for ((name, _), status) in emails.iter().zip(statuses) {
        let score = status.split("score=").nth(1).unwrap();
        let score: f64 = score.split(' ').next().unwrap().parse().unwrap();
        let reasons = status.split("autolearn").next().unwrap();
        assert!(score <= 0.5, "{name}: {reasons}");
    }
}

/// rspamd with its local rules, on a socket of its own.
struct Rspamd {
    folder: TempDir,
    process: Process,
}

/// Ends it in order: its workers outlive a parent that is killed.
impl Drop for Rspamd {
    fn drop(&mut self) {
        self.process.signal("TERM");
        self.process.ended();
    }
}

impl Rspamd {
    /// Modules that ask the network, or have no rules without it.
    const REMOTE: [&str; 9] = [
        "rbl",
        "fuzzy_check",
        "phishing",
        "asn",
        "hfilter",
        "url_redirector",
        "mx_check",
        "spf",
        "dmarc",
    ];

    fn start() -> Self {
        let program = tool::path("spam").join("rspamd");
        let folder = TempDir::new().unwrap();
        let local = folder.path().join("local.d");
        fs::create_dir(&local).unwrap();
        let write = |name: &str, text: &str| fs::write(local.join(name), text).unwrap();
        let socket = folder.path().join("socket");
        write("options.inc", include_str!("../emails/rspamd.inc"));
        write("logging.inc", "type = \"console\";\nlevel = \"error\";\n");
        let bind = format!("bind_socket = \"{} mode=0600\";\n", socket.display());
        write("worker-normal.inc", &(bind + "count = 1;\n"));
        for other in ["controller", "proxy", "fuzzy"] {
            write(&format!("worker-{other}.inc"), "enabled = false;\n");
        }
        for module in Self::REMOTE {
            write(&format!("{module}.conf"), "enabled = false;\n");
        }
        let mut command = Command::new(program);
        command.args(["--insecure", "--no-fork"]);
        command.args(["--config", "/etc/rspamd/rspamd.conf"]);
        for name in ["LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"] {
            command.arg(format!("--var={name}={}", folder.path().display()));
        }
        let process = Process::start(command.stderr(Stdio::null()));
        until("rspamd to listen", SLOW, || {
            UnixStream::connect(&socket).ok().map(drop)
        });
        Self { folder, process }
    }

    /// Returns the points of an email, and the rules that gave them.
    fn judge(&self, email: &str) -> (f64, String) {
        let email = email.replace('\n', "\r\n");
        let mut stream = UnixStream::connect(self.folder.path().join("socket")).unwrap();
        write!(
            stream,
            "POST /checkv2 HTTP/1.0\r\nIp: 192.0.2.9\r\nHostname: accounts.example.org\r\nHelo: accounts.example.org\r\n\
             From: no-reply@example.org\r\nRcpt: ada@example.org\r\nContent-Length: {}\r\n\r\n{email}",
            email.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").expect("an answer").1;
        let judged: Value = serde_json::from_str(body).unwrap();
        let rules = judged["symbols"].as_object().unwrap().iter();
        let rules = rules.filter(|(_, rule)| rule["score"].as_f64() > Some(0.0));
        let rules = rules.map(|(name, rule)| format!("{name} {}", rule["score"]));
        let score = judged["score"].as_f64().unwrap();
        (score, rules.collect::<Vec<_>>().join(", "))
    }
}

#[test]
fn rspamd_gives_no_email_more_than_one_point() {
    let emails = all(&mailer(&[]));
    let rspamd = Rspamd::start();
    for (name, email) in emails {
        let (score, rules) = rspamd.judge(&email);
        assert!(score <= 1.0, "{name}: {score}: {rules}");
    }
}

/// Creates a private key with OpenSSL.
fn private_key(algorithm: &str) -> String {
    let mut command = Command::new("openssl");
    command.args(["genpkey", "-algorithm", algorithm]);
    process::run(&mut command, "", SLOW).stdout
}

#[test]
fn two_verifiers_accept_signatures_and_refuse_changed_emails() {
    tool::path("spam");
    let verifiers = [
        (tool::path("python"), "verify_dkim.py"),
        ("perl".into(), "verify_dkim.pl"),
    ];
    for algorithm in ["RSA", "ED25519"] {
        let key = private_key(algorithm);
        let mailer = mailer(&[
            ("DKIM_DOMAIN", "example.org"),
            ("DKIM_SELECTOR", "latchkey1"),
            ("DKIM_KEY", &key),
        ]);
        let (name, record) = mailer.signature.as_ref().unwrap().record();
        assert_eq!(name, "latchkey1._domainkey.example.org");
        // Debian's Mail::DKIM has no Ed25519.
        let number = if algorithm == "RSA" { 2 } else { 1 };
        for (program, script) in verifiers.iter().take(number) {
            let verify = |email: &str| {
                let mut command = Command::new(program);
                command.arg(tool::root().join("tests/emails").join(script));
                process::run(command.arg(&record), email, SLOW).stdout
            };
            for (_, email) in all(&mailer).iter().step_by(17) {
                let email = email.replace('\n', "\r\n");
                assert_eq!(verify(&email), "valid\n", "{script} {algorithm}: {email}");
                let changed = email.replacen("Subject: ", "Subject: Re: ", 1);
                assert!(verify(&changed).starts_with("refused"), "{script}");
                let added = email.replacen("To: ", "Subject: x\r\nTo: ", 1);
                assert!(verify(&added).starts_with("refused"), "{script}");
            }
        }
    }
}
