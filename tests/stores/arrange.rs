//! Accounts for the cases to begin with.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use latchkey::model::{
    AcceptedTerms, Account, AccountId, AccountState, Challenge, ChallengePurpose, Challenges, Code,
    CreatedBy, Device, Digest, Email, EmailChanges, EmailId, EmailKind, EndReason, Endings, Factor,
    FormerEmail, Gender, IdentityId, Locale, MobileNumber, Name, NewEmail, Notice, Origin,
    OutboxEmail, PasswordHash, PendingEmail, Profile, Proven, RecoveryCodes, Rng, Role, Sealed,
    SecondFactors, Session, SessionId, SetupOwner, SignInCodes, SignInMethod, SignUp, Timestamp,
    Totp, TotpSetup, TrustedBrowser, TrustedBrowserId, UndoToken, User,
};

pub(crate) use crate::identities::identity;
use crate::passkeys;

/// The time at which every case begins.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_339_800_000);
pub(crate) const HOUR: Duration = Duration::from_hours(1);

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

/// Returns a German mobile number that ends in `last`.
pub(crate) fn number(last: u16) -> MobileNumber {
    MobileNumber::parse(&format!("+49151123{last:05}")).expect("a number")
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::new(text.to_owned())
}

/// Returns an active account with required fields only.
pub(crate) fn active(address: &str) -> Account {
    let user = User::new(password(), profile(), None, NOW);
    Account::new(
        AccountId::new(NOW, &Rng::system()),
        email(address),
        AccountState::Active(Box::new(user)),
    )
}

/// Returns an active account with a mobile number.
pub(crate) fn with_number(address: &str, number: MobileNumber) -> Account {
    let mut account = active(address);
    account.user_mut().expect("active").mobile_number = Some(number);
    account
}

/// Returns a pending account with a signup for each lifetime.
pub(crate) fn pending(address: &str, lifetimes: &[Duration]) -> Account {
    let sign_ups = lifetimes.iter().map(|lifetime| SignUp {
        ticket: Digest::new("ticket".to_owned()),
        code: Some(Code::new(digest("code"), NOW, *lifetime)),
        password: Some(password()),
        profile: profile(),
        mobile_number: Some(number(1)),
        locale: Some(Locale::parse("de").expect("a tag")),
        accepted_terms: Some(terms()),
        expires_at: NOW.plus(*lifetime),
    });
    Account::new(
        AccountId::new(NOW, &Rng::system()),
        email(address),
        AccountState::Pending(sign_ups.collect()),
    )
}

/// Returns an account in which every field has a value, and texts contain characters that a store
/// has to escape.
pub(crate) fn whole(address: &str) -> Account {
    let name = |text| Name::parse(text).expect("a name");
    let mut tried = Some(Code::new(digest("reset"), NOW, HOUR));
    let _ = Code::spend(&mut tried, &digest("wrong"), NOW);
    let user = User {
        password: Some(password()),
        password_changed_at: NOW,
        profile: Profile {
            first_name: name("$ada \u{1f511} O'Brien \"B\" \\; --"),
            last_name: name("a.b{\"c\":\"%_\"}"),
            gender: Gender::NonBinary,
        },
        locale: Some(Locale::parse("pt-BR").expect("a tag")),
        mobile_number: Some(number(42)),
        role: Role::Admin,
        suspended_at: Some(NOW),
        email_verified: true,
        created_at: NOW,
        created_by: Some(CreatedBy {
            attempt: digest("attempt"),
            session: Some(SessionId::new(NOW, &Rng::system())),
            expires_at: NOW.plus(HOUR),
        }),
        accepted_terms: Some(terms()),
        updated_at: NOW.plus(HOUR),
        last_login_at: Some(NOW.plus(HOUR)),
        sessions: vec![session(), session()],
        known_devices: vec!["a fingerprint".to_owned()],
        reset_code: tried,
        verification_code: Some(Code::new(digest("verify"), NOW, HOUR)),
        reauthentication_code: Some(Code::new(digest("proof"), NOW, HOUR)),
        sign_in_codes: sign_in_codes(),
        factors: factors(),
        identities: vec![identity("1")],
        challenges: challenges(),
        spent_handles: passkeys::spent_handles(),
        email_changes: email_changes(),
        deletes_at: Some(NOW.plus(HOUR)),
        endings: endings(),
    };
    let id = AccountId::new(NOW, &Rng::system());
    let mut account = Account::new(id, email(address), AccountState::Active(Box::new(user)));
    account.outbox = messages();
    account.stepping_down_at = Some(NOW);
    account.notices = vec![Notice {
        kind: "a notice".to_owned(),
        at: NOW,
    }];
    account
}

fn email_changes() -> EmailChanges {
    EmailChanges {
        pending: Some(PendingEmail {
            email: email("new@x.test"),
            code: Some(Code::new(digest("change"), NOW, HOUR)),
            undo: undo_token(HOUR),
            factors: factors(),
            identities: vec![IdentityId::new(NOW, &Rng::system())],
        }),
        former: vec![former("former@x.test", HOUR)],
    }
}

fn undo_token(lifetime: Duration) -> UndoToken {
    UndoToken {
        digest: digest("undo"),
        until: NOW.plus(lifetime),
    }
}

/// Returns an address that an account had, and that stays reserved for a while.
pub(crate) fn former(address: &str, lifetime: Duration) -> FormerEmail {
    FormerEmail {
        email: email(address),
        undo: vec![undo_token(lifetime)],
        factors: factors(),
        identities: vec![IdentityId::new(NOW, &Rng::system())],
    }
}

fn endings() -> Endings {
    let mut endings = Endings::default();
    let session = SessionId::new(NOW, &Rng::system());
    endings.record(session, EndReason::RefreshTokenReused, NOW);
    endings
}

fn sign_in_codes() -> SignInCodes {
    let mut codes = SignInCodes::default();
    codes.add(digest("ticket"), Code::new(digest("code"), NOW, HOUR));
    codes
}

fn terms() -> AcceptedTerms {
    AcceptedTerms {
        version: "2026-11-01".to_owned(),
        at: NOW,
    }
}

fn factors() -> SecondFactors {
    let sealed = || Sealed::new("sealed".to_owned());
    let setup = |owner| TotpSetup {
        owner,
        secret: sealed(),
        expires_at: NOW.plus(HOUR),
    };
    let rng = Rng::system();
    SecondFactors {
        totp: Some(Totp {
            secret: sealed(),
            last_step: NOW.seconds() / 30,
        }),
        recovery_codes: Some(RecoveryCodes::new(
            &RecoveryCodes::draw(&rng),
            &[7; 32],
            sealed(),
        )),
        passkeys: passkeys::stored(),
        setups: vec![
            setup(SetupOwner::Session(SessionId::new(NOW, &rng))),
            setup(SetupOwner::Challenge(digest("challenge"))),
        ],
        trusted_browsers: vec![TrustedBrowser {
            id: TrustedBrowserId::new(NOW, &rng),
            device: Device::default(),
            created_at: NOW,
            last_used_at: NOW,
            expires_at: NOW.plus(HOUR),
        }],
    }
}

fn challenges() -> Challenges {
    let proven = Proven {
        methods: vec![SignInMethod::Password, SignInMethod::Totp],
        known_device: Some("dev_x".to_owned()),
        is_sign_up: true,
        identity: Some(identity("2")),
    };
    let purpose = ChallengePurpose::CancelDeletion;
    let mut challenges = Challenges::default();
    challenges.add(Challenge::new(digest("challenge"), purpose, proven, NOW));
    _ = challenges.count_try(&digest("challenge"), purpose, NOW);
    challenges
}

fn messages() -> Vec<OutboxEmail> {
    let sealed = || Sealed::new("sealed".to_owned());
    let kinds = [
        EmailKind::PasswordResetCode(sealed()),
        EmailKind::VerificationCode(sealed()),
        EmailKind::SignUpCode(sealed()),
        EmailKind::AlreadyRegistered,
        EmailKind::PasswordChanged,
        EmailKind::PasswordReset {
            name: "Ada".to_owned(),
            created_at: NOW,
            is_first_proof: true,
        },
        EmailKind::EmailChanged {
            undo_token: sealed(),
            undo_until: NOW.plus(HOUR),
        },
        EmailKind::FactorAdded {
            factor: Factor::Totp,
        },
        EmailKind::NewSignIn,
        EmailKind::RefreshTokenReused,
    ];
    let message = |kind| {
        let email = NewEmail::new(kind)
            .to(email("old@example.org"))
            .caused_by(Origin {
                browser: Some("Firefox".to_owned()),
                system: None,
                ip_address: Some(Ipv4Addr::LOCALHOST.into()),
            })
            .in_languages([Locale::parse("pt-BR").expect("a tag")]);
        OutboxEmail::new(EmailId::new(NOW, &Rng::system()), email, NOW, HOUR)
    };
    let mut messages: Vec<_> = kinds.map(message).into();
    messages[0].tries = 3;
    messages[1].due_at = None;
    messages
}

/// Returns a session that was used for a while.
pub(crate) fn session() -> Session {
    let user_agent = Some("Mozilla/5.0 (\u{7}\u{2028}$)".to_owned());
    Session {
        id: SessionId::new(NOW, &Rng::system()),
        generation: u32::MAX - 1,
        device: Device {
            user_agent,
            ip_address: Some(Ipv6Addr::LOCALHOST.into()),
        },
        created_at: NOW,
        authenticated_at: NOW,
        methods: vec![SignInMethod::Password, SignInMethod::RecoveryCode],
        last_used_at: NOW.plus(HOUR),
        expires_at: NOW.plus(HOUR * 2),
        attempts: vec![Digest::new("attempt".to_owned())],
    }
}

/// Queues an email in an account that is due at `due_at`.
pub(crate) fn mail_due(account: &mut Account, due_at: Timestamp) {
    account.post(EmailKind::PasswordChanged, HOUR, due_at, &Rng::system());
}

fn password() -> PasswordHash {
    PasswordHash::new("$2b$04$hash".to_owned())
}

fn profile() -> Profile {
    let name = |text| Name::parse(text).expect("a name");
    Profile {
        first_name: name("Ada"),
        last_name: name("Lovelace"),
        gender: Gender::Female,
    }
}
