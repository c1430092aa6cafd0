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

    /// Returns the next line of its standard output, or `None` if the output was closed or
    /// `timeout` has passed.
    pub fn line(&self, timeout: Duration) -> Option<String> {
        self.lines.recv_timeout(timeout).ok()
    }

    /// Returns the lines that have arrived and were not read yet.
    pub fn more_lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        send(name, &self.child.id().to_string());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it exits.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        until("the process to exit", SOON, || {
            self.child.try_wait().unwrap()
        })
    }

    /// Kills it without a warning (SIGKILL).
    pub fn kill(&mut self) {
        // Fails if the process has already exited.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to a process or a process group, with the `kill` that every shell has.
fn send(name: &str, id: &str) {
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, id])
        .status();
    assert!(sent.unwrap().success(), "SIG{name} was not sent to {id}");
}

/// The exit code and the output of a program that has exited.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program and waits until it exits.
#[track_caller]
pub fn run(command: &mut Command, stdin: &str, timeout: Duration) -> Ran {
    // In a process group of its own, so that its children are killed with it after the timeout.
    command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let started = command.spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    // Fails if the program exits without reading its input.
    _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let (stdout, stderr) = (
        all(child.stdout.take().unwrap()),
        all(child.stderr.take().unwrap()),
    );
    let started = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if started.elapsed() < timeout => std::thread::sleep(Duration::from_millis(10)),
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
        "{command:?} did not end within {timeout:?}: {ran:#?}"
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
