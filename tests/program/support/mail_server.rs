//! A real mail server: `tests/smtp/server.py`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::email::{self, ReceivedEmail};
use super::home::Home;
use super::process::Process;
use super::{SOON, tool, until};

pub const USER: &str = "mailer@x.test";
/// A password with characters that a URL has to escape.
pub const PASSWORD: &str = "pass/phrase@ho%me";

/// The way in which TLS begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Starttls,
    FromTheStart,
}

/// A running mail server, stopped when dropped.
pub struct MailServer {
    _process: Process,
    folder: TempDir,
    port: u16,
    tls: Tls,
}

impl MailServer {
    /// Starts a mail server with additional arguments.
    #[track_caller]
    pub fn start(tls: Tls, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let python = tool::path("python");
        let mut command = Command::new(python);
        command
            .arg(tool::root().join("tests/smtp/server.py"))
            .args(arguments);
        command
            .arg("--mail")
            .arg(folder.path().join("mail"))
            .arg("--tls")
            .arg(folder.path().join("tls"));
        if tls == Tls::FromTheStart {
            command.arg("--smtps");
        }
        let log = folder.path().join("log");
        command
            .env("SMTP_USER", USER)
            .env("SMTP_PASSWORD", PASSWORD)
            .stderr(File::create(&log).unwrap());
        let process = Process::start(&mut command);
        let ready = process.line(SOON * 2).unwrap_or_default();
        let port = ready
            .strip_prefix("ready ")
            .and_then(|port| port.parse().ok());
        let port =
            port.unwrap_or_else(|| panic!("no mail server: {}", fs::read_to_string(log).unwrap()));
        Self {
            _process: process,
            folder,
            port,
            tls,
        }
    }

    /// Configures a home to send its emails through this server, with the given password.
    pub fn used_by(&self, home: Home, password: &str) -> Home {
        let scheme = if self.tls == Tls::Starttls {
            "smtp"
        } else {
            "smtps"
        };
        let url = format!(
            "{scheme}://{}:{}@localhost:{}",
            escaped(USER),
            escaped(password),
            self.port
        );
        home.with("LATCHKEY_MAIL", url)
            .with("LATCHKEY_MAIL_FROM", "Latchkey at X <no-reply@x.test>")
            .with("SSL_CERT_FILE", self.certificates())
    }

    /// Returns the path of the certificate authority that signed its certificate.
    pub fn certificates(&self) -> String {
        self.folder
            .path()
            .join("tls/ca.pem")
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// Returns the emails that it has accepted, in order.
    pub fn messages(&self) -> Vec<ReceivedEmail> {
        email::in_folder(&self.folder.path().join("mail"))
    }

    /// Waits until it has accepted `number` emails.
    #[track_caller]
    pub fn taken(&self, number: usize, timeout: Duration) -> Vec<ReceivedEmail> {
        until(
            &format!("email {number} at the mail server"),
            timeout,
            || Some(self.messages()).filter(|messages| messages.len() >= number),
        )
    }

    /// Returns the largest number of connections that it has had at once.
    pub fn connections(&self) -> usize {
        let path = self.folder.path().join("mail/connections");
        fs::read_to_string(path).unwrap().parse().unwrap()
    }

    /// Returns the port on which it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the envelope of an email, counted from 1.
    pub fn envelope(&self, number: usize) -> Value {
        let path: PathBuf = self.folder.path().join(format!("mail/{number}.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }
}

/// Percent-encodes a user or a password for a URL.
pub fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
