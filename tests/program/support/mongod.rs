//! A real MongoDB.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use mongodb::Client;
use mongodb::bson::{Document, doc};
use tokio::runtime::Runtime;

use super::{SOON, tool, until};

/// Runs a program until standard input is closed, which it is when the tests end, in whatever way: then kills it and
/// removes its folder. Says the program's id.
const WATCH: &str = r#"
    trap "" INT
    folder=$1 && shift
    "$@" >"$folder/log" 2>&1 &
    echo $!
    read -r _
    kill -s KILL $!
    wait
    rm -rf "$folder"
"#;

/// A running mongod, ended when dropped, or with the tests.
pub struct Mongod {
    watch: Child,
    id: String,
    port: u16,
}

impl Mongod {
    /// Starts one of the test's own, with nothing in it.
    #[track_caller]
    pub fn start() -> Self {
        Self::start_on(free_port())
    }

    #[track_caller]
    pub fn start_on(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(&folder).arg(tool::path("mongod")).arg("--dbpath").arg(&folder);
        watch.args(["--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]);
        watch.args(["--setParameter", "diagnosticDataCollectionEnabled=false", "--port", &port.to_string()]);
        let mut watch = watch.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut id = String::new();
        BufReader::new(watch.stdout.take().unwrap()).read_line(&mut id).unwrap();
        let started = Self { watch, id: id.trim().to_owned(), port };
        until("a mongod that listens", SOON * 4, || {
            assert!(
                Path::new("/proc").join(&started.id).exists(),
                "mongod ended: see {}",
                folder.join("log").display()
            );
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        started
    }

    /// The URL of a database on it.
    pub fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// Sends a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &self.id]).status().unwrap().success());
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        _ = self.watch.wait();
    }
}

/// A port that nothing listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn url(port: u16, database: &str) -> String {
    format!("mongodb://127.0.0.1:{port}/{database}")
}

/// A database of the test's own on the server that all tests share, dropped with this.
pub struct Database {
    pub url: String,
}

impl Database {
    #[track_caller]
    pub fn new() -> Self {
        static STARTED: OnceLock<Mongod> = OnceLock::new();
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("latchkey_program_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let url = match tool::variable("MONGODB") {
            Some(given) => with_database(&given, &name),
            None => STARTED.get_or_init(Mongod::start).url(&name),
        };
        Self { url }
    }

    /// The same with a user and a password of its own.
    #[track_caller]
    pub fn with_user(&self, user: &str, password: &str) -> String {
        self.run(doc! { "createUser": user, "pwd": password, "roles": ["readWrite"] }).unwrap();
        let escaped = super::mail_server::escaped;
        self.url.replacen("://", &format!("://{}:{}@", escaped(user), escaped(password)), 1)
    }

    fn run(&self, command: Document) -> mongodb::error::Result<Document> {
        Runtime::new().unwrap().block_on(async {
            let client = Client::with_uri_str(&self.url).await?;
            client.default_database().expect("the URL names it").run_command(command).await
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Of a server that is gone, nothing is left to be dropped.
        _ = self.run(doc! { "dropAllUsersFromDatabase": 1 });
        _ = self.run(doc! { "dropDatabase": 1 });
    }
}

/// The URL of another database on the same server.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").expect("LATCHKEY_TEST_MONGODB is a mongodb:// URL");
    let (hosts, _) = rest.split_once('/').unwrap_or((rest, ""));
    format!("{scheme}://{hosts}/{name}?{options}")
}
