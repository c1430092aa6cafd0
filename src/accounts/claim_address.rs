//! Claim the address of an account: the first proof of it from outside voids what was there before.

use super::{Accounts, Client};
use crate::model::{Account, EmailKind, Timestamp};

impl Accounts {
    /// Proves the address from outside the account. The first time, codes and everything that was set
    /// up before are void, and the user is notified; returns whether it was the first time.
    pub(super) fn claim_address(
        &self,
        account: &mut Account,
        client: &Client,
        now: Timestamp,
    ) -> bool {
        let is_first = account
            .user_mut()
            .is_some_and(|user| user.prove_from_outside(now));
        if is_first {
            account.void_codes();
            let notice = client.email(EmailKind::AddressClaimed);
            account.notify(notice, now, &self.rng);
        }
        is_first
    }
}
