//! A child process that does not outlive its test.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::{SOON, until};

/// A running program, killed when dropped. Its standard output is read line by line.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child =
            started.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// The next line of its standard output; none when it closed that, or was silent for too long.
    pub fn line(&self, patience: Duration) -> Option<String> {
        self.lines.recv_timeout(patience).ok()
    }

    /// The lines that are there and were not read yet.
    pub fn more_lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        send(name, &self.child.id().to_string());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        until("the end of the process", SOON, || {
            self.child.try_wait().unwrap()
        })
    }

    /// Ends it without a warning (SIGKILL).
    pub fn kill(&mut self) {
        // One that has ended by itself cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to a process, or to a group of them. The shell's own `kill` is on every system.
fn send(name: &str, id: &str) {
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, id])
        .status();
    assert!(sent.unwrap().success(), "SIG{name} was not sent to {id}");
}

/// What a program that has ended left: its exit code, standard output and standard error.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program to its end.
#[track_caller]
pub fn run(command: &mut Command, stdin: &str, patience: Duration) -> Ran {
    // A group of its own, so that what it started ends with it where it takes too long.
    command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let started = command.spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    // Whoever does not read it has closed it.
    _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let (stdout, stderr) = (
        all(child.stdout.take().unwrap()),
        all(child.stderr.take().unwrap()),
    );
    let started = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if started.elapsed() < patience => std::thread::sleep(Duration::from_millis(10)),
            None => break None,
        }
    };
    if status.is_none() {
        send("KILL", &format!("-{}", child.id()));
        _ = child.wait();
    }
    let ran = Ran {
        code: status.and_then(|status| status.code()),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    };
    assert!(
        status.is_some(),
        "{command:?} did not end within {patience:?}: {ran:#?}"
    );
    ran
}

fn all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
