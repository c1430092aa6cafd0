//! The sealed texts of an account, for the server's secret to be replaced.

use super::{Account, AccountState, Sealed, User};

/// The use of a sealed text, on which its key depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealUse {
    /// The code or the token of a queued email.
    Email,
    /// The secret of a second factor.
    SecondFactor,
}

impl Account {
    /// Returns every sealed text, except for that in an imported password's hash.
    pub fn seals_mut(&mut self) -> Vec<(SealUse, &mut Sealed)> {
        let emails = self.outbox.iter_mut();
        let emails = emails.filter_map(|it| it.kind.secret_mut());
        let mut seals: Vec<_> = emails.map(|seal| (SealUse::Email, seal)).collect();
        if let AccountState::Active(user) = &mut self.state {
            let factors = user.factor_seals_mut();
            seals.extend(factors.map(|seal| (SealUse::SecondFactor, seal)));
        }
        seals
    }
}

impl User {
    fn factor_seals_mut(&mut self) -> impl Iterator<Item = &mut Sealed> {
        let factors = &mut self.factors;
        let totp = factors.totp.iter_mut().map(|it| &mut it.secret);
        let codes = factors.recovery_codes.iter_mut().map(|it| &mut it.key);
        let setups = factors.setups.iter_mut().map(|it| &mut it.secret);
        totp.chain(codes).chain(setups)
    }
}
