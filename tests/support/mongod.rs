//! Real MongoDB servers for tests: on loopback, in a folder of their own, gone with the process that started them.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::disallowed_methods,
    reason = "these variables are for tests, none of the product's settings"
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

/// Does what it is told on its input. That ends when the test process dies, however it dies, and then so does the
/// server: statics are never dropped, so a `Drop` alone would leave the shared server behind.
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

/// How long a server may take to start on a busy machine.
const STARTING: Duration = Duration::from_mins(1);

/// The URL of a database on the server for tests: the one that `LATCHKEY_TEST_MONGODB` names, else one that is started
/// for this process.
pub(crate) fn url(database: &str) -> String {
    let Ok(given) = env::var("LATCHKEY_TEST_MONGODB") else {
        return shared().url(database);
    };
    let (address, options) = given.split_once('?').unwrap_or((&given, ""));
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

/// A server, running or not. Dropping it kills it and removes its folder.
#[derive(Debug)]
pub(crate) struct Mongod {
    keeper: Child,
    answers: BufReader<std::process::ChildStdout>,
    folder: PathBuf,
    port: u16,
}

impl Mongod {
    /// A server that is not running yet, on a port that is free now.
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
            // Ctrl-C is for the tests; the keeper then still has the folder to remove.
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

    /// A server that is running.
    pub(crate) fn started(options: &[&str]) -> Self {
        let mut server = Self::new(options);
        server.start();
        server
    }

    /// Starts it, and waits until it takes connections.
    pub(crate) fn start(&mut self) {
        self.order("start");
        let deadline = Instant::now() + STARTING;
        loop {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if log.contains("Waiting for connections") {
                return;
            }
            // Said by the server, by the loader and by the shell.
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

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.order("kill");
    }

    /// Stops it where it stands: its connections stay open and nothing answers.
    pub(crate) fn pause(&mut self) {
        self.order("pause");
    }

    /// Lets it go on.
    pub(crate) fn resume(&mut self) {
        self.order("resume");
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The URL of a database on it.
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

/// The path of a mongod: the one that `LATCHKEY_TEST_MONGOD` names, else one on PATH, else one that is fetched.
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
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(
            run.status.success(),
            "these tests need a mongod, and there is none:\n{told}"
        );
        String::from_utf8_lossy(&run.stdout).trim().into()
    })
}
