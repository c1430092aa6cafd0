//! A TCP connection on which a test writes raw bytes.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::SOON;

pub struct Raw(TcpStream);

impl Raw {
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Self(stream)
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads up to and including a text.
    #[track_caller]
    pub fn read_until(&mut self, text: &str) -> String {
        let (mut bytes, mut byte) = (Vec::new(), [0]);
        while !bytes.ends_with(text.as_bytes()) {
            let read = self.0.read(&mut byte).unwrap();
            assert!(
                read == 1,
                "closed before {text}: {}",
                String::from_utf8_lossy(&bytes)
            );
            bytes.push(byte[0]);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads until the server closes the connection.
    #[track_caller]
    pub fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
