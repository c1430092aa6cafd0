//! A user of the experiment, who remembers what was acknowledged.

use std::fmt;
use std::iter::Sum;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD, Tokens, kind, tokens};

/// The longest that a change may be repeated until it is answered.
const ANSWERED: Duration = Duration::from_mins(1);

/// The counts and times of all operations.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) acknowledged: u64,
    not_done: u64,
    unknown: u64,
    /// The longest time without an acknowledged change.
    gap: Duration,
    pub(super) slowest: Duration,
}

/// One user with two clients, one per node.
pub(super) struct User {
    clients: [Client; 2],
    email: String,
    random: u64,
    password: String,
    retired: Vec<String>,
    session: Tokens,
    spent: Vec<String>,
    ended: Vec<String>,
    figures: Figures,
    last_acknowledged: Instant,
}

/// The answer to a request, by what it says of the effect.
enum Answer {
    Acknowledged(Value),
    NotDone,
    Unknown,
}

impl User {
    pub(super) fn sign_up(seed: u64, clients: [Client; 2]) -> Self {
        let email = format!("user{seed}@x.test");
        let session = clients[0].sign_up(&email);
        Self {
            clients,
            email,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            password: PASSWORD.to_owned(),
            retired: Vec::new(),
            session,
            spent: Vec::new(),
            ended: Vec::new(),
            figures: Figures::default(),
            last_acknowledged: Instant::now(),
        }
    }

    /// Runs an operation, drawn by the seed.
    pub(super) fn act(&mut self) {
        match self.draw() % 8 {
            0..=2 => self.change_password(),
            3..=5 => self.refresh(),
            6 => self.start_over(),
            _ => self.read(),
        }
    }

    /// Asserts that the last acknowledged state is there, and that every earlier one has ended.
    pub(super) fn assert_kept(&mut self) -> Figures {
        let email = &self.email;
        let [client, _] = &self.clients;
        client.log_in(email, &self.password);
        for password in self.retired.iter().rev().take(10) {
            let input = json!({ "email": email, "password": password });
            let answer = client.act("login", &input);
            assert_eq!(
                kind(&answer),
                "InvalidCredentials",
                "{email}: it was changed"
            );
        }
        for access in &self.ended {
            let revived = client.with_bearer(access).me();
            assert_eq!(revived, Err("UNAUTHENTICATED".to_owned()), "{email}");
        }
        let me = client.with_bearer(&self.session.access).me();
        assert!(me.is_ok(), "{email}: {me:?}");
        for token in self.spent.iter().rev().take(1) {
            let again = client.act("refresh", &json!({ "refreshToken": token }));
            assert_eq!(kind(&again), "InvalidRefreshToken", "{email}: it was spent");
        }
        std::mem::take(&mut self.figures)
    }

    /// Changes the password. Where the outcome is unknown, a login finds out.
    fn change_password(&mut self) {
        let new = format!("nanoseconds of wire {:016x}", self.draw());
        let input = json!({ "currentPassword": self.password, "newPassword": new });
        let access = self.session.access.clone();
        match self.send("changePassword", &input, Some(&access)) {
            Answer::Acknowledged(answer) => {
                assert_eq!(kind(&answer), "PasswordChanged", "{}: {answer}", self.email);
                let old = std::mem::replace(&mut self.password, new);
                self.retired.push(old);
            }
            Answer::NotDone => {}
            Answer::Unknown => self.find_password(new),
        }
    }

    /// Logs in with the new or the old password, until one is right. The login saves the account, so
    /// that a change which is still under way fails.
    fn find_password(&mut self, new: String) {
        let candidates = [new, self.password.clone()];
        let start = Instant::now();
        loop {
            for (place, password) in candidates.iter().enumerate() {
                let input = json!({ "email": self.email, "password": password });
                let Answer::Acknowledged(answer) = self.send("login", &input, None) else {
                    continue;
                };
                if kind(&answer) == "Authenticated" {
                    self.session = tokens(&answer);
                    self.retired.push(candidates[1 - place].clone());
                    self.password.clone_from(password);
                    return;
                }
                assert_eq!(kind(&answer), "InvalidCredentials", "{answer}");
            }
            assert!(start.elapsed() < ANSWERED, "{}: no password", self.email);
        }
    }

    /// Refreshes the session with one attempt, until it is answered.
    fn refresh(&mut self) {
        let attempt = format!("an-attempt-of-a-refresh-{:016x}", self.draw());
        let input = json!({ "refreshToken": self.session.refresh, "attempt": attempt });
        let start = Instant::now();
        loop {
            if let Answer::Acknowledged(answer) = self.send("refresh", &input, None) {
                let next = tokens(&answer);
                let old = std::mem::replace(&mut self.session, next);
                self.spent.push(old.refresh);
                return;
            }
            assert!(start.elapsed() < ANSWERED, "{}: no answer", self.email);
        }
    }

    /// Ends the session and logs in again.
    fn start_over(&mut self) {
        let access = self.session.access.clone();
        let ended = match self.send("logout", &json!({}), Some(&access)) {
            Answer::Acknowledged(answer) => {
                assert_eq!(kind(&answer), "LoggedOut", "{}: {answer}", self.email);
                true
            }
            Answer::NotDone | Answer::Unknown => false,
        };
        let input = json!({ "email": self.email, "password": self.password });
        let start = Instant::now();
        loop {
            if let Answer::Acknowledged(answer) = self.send("login", &input, None) {
                self.session = tokens(&answer);
                break;
            }
            assert!(start.elapsed() < ANSWERED, "{}: no answer", self.email);
        }
        if ended {
            self.ended.push(access);
            self.spent.clear();
        }
    }

    /// Reads the account. A live session is never refused.
    fn read(&mut self) {
        let client = self.client().with_bearer(&self.session.access);
        let start = Instant::now();
        let me = client.me();
        self.figures.slowest = self.figures.slowest.max(start.elapsed());
        assert!(
            me.as_ref().is_ok() || me == Err("OVERLOADED".to_owned()),
            "{}: {me:?}",
            self.email
        );
    }

    /// Sends an operation once. Only OVERLOADED is an acceptable error.
    fn send(&mut self, operation: &str, input: &Value, access: Option<&str>) -> Answer {
        let client = match access {
            Some(access) => self.client().with_bearer(access),
            None => self.client(),
        };
        let start = Instant::now();
        let answer = client.try_act(operation, input).expect("it is answered");
        self.figures.slowest = self.figures.slowest.max(start.elapsed());
        let Some(error) = answer["errors"].get(0) else {
            let gap = self.last_acknowledged.elapsed();
            self.figures.gap = self.figures.gap.max(gap);
            self.last_acknowledged = Instant::now();
            self.figures.acknowledged += 1;
            return Answer::Acknowledged(answer["data"][operation].clone());
        };
        assert_eq!(error["extensions"]["code"], "OVERLOADED", "{answer}");
        if error["extensions"]["outcome"] == "NOT_DONE" {
            self.figures.not_done += 1;
            return Answer::NotDone;
        }
        assert_eq!(error["extensions"]["outcome"], "UNKNOWN", "{answer}");
        self.figures.unknown += 1;
        Answer::Unknown
    }

    fn client(&mut self) -> Client {
        let node = usize::from(self.draw().is_multiple_of(2));
        self.clients[node].clone()
    }

    /// Draws the next number of the seed's sequence (xorshift).
    fn draw(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

impl Sum for Figures {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, it| Self {
            acknowledged: sum.acknowledged + it.acknowledged,
            not_done: sum.not_done + it.not_done,
            unknown: sum.unknown + it.unknown,
            gap: sum.gap.max(it.gap),
            slowest: sum.slowest.max(it.slowest),
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} acknowledged, {} not done, {} unknown, longest gap {:.1} s, slowest answer {:.1} s",
            self.acknowledged,
            self.not_done,
            self.unknown,
            self.gap.as_secs_f64(),
            self.slowest.as_secs_f64()
        )
    }
}
