//! Invariants of refresh tokens in any order of events, against a model that remembers every token.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::{Decision, Exchange, decide};
use crate::model::{
    Account, AccountId, AccountState, Device, Digest, Email, EndReason, Gender, MAX_SESSIONS, Name,
    PasswordHash, Profile, Rng, Session, SessionId, SessionPolicy, Timestamp, User,
};
use crate::token::RefreshToken;

const POLICY: SessionPolicy = SessionPolicy {
    idle: Duration::from_hours(1),
    absolute: Duration::from_hours(5),
    grace: Duration::from_secs(10),
};

#[derive(Clone, Debug)]
enum Event {
    LogIn,
    /// Presents one of all tokens ever issued: with one of a few attempts, as clients that lost a
    /// response do, or without one, as a thief does. The node may have answered the exchange with
    /// OVERLOADED before.
    Refresh {
        token: prop::sample::Index,
        attempt: Option<u8>,
        was_overloaded: bool,
    },
    Wait(u64),
    /// Ends all sessions but one of those that are live.
    ChangePassword(prop::sample::Index),
    Revoke(prop::sample::Index),
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        2 => Just(Event::LogIn),
        8 => (index(), prop::option::of(0..7_u8), prop::bool::weighted(0.1)).prop_map(
            |(token, attempt, was_overloaded)| Event::Refresh { token, attempt, was_overloaded }
        ),
        4 => prop_oneof![0..12_u64, 0..3 * 60 * 60_u64].prop_map(Event::Wait),
        1 => index().prop_map(Event::ChangePassword),
        1 => index().prop_map(Event::Revoke),
    ]
}

/// An account, with every token ever issued and every session that was seen to end.
struct Model {
    account: Account,
    now: Timestamp,
    rng: Rng,
    issued: Vec<RefreshToken>,
    /// The time at which each session's current token was issued.
    rotated: HashMap<SessionId, Timestamp>,
    /// The attempts of the exchange that issued each session's current token.
    attempts: HashMap<SessionId, Vec<u8>>,
    began: HashMap<SessionId, Timestamp>,
    ended: Vec<SessionId>,
}

impl Model {
    fn new() -> Self {
        let (now, rng) = (Timestamp::from_millis(1_795_339_800_000), Rng::system());
        let name = Name::parse("Ada").unwrap();
        let profile = Profile {
            first_name: name.clone(),
            last_name: name,
            gender: Gender::Undisclosed,
        };
        let user = User::new(PasswordHash::new(String::new()), profile, None, now);
        let email = Email::parse("ada@x.test").unwrap();
        let account = Account::new(
            AccountId::new(now, &rng),
            email,
            AccountState::Active(Box::new(user)),
        );
        Self {
            account,
            now,
            rng,
            issued: vec![],
            rotated: HashMap::new(),
            attempts: HashMap::new(),
            began: HashMap::new(),
            ended: vec![],
        }
    }

    fn user(&mut self) -> &mut User {
        self.account.user_mut().unwrap()
    }

    fn current(&self, id: SessionId) -> Option<u32> {
        self.account
            .user()
            .unwrap()
            .session(id, self.now)
            .map(|session| session.generation)
    }

    fn apply(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::LogIn => self.log_in(),
            Event::Wait(seconds) => self.now = self.now.plus(Duration::from_secs(*seconds)),
            Event::Refresh {
                token,
                attempt,
                was_overloaded,
            } if !self.issued.is_empty() => {
                let token = *token.get(&self.issued);
                self.refresh(token, *attempt, *was_overloaded)?;
            }
            Event::ChangePassword(which) | Event::Revoke(which) if !self.began.is_empty() => {
                let mut ids: Vec<SessionId> = self.began.keys().copied().collect();
                ids.sort();
                let (id, all_but) = (*which.get(&ids), matches!(event, Event::ChangePassword(_)));
                let now = self.now;
                self.user()
                    .end_sessions(EndReason::Revoked, now, |session| {
                        (session.id == id) != all_but
                    });
            }
            _ => {}
        }
        self.account.prune_expired(self.now);
        self.assert_invariants()
    }

    fn log_in(&mut self) {
        let id = SessionId::new(self.now, &self.rng);
        let session = Session::begin(id, Device::default(), self.now, &POLICY);
        let now = self.now;
        self.user().begin(session, now);
        self.began.insert(id, self.now);
        self.issue(id, 0);
    }

    fn issue(&mut self, session: SessionId, generation: u32) {
        self.issued.push(RefreshToken {
            account: self.account.id,
            session,
            generation,
        });
        self.rotated.insert(session, self.now);
    }

    fn refresh(
        &mut self,
        token: RefreshToken,
        attempt: Option<u8>,
        was_overloaded: bool,
    ) -> Result<(), TestCaseError> {
        let before = self.current(token.session);
        let name = |attempt| format!("{} {} {attempt}", token.session, token.generation);
        let exchange = Exchange {
            token,
            attempt: attempt.map(|attempt| Digest::new(name(attempt))),
            was_overloaded,
            device: &Device::default(),
        };
        let decision = decide(&mut self.account, &exchange, self.now, &POLICY);
        let after = self.current(token.session);
        let is_in_grace = self.now < self.rotated[&token.session].plus(POLICY.grace);
        let attempts = self.attempts.entry(token.session).or_default();
        let is_retry = attempt.is_some_and(|attempt| attempts.contains(&attempt));
        match before {
            None => prop_assert_eq!(decision, Decision::Ended, "an ended session stays ended"),
            Some(current) if token.generation == current => {
                *attempts = attempt.into_iter().collect();
                prop_assert_eq!(decision, Decision::Rotated);
                prop_assert_eq!(after, Some(current + 1));
                self.issue(token.session, current + 1);
            }
            Some(current)
                if token.generation + 1 == current
                    && (is_in_grace || is_retry || was_overloaded) =>
            {
                if attempts.len() < 4 && !is_retry {
                    attempts.extend(attempt);
                }
                prop_assert_eq!(decision, Decision::Repeated);
                prop_assert_eq!(after, Some(current), "a retry makes no second branch");
            }
            Some(_) => {
                prop_assert_eq!(decision, Decision::Reused, "a copy ends its session");
                prop_assert_eq!(after, None);
            }
        }
        Ok(())
    }

    /// Asserts what holds after every event.
    fn assert_invariants(&mut self) -> Result<(), TestCaseError> {
        let ids: Vec<SessionId> = self.began.keys().copied().collect();
        for id in ids {
            let live = self.current(id).is_some();
            if self.ended.contains(&id) {
                prop_assert!(!live, "an ended session never lives again");
            } else if !live {
                self.ended.push(id);
            }
            let begun_at = self.began[&id];
            prop_assert!(
                !live || self.now < begun_at.plus(POLICY.absolute),
                "no session outlives its absolute lifetime"
            );
        }
        prop_assert!(self.user().sessions.len() <= MAX_SESSIONS);
        Ok(())
    }
}

proptest! {
    #[test]
    fn sessions_have_one_generation_and_never_come_back(events in prop::collection::vec(event(), 1..120)) {
        let mut model = Model::new();
        for event in &events {
            model.apply(event)?;
        }
    }
}

#[test]
fn least_recently_used_session_gives_way_at_the_limit() {
    let mut model = Model::new();
    for _ in 0..MAX_SESSIONS {
        model.log_in();
        model.now = model.now.plus(Duration::from_secs(1));
    }
    let (oldest, second) = (model.issued[0], model.issued[1]);
    model.refresh(oldest, None, false).unwrap();
    model.log_in();
    assert_eq!(model.current(oldest.session), Some(1));
    assert_eq!(model.current(second.session), None);
    assert_eq!(model.user().sessions.len(), MAX_SESSIONS);
}

#[test]
fn retry_with_its_attempt_is_answered_hours_later() {
    let mut model = Model::new();
    model.log_in();
    let token = model.issued[0];
    model.refresh(token, Some(1), false).unwrap();
    let expires_at = model.user().sessions[0].expires_at;
    model.now = model.now.plus(Duration::from_mins(50));
    model.refresh(token, Some(1), false).unwrap();
    assert_eq!(model.current(token.session), Some(1));
    let session = &model.user().sessions[0];
    assert_eq!(
        session.expires_at, expires_at,
        "a retry does not extend the session"
    );
}

#[test]
fn used_successor_ends_the_right_to_retry() {
    let mut model = Model::new();
    model.log_in();
    let token = model.issued[0];
    model.refresh(token, Some(1), false).unwrap();
    model.refresh(model.issued[1], Some(2), false).unwrap();
    model.now = model.now.plus(POLICY.grace);
    model.refresh(token, Some(1), false).unwrap();
    assert_eq!(model.current(token.session), None, "the token was copied");
}
