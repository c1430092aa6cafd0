//! One dialogue with a mail server, on a connection of its own. Each answer has a time limit, and a
//! connection on which one is missing is dropped: nothing reads an answer that belongs to an
//! earlier command.

use std::net::SocketAddr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use secrecy::ExposeSecret;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::error::SmtpError;
use super::reply::Step;
use super::{Server, Tls};
use crate::mail::EmailMessage;

/// The time limits of the answers.
#[derive(Clone, Copy, Debug)]
pub struct AnswerTimeouts {
    /// Limits the lookup of the name, and the TCP connection to one address.
    pub connection: Duration,
    /// Limits each answer up to the one to `RCPT TO`.
    pub command: Duration,
    /// Limits the answer to `DATA`.
    pub data: Duration,
    /// Limits the answer to the message's final dot.
    pub content: Duration,
    /// Limits the answer to `QUIT`, which changes nothing.
    pub quit: Duration,
}

impl AnswerTimeouts {
    /// The limits of RFC 5321, section 4.5.3.2. Shorter ones make a slow server accept an email
    /// that the client takes for unsent and sends again.
    pub const DEFAULT: Self = Self {
        connection: Duration::from_secs(30),
        command: Duration::from_mins(5),
        data: Duration::from_mins(2),
        content: Duration::from_mins(10),
        quit: Duration::from_secs(5),
    };

    /// The limits of a check, for which an operator waits.
    pub const CHECK: Self = Self {
        connection: Duration::from_secs(10),
        command: Duration::from_secs(10),
        ..Self::DEFAULT
    };
}

/// A connection that is greeted, encrypted and logged in.
pub(in crate::mail) struct Dialogue {
    connection: AsyncSmtpConnection,
    timeouts: AnswerTimeouts,
}

impl Dialogue {
    /// Connects to the first of the server's addresses that works, starts TLS and logs in.
    pub(super) async fn open(server: &Server, timeouts: AnswerTimeouts) -> Result<Self, SmtpError> {
        let addresses = addresses(server, timeouts.connection).await?;
        let mut failed = None;
        for (index, address) in addresses.iter().enumerate() {
            // While others are left, none is waited for as long as the last.
            let is_last = index + 1 == addresses.len();
            let greeting = if is_last {
                timeouts.command
            } else {
                timeouts.connection
            };
            match connect(
                server,
                *address,
                AnswerTimeouts {
                    command: greeting,
                    ..timeouts
                },
            )
            .await
            {
                Ok(connection) => {
                    let dialogue = Self {
                        connection,
                        timeouts,
                    };
                    return dialogue.log_in(server).await;
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| network("the name has no address")))
    }

    async fn log_in(mut self, server: &Server) -> Result<Self, SmtpError> {
        let Some((user, password)) = &server.relay.login else {
            return Ok(self);
        };
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let login = self.connection.auth(&mechanisms, &credentials);
        match answer(Step::Login, self.timeouts.command, login).await {
            Ok(_) => Ok(self),
            Err(error) => Err(self.end(error).await),
        }
    }

    /// Names the sender, and resets the transaction: nothing is sent.
    pub(super) async fn try_sender(mut self, from: &Address) -> Result<(), SmtpError> {
        let sender = Mail::new(Some(from.clone()), Vec::new());
        let named = self.connection.command(sender);
        if let Err(error) = answer(Step::Sender, self.timeouts.command, named).await {
            return Err(self.end(error).await);
        }
        // The check is done: the answer to this does not matter.
        _ = timeout(self.timeouts.quit, self.connection.command(Rset)).await;
        self.quit().await;
        Ok(())
    }

    /// Sends an email, and returns the dialogue once the server has accepted it.
    pub(super) async fn send(mut self, mail: &EmailMessage) -> Result<Self, SmtpError> {
        match self.transfer(mail).await {
            Ok(()) => Ok(self),
            Err(error) => Err(self.end(error).await),
        }
    }

    async fn transfer(&mut self, mail: &EmailMessage) -> Result<(), SmtpError> {
        let AnswerTimeouts {
            command,
            data,
            content,
            ..
        } = self.timeouts;
        let options = self.mail_options(mail)?;
        let connection = &mut self.connection;
        let sender = Mail::new(mail.envelope.from().cloned(), options);
        answer(Step::Sender, command, connection.command(sender)).await?;
        for to in mail.envelope.to() {
            let recipient = Rcpt::new(to.clone(), Vec::new());
            answer(Step::Recipient, command, connection.command(recipient)).await?;
        }
        answer(Step::Data, data, connection.command(Data)).await?;
        answer(Step::Content, content, connection.message(&mail.bytes)).await?;
        Ok(())
    }

    fn mail_options(&self, mail: &EmailMessage) -> Result<Vec<MailParameter>, SmtpError> {
        let server = self.connection.server_info();
        let mut options = Vec::new();
        let mut addresses = mail.envelope.to().iter().chain(mail.envelope.from());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !server.supports_feature(Extension::SmtpUtfEight) {
                return Err(SmtpError::Unsupported(
                    "it takes no address that is not ASCII",
                ));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !mail.bytes.is_ascii() {
            if !server.supports_feature(Extension::EightBitMime) {
                return Err(SmtpError::Unsupported(
                    "it takes no message that is not ASCII",
                ));
            }
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(options)
    }

    /// Ends the dialogue after an error: politely if the server still follows, by closing the
    /// connection otherwise.
    async fn end(self, error: SmtpError) -> SmtpError {
        if error.is_reply() {
            self.quit().await;
        }
        error
    }

    /// Says goodbye and closes the connection.
    pub(in crate::mail) async fn quit(mut self) {
        _ = timeout(self.timeouts.quit, self.connection.quit()).await;
    }
}

async fn addresses(server: &Server, limit: Duration) -> Result<Vec<SocketAddr>, SmtpError> {
    let name = (server.relay.host.as_str(), server.relay.port);
    match timeout(limit, lookup_host(name)).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(error)) => Err(network(&error.to_string())),
        Err(_) => Err(network("the name was not found in time")),
    }
}

/// Connects to one address, up to the server's answer to our greeting under TLS.
async fn connect(
    server: &Server,
    address: SocketAddr,
    timeouts: AnswerTimeouts,
) -> Result<AsyncSmtpConnection, SmtpError> {
    let AnswerTimeouts {
        connection,
        command,
        ..
    } = timeouts;
    let hello = &server.hello;
    let implicit = (server.relay.tls == Tls::Implicit).then(|| server.tls.clone());
    let greeting =
        AsyncSmtpConnection::connect_tokio1(address, Some(connection), hello, implicit, None);
    let mut greeted = answer(Step::Greeting, command, greeting).await?;
    if server.relay.tls == Tls::Implicit {
        return Ok(greeted);
    }
    if !greeted.can_starttls() {
        _ = timeout(timeouts.quit, greeted.quit()).await;
        return Err(SmtpError::NoStartTls);
    }
    let encrypted = greeted.starttls(server.tls.clone(), hello);
    answer(Step::Tls, command, encrypted).await?;
    Ok(greeted)
}

/// Waits for an answer within its limit.
async fn answer<T>(
    step: Step,
    limit: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, SmtpError> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| SmtpError::new(step, &error)),
        Err(_) => Err(SmtpError::NoAnswer { step, limit }),
    }
}

fn network(text: &str) -> SmtpError {
    SmtpError::Network {
        step: Step::Greeting,
        text: text.to_owned(),
    }
}
