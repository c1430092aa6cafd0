//! `latchkey check --live`: asks the running server whether it lives, for containers without an
//! HTTP client.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::super::{Failure, print};
use crate::config::{Config, reachable};

/// The time limit of each step.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The number of bytes of a response that are looked at: the status line.
const STATUS_LINE: usize = "HTTP/1.1 200".len();

/// Returns an error unless the server at `LATCHKEY_LISTEN` answers that it is live.
pub(super) fn run(config: &Config) -> Result<(), Failure> {
    let address = reachable(config.listen);
    match status(address) {
        Ok(status) if status.ends_with(" 200") => print(format_args!("live: {address}\n")),
        Ok(status) => Err(Failure::new(format!("{address} answers {status}"))),
        Err(error) => Err(Failure::new(format!(
            "{address} does not answer: {error} (LATCHKEY_LISTEN)"
        ))),
    }
}

fn status(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request =
        format!("GET /health/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = [0; STATUS_LINE];
    stream.read_exact(&mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}
