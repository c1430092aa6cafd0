//! `LATCHKEY_DRAIN_SECONDS`: a stopping server accepts connections until load balancers have
//! noticed that it is not ready.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::home::Home;
use crate::support::{SOON, until};

const DRAIN: Duration = Duration::from_secs(2);

#[test]
fn stopping_server_accepts_connections_until_drain_ends() {
    let home = Home::new().with("LATCHKEY_DRAIN_SECONDS", DRAIN.as_secs().to_string());
    let mut server = home.start();
    assert_eq!(server.client().get("/health/ready").status, 200);

    let signaled = Instant::now();
    server.process.signal("TERM");
    // Each client opens a connection of its own.
    until("a server that is not ready", SOON, || {
        (server.client().get("/health/ready").status == 503).then_some(())
    });
    assert!(signaled.elapsed() < DRAIN, "{:?}", signaled.elapsed());
    assert_eq!(server.client().get("/health/live").status, 200);

    let address = server.address().to_owned();
    until("a listener that is closed", SOON, || {
        TcpStream::connect(&address).is_err().then_some(())
    });
    assert!(signaled.elapsed() >= DRAIN, "{:?}", signaled.elapsed());
    assert_eq!(server.process.ended().code(), Some(0));
}
