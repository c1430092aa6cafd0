//! Wrappers for a connection's stream and bodies that report progress to [`ConnectionTimeouts`].

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection_state::ConnectionTimeouts;

/// A stream that reports what is read and written.
pub(super) struct TrackedIo<S> {
    stream: S,
    timeouts: Arc<ConnectionTimeouts>,
}

impl<S> TrackedIo<S> {
    pub(super) const fn new(stream: S, timeouts: Arc<ConnectionTimeouts>) -> Self {
        Self { stream, timeouts }
    }

    /// Reports a write that made progress.
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.timeouts.on_write();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TrackedIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.timeouts.on_read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TrackedIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.timeouts.on_flush();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A body that reports its end: it is dropped when it was read completely, or when its reader has
/// no use for the rest.
pub(super) struct TrackedBody<B> {
    body: B,
    timeouts: Arc<ConnectionTimeouts>,
    on_end: fn(&ConnectionTimeouts),
}

impl TrackedBody<Incoming> {
    /// Wraps the body of a request.
    pub(super) const fn request(body: Incoming, timeouts: Arc<ConnectionTimeouts>) -> Self {
        Self {
            body,
            timeouts,
            on_end: ConnectionTimeouts::on_request_end,
        }
    }
}

impl TrackedBody<Body> {
    /// Wraps the body of a response.
    pub(super) const fn response(body: Body, timeouts: Arc<ConnectionTimeouts>) -> Self {
        Self {
            body,
            timeouts,
            on_end: ConnectionTimeouts::on_response_end,
        }
    }
}

impl<B: HttpBody + Unpin> HttpBody for TrackedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for TrackedBody<B> {
    fn drop(&mut self) {
        (self.on_end)(&self.timeouts);
    }
}
