//! One socket, from `connection_init` to its close.

use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use tokio::time::{Instant, interval_at, sleep, timeout};

use super::Connected;
use super::close::{self, Close};
use super::messages::{self, ClientMessage};
use super::operations::Operations;
use super::sockets::Membership;
use crate::accounts::{Authentication, LiveEnd};
use crate::http::request::RequestBody;
use crate::model::{AccountId, SessionId, Timestamp};
use crate::token::BearerError;

/// The time for which the server waits for the client's part of the close.
const LINGER: Duration = Duration::from_secs(2);
/// The time within which the last events of a session that ended are sent.
const LAST_EVENTS: Duration = Duration::from_secs(3);

/// The end of a socket: with a code, or without one because the client is gone.
type End = Option<Close>;

/// A socket whose client has sent nothing useful yet.
struct Socket {
    sink: SplitSink<WebSocket, Message>,
    stream: SplitStream<WebSocket>,
    connected: Arc<Connected>,
}

/// The caller of a socket.
struct Caller {
    bearer: SecretString,
    account: AccountId,
    session: SessionId,
    /// The time from which the bearer token is refused.
    expiry: Timestamp,
}

/// Serves a socket until either side closes it.
pub(super) async fn serve(socket: WebSocket, connected: Arc<Connected>) {
    let began = Instant::now();
    let (sink, stream) = socket.split();
    let mut socket = Socket {
        sink,
        stream,
        connected,
    };
    let end = match socket.admit().await {
        Ok((caller, membership)) => socket.follow(caller, &membership).await,
        Err(end) => end,
    };
    let seconds = began.elapsed().as_secs();
    let code = end.map(|end| end.code);
    tracing::info!(code, seconds, "socket closed");
    if let Some(close) = end {
        if close == close::SHUTDOWN {
            sleep(socket.connected.spread()).await;
        }
        socket.close(close).await;
    }
}

impl Socket {
    /// Waits for `connection_init`, and returns the caller that it names.
    async fn admit(&mut self) -> Result<(Caller, Membership), End> {
        let limit = self.connected.state.limits.socket_init;
        let connected = self.connected.clone();
        let payload = tokio::select! {
            payload = timeout(limit, self.init()) => match payload {
                Ok(payload) => payload?,
                Err(_) => return Err(Some(close::INIT_TIMEOUT)),
            },
            () = connected.state.sockets.closing() => return Err(Some(close::SHUTDOWN)),
        };
        let caller = authenticate(&connected, &payload).await.map_err(Some)?;
        let membership = connected.state.sockets.join(caller.session);
        self.send(messages::ACKNOWLEDGED.to_owned()).await?;
        Ok((caller, membership))
    }

    /// Reads until `connection_init`, and returns its payload.
    async fn init(&mut self) -> Result<Map<String, Value>, End> {
        loop {
            match self.receive().await? {
                ClientMessage::ConnectionInit { payload } => return Ok(payload.unwrap_or_default()),
                ClientMessage::Ping => self.send(messages::PONG.to_owned()).await?,
                ClientMessage::Pong | ClientMessage::Complete { .. } => {}
                ClientMessage::Subscribe { .. } => return Err(Some(close::UNAUTHORIZED)),
            }
        }
    }

    /// Serves the operations of an authenticated client.
    async fn follow(&mut self, caller: Caller, membership: &Membership) -> End {
        let connected = self.connected.clone();
        let state = &connected.state;
        let mut operations = Operations::default();
        let session = state.accounts.live_changes(caller.account, caller.session);
        let mut session_end = pin!(session.ended());
        let mut beat = interval_at(
            Instant::now() + state.limits.heartbeat,
            state.limits.heartbeat,
        );
        loop {
            let step = tokio::select! {
                close = interrupted(&connected, &caller, membership) => Break(Some(close)),
                end = &mut session_end => Break(self.session_ended(end, &mut operations).await),
                _ = beat.tick() => self.beat(membership).await,
                message = operations.next() => self.forward(message).await,
                message = self.receive() => match message {
                    Ok(message) => self.on(message, &caller, membership, &mut operations).await,
                    Err(end) => Break(end),
                },
            };
            if let Break(end) = step {
                return end;
            }
        }
    }

    async fn on(
        &mut self,
        message: ClientMessage,
        caller: &Caller,
        membership: &Membership,
        operations: &mut Operations,
    ) -> ControlFlow<End> {
        membership.on_answer();
        match message {
            ClientMessage::ConnectionInit { .. } => Break(Some(close::INIT_AGAIN)),
            ClientMessage::Ping => self.forward(messages::PONG.to_owned()).await,
            ClientMessage::Pong => Continue(()),
            ClientMessage::Complete { id } => {
                operations.stop(&id);
                Continue(())
            }
            ClientMessage::Subscribe { id, payload } => {
                match self.start(id, payload, caller, operations) {
                    Ok(()) => Continue(()),
                    Err(close) => Break(Some(close)),
                }
            }
        }
    }

    fn start(
        &self,
        id: String,
        payload: RequestBody,
        caller: &Caller,
        operations: &mut Operations,
    ) -> Result<(), Close> {
        if operations.contains(&id) {
            return Err(close::SUBSCRIBED);
        }
        if operations.is_full() {
            return Err(close::SUBSCRIPTIONS);
        }
        let request = payload.into_request().ok_or(close::INVALID)?;
        operations.start(id, request, caller.bearer.clone(), self.connected.clone());
        Ok(())
    }

    /// Asks the client for an answer, unless it has not given one for too long.
    async fn beat(&mut self, membership: &Membership) -> ControlFlow<End> {
        if membership.answered_at().elapsed() >= self.connected.state.limits.pong {
            return Break(Some(close::UNRESPONSIVE));
        }
        self.forward(messages::PING.to_owned()).await
    }

    /// Lets the operations of a session that has ended say so, and returns the code for it.
    async fn session_ended(&mut self, end: LiveEnd, operations: &mut Operations) -> End {
        if end == LiveEnd::Unavailable {
            return Some(close::OVERLOADED);
        }
        operations.session_has_ended();
        let last_events = async {
            while !operations.is_empty() {
                let message = operations.next().await;
                self.send(message).await?;
            }
            Ok::<_, End>(())
        };
        match timeout(LAST_EVENTS, last_events).await {
            Ok(Err(end)) => end,
            Ok(Ok(())) | Err(_) => Some(close::UNAUTHORIZED),
        }
    }

    /// Receives the next message of the protocol.
    async fn receive(&mut self) -> Result<ClientMessage, End> {
        loop {
            let message = self.stream.next().await.ok_or(None)?;
            return match message {
                Ok(Message::Text(text)) => {
                    ClientMessage::parse(text.as_str()).ok_or(Some(close::INVALID))
                }
                Ok(Message::Close(_)) => Err(None),
                // The library answers pings of frames itself.
                Ok(Message::Ping(_) | Message::Pong(_)) => continue,
                // A failure means that the client broke the framing, sent too much, or is gone.
                Ok(Message::Binary(_)) | Err(_) => Err(Some(close::INVALID)),
            };
        }
    }

    async fn forward(&mut self, message: String) -> ControlFlow<End> {
        match self.send(message).await {
            Ok(()) => Continue(()),
            Err(end) => Break(end),
        }
    }

    /// Sends a message to a client that reads it in time.
    async fn send(&mut self, message: String) -> Result<(), End> {
        let sending = self.sink.send(Message::Text(message.into()));
        match timeout(self.connected.state.limits.unread, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(None),
        }
    }

    /// Closes the socket, and waits a while for the client to do so too.
    async fn close(mut self, close: Close) {
        let closing = async {
            self.sink.send(close.into()).await?;
            while let Some(Ok(_)) = self.stream.next().await {}
            Ok::<_, axum::Error>(())
        };
        // An error means that the client is gone.
        _ = timeout(LINGER, closing).await;
    }
}

/// Waits for what ends a socket whatever its client does.
async fn interrupted(connected: &Connected, caller: &Caller, membership: &Membership) -> Close {
    let state = &connected.state;
    let left = state.accounts.now().until(caller.expiry);
    tokio::select! {
        biased;
        () = sleep(left) => close::EXPIRED,
        () = state.sockets.closing() => close::SHUTDOWN,
        () = membership.superseded() => close::SOCKETS,
    }
}

/// Returns the caller whom the payload of `connection_init` names.
async fn authenticate(
    connected: &Connected,
    payload: &Map<String, Value>,
) -> Result<Caller, Close> {
    let bearer = messages::bearer(payload).ok_or(close::UNAUTHORIZED)?;
    let accounts = &connected.state.accounts;
    let expiry = accounts.bearer_expiry(bearer.expose_secret());
    match accounts.authenticate(bearer.expose_secret()).await {
        Ok(Authentication::SignedIn(caller)) => Ok(Caller {
            bearer,
            account: caller.account.id,
            session: caller.session,
            expiry: expiry.ok_or(close::EXPIRED)?,
        }),
        Ok(Authentication::InvalidToken(BearerError::OutOfTime)) => Err(close::EXPIRED),
        Ok(_) => Err(close::UNAUTHORIZED),
        Err(_) => Err(close::OVERLOADED),
    }
}
