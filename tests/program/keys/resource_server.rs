//! Third-party resource servers: the programs of `tests/verify`, which know only the URL of the JWK
//! set.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use crate::support::{SOON, tool, typescript};

/// The language that a resource server is written in.
#[derive(Clone, Copy, Debug)]
pub enum Language {
    Node,
    Python,
}

/// A running resource server, stopped when dropped.
pub struct ResourceServer {
    child: Child,
    tokens: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl ResourceServer {
    #[track_caller]
    pub fn start(language: Language, server: &str, issuer: &str, audience: &str) -> Self {
        let mut command = match language {
            Language::Node => {
                let folder = typescript::installed("tests/verify");
                let mut node = Command::new(tool::path("node"));
                node.arg(folder.join("jose.mjs"));
                node
            }
            Language::Python => {
                let mut python = Command::new(tool::path("python"));
                python.arg(tool::root().join("tests/verify/pyjwt.py"));
                python
            }
        };
        command
            .arg(format!("{server}/.well-known/jwks.json"))
            .args([issuer, audience]);
        // The empty environment keeps it from using a proxy that the tests were started with.
        let started = command
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child =
            started.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let (tokens, stdout) = (
            child.stdin.take(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self {
            child,
            tokens,
            lines,
        }
    }

    /// Returns its verdict on a token: the algorithm, the key id and the account, or a line that
    /// begins with `refused`.
    #[track_caller]
    pub fn verify(&mut self, token: &str) -> String {
        writeln!(self.tokens.as_mut().unwrap(), "{token}").unwrap();
        self.line()
    }

    /// Stops it and returns how often it fetched the JWK set.
    #[track_caller]
    pub fn fetched(mut self) -> u32 {
        self.tokens = None;
        self.line()
            .strip_prefix("fetched ")
            .and_then(|count| count.parse().ok())
            .expect("a count")
    }

    #[track_caller]
    fn line(&self) -> String {
        self.lines
            .recv_timeout(SOON * 2)
            .expect("a resource server that answers")
    }
}

impl Drop for ResourceServer {
    fn drop(&mut self) {
        // Fails if the process has already exited.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
