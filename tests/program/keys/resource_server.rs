//! Resource servers of others: the programs of `tests/verify`, which know the address of the JWK set and no key.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use crate::support::{SOON, tool, typescript};

/// The languages that there is one in.
#[derive(Clone, Copy, Debug)]
pub enum Language {
    Node,
    Python,
}

/// A running one, ended when dropped.
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
        // Neither may go through a proxy that the tests were started with.
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

    /// What it says of a token: algorithm, key and account, or that it is refused.
    #[track_caller]
    pub fn says_of(&mut self, token: &str) -> String {
        writeln!(self.tokens.as_mut().unwrap(), "{token}").unwrap();
        self.line()
    }

    /// How often it has fetched the set in all.
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
        // One that has ended by itself cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
