//! Writes a response as JSON of bounded size.

use std::io;

use async_graphql::ServerError;
use serde::Serialize;
use serde_json::json;

use super::error::Code;

/// The maximum size of a response, so that a small request cannot cause a large response. The
/// schema's full introspection has 68,000 bytes.
pub const MAX_RESPONSE_BYTES: usize = 256 * 1024;

/// Writes a response, or an error in its place if it is too large. The size is checked while the
/// JSON is written.
pub(super) fn write(response: &impl Serialize) -> String {
    bounded(response)
        .unwrap_or_else(|| json!({ "data": null, "errors": [too_large()] }).to_string())
}

fn bounded(response: &impl Serialize) -> Option<String> {
    let mut buffer = BoundedBuffer(Vec::new());
    serde_json::to_writer(&mut buffer, response).ok()?;
    String::from_utf8(buffer.0).ok()
}

fn too_large() -> ServerError {
    let message = format!(
        "The request was executed, but the response exceeds a limit: at most {MAX_RESPONSE_BYTES} bytes."
    );
    Code::QueryTooComplex.error(&message)
}

/// A buffer that refuses to grow beyond [`MAX_RESPONSE_BYTES`].
struct BoundedBuffer(Vec<u8>);

impl io::Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_RESPONSE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_beyond_the_limit_becomes_an_error() {
        // The quotation marks count, too.
        let most = "x".repeat(MAX_RESPONSE_BYTES - 2);
        assert_eq!(write(&most).len(), MAX_RESPONSE_BYTES);
        let error = write(&format!("{most}x"));
        assert!(error.contains("QUERY_TOO_COMPLEX"), "{error}");
        assert!(error.len() < 1024);
    }
}
