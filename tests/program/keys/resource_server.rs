//! Third-party resource servers: the programs of `tests/verify`, which know only the URL of the JWK
//! set.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use crate::support::{SOON, tool, typescript};

/// A program of `tests/verify`, by its library.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    Jose,
    PyJwt,
    Express,
    Authlib,
}

impl Program {
    fn command(self) -> Command {
        let node = |file: &str| {
            let mut node = Command::new(tool::path("node"));
            node.arg(typescript::installed("tests/verify").join(file));
            node
        };
        let python = |python: PathBuf, file: &str| {
            let mut python = Command::new(python);
            python.arg(tool::root().join("tests/verify").join(file));
            python
        };
        match self {
            Self::Jose => node("jose.mjs"),
            Self::Express => node("express.mjs"),
            Self::PyJwt => python(tool::path("python"), "pyjwt.py"),
            Self::Authlib => python(
                tool::path("verifiers").join("bin/python"),
                "authlib_rfc9068.py",
            ),
        }
    }
}

/// A running resource server, stopped when dropped.
pub struct ResourceServer {
    child: Child,
    tokens: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl ResourceServer {
    /// Starts a program that keeps the JWK set for as long as it runs.
    #[track_caller]
    pub fn start(program: Program, server: &str, issuer: &str, audience: &str) -> Self {
        let keys = format!("{server}/.well-known/jwks.json");
        Self::spawn(program.command().args([&keys, issuer, audience]))
    }

    /// Starts a program that reads the JWK set again after some seconds, and that takes the
    /// server's URL for the issuer.
    #[track_caller]
    pub fn warm(program: Program, server: &str, audience: &str, cache_seconds: u32) -> Self {
        let keys = format!("{server}/.well-known/jwks.json");
        let cache = cache_seconds.to_string();
        Self::spawn(program.command().args([&keys, server, audience, &cache]))
    }

    #[track_caller]
    fn spawn(command: &mut Command) -> Self {
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
