//! Wrappers for a connection's stream and bodies that report progress to [`ConnectionTimeouts`].

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connection_state::ConnectionTimeouts;

/// The time for which a client may go on sending after its connection was shut down. A client that
/// never stops is cut off.
const LINGER: Duration = Duration::from_secs(2);

/// A stream that reports what is read and written.
pub(super) struct TrackedIo<S> {
    stream: S,
    timeouts: Arc<ConnectionTimeouts>,
    /// The end of the time for what the client still sends, once the connection was shut down.
    linger: Option<Pin<Box<Sleep>>>,
}

impl<S> TrackedIo<S> {
    pub(super) const fn new(stream: S, timeouts: Arc<ConnectionTimeouts>) -> Self {
        Self {
            stream,
            timeouts,
            linger: None,
        }
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

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TrackedIo<S> {
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

    /// Shuts the connection down, and discards what the client still sends for a while. A system
    /// that closes a connection with unread bytes resets it, and the client may lose the response:
    /// that the body was too large, for example.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.timeouts.on_shutdown();
        }
        let linger = this.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        while this.timeouts.lingers() && linger.as_mut().poll(cx).is_pending() {
            let mut unread = [0; 4096];
            let mut unread = ReadBuf::new(&mut unread);
            let read = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut unread));
            // An error means that the client is gone.
            if read.is_err() || unread.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
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
