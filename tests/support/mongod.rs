//! Real MongoDB servers for tests: on loopback, each in its own folder, removed with the process
//! that started them.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(
    clippy::disallowed_methods,
    reason = "the tests' variables are not settings of the program"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// A shell script that runs mongod and reads commands from its input. The input ends when the test
/// process dies for any reason, and the script then kills the server: statics are never dropped, so
/// `Drop` alone would leave it running.
const KEEPER: &str = r#"
folder=$1; shift
server=
while read -r order; do
    case $order in
        start) "$@" </dev/null >"$folder/log" 2>&1 & server=$! ;;
        kill) kill -KILL "$server"; wait "$server" ;;
        pause)
            kill -STOP "$server"
            # On a busy machine its threads stop one after the other.
            while grep -qs '^State:.[^T]' /proc/"$server"/task/*/status; do sleep 0.01; done ;;
        resume) kill -CONT "$server" ;;
    esac
    echo done
done
[ -n "$server" ] && kill -KILL "$server" && wait "$server"
rm -rf "$folder"
"#;

/// The time limit for a server to start, on a busy machine.
const STARTING: Duration = Duration::from_mins(1);

/// Returns the URL of a database on the test server: the one that `LATCHKEY_TEST_MONGODB` names,
/// else one that is started for this process.
pub(crate) fn url(database: &str) -> String {
    let Ok(named) = env::var("LATCHKEY_TEST_MONGODB") else {
        return shared().url(database);
    };
    let (address, options) = named.split_once('?').unwrap_or((&named, ""));
    let (scheme, rest) = address
        .split_once("://")
        .expect("LATCHKEY_TEST_MONGODB is a mongodb:// URL");
    let host = rest.split('/').next().unwrap_or(rest);
    format!("{scheme}://{host}/{database}?{options}")
}

fn shared() -> &'static Mongod {
    static SHARED: OnceLock<Mongod> = OnceLock::new();
    SHARED.get_or_init(|| Mongod::started(&[]))
}

/// A MongoDB server, running or not. Dropping it kills it and removes its folder.
#[derive(Debug)]
pub(crate) struct Mongod {
    keeper: Child,
    answers: BufReader<std::process::ChildStdout>,
    folder: PathBuf,
    port: u16,
}

impl Mongod {
    /// Prepares a server on a free port without starting it.
    pub(crate) fn new(options: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-mongod-")
            .tempdir()
            .expect("a folder for mongod")
            .keep();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its number").port();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "mongod-keeper"])
            .arg(&folder)
            .arg(binary())
            .args([
                "--bind_ip",
                "127.0.0.1",
                "--nounixsocket",
                "--wiredTigerCacheSizeGB",
                "0.25",
            ])
            .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
            .args(["--port", &port.to_string(), "--dbpath"])
            .arg(&folder)
            .args(options)
            // Ctrl-C stops the tests only: the keeper still has to remove the folder.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let answers = BufReader::new(keeper.stdout.take().expect("its output is piped"));
        Self {
            keeper,
            answers,
            folder,
            port,
        }
    }

    /// Starts a new server.
    pub(crate) fn started(options: &[&str]) -> Self {
        let mut server = Self::new(options);
        server.start();
        server
    }

    /// Starts it and waits until it accepts connections.
    pub(crate) fn start(&mut self) {
        self.order("start");
        let deadline = Instant::now() + STARTING;
        loop {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if log.contains("Waiting for connections") {
                return;
            }
            // Messages of the server, of the dynamic loader and of the shell.
            let ended = [
                "shutting down with code",
                "error while loading shared libraries",
                "mongod-keeper:",
            ];
            if ended.iter().any(|text| log.contains(text)) || Instant::now() > deadline {
                let last = log
                    .lines()
                    .rev()
                    .take(20)
                    .fold(String::new(), |mut last, line| {
                        let _ = writeln!(last, "{line}");
                        last
                    });
                panic!("mongod does not start; the end of its log, last line first:\n{last}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, as in a crash.
    pub(crate) fn kill(&mut self) {
        self.order("kill");
    }

    /// Suspends it: its connections stay open and nothing answers.
    pub(crate) fn pause(&mut self) {
        self.order("pause");
    }

    /// Resumes it.
    pub(crate) fn resume(&mut self) {
        self.order("resume");
    }

    /// Returns the address that it listens on.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns the URL of a database on it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mongodb://{}/{database}", self.address())
    }

    fn order(&mut self, order: &str) {
        let orders = self.keeper.stdin.as_mut().expect("its input is piped");
        writeln!(orders, "{order}").expect("the keeper listens");
        self.answers
            .read_line(&mut String::new())
            .expect("the keeper answers");
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Returns the path of mongod: the one that `LATCHKEY_TEST_MONGOD` names, else one on `PATH`, else
/// a downloaded one.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = env::var_os("LATCHKEY_TEST_MONGOD") {
            return path.into();
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/mongod");
        let run = Command::new(script)
            .output()
            .expect("tests/tools/mongod runs");
        let output = String::from_utf8_lossy(&run.stderr);
        assert!(
            run.status.success(),
            "these tests need mongod, which is not available:\n{output}"
        );
        String::from_utf8_lossy(&run.stdout).trim().into()
    })
}
