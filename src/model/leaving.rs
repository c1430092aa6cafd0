//! Leaving: the deletion of an account, which its user can take back for a while, and the
//! administrators on whom the others count meanwhile.

use std::time::Duration;

use super::{Account, EndReason, Role, Timestamp, User};

/// The shortest time between the request of a deletion and the deletion: the message about it goes
/// out meanwhile.
const MIN_GRACE: Duration = Duration::from_hours(1);

impl User {
    /// Returns whether the account is open to its user: neither suspended, nor past the time of its
    /// deletion.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        !self.is_suspended() && !self.is_deletion_due(now)
    }

    /// Returns whether the time of the deletion has come.
    #[must_use]
    pub fn is_deletion_due(&self, now: Timestamp) -> bool {
        self.deletes_at.is_some_and(|deletes_at| deletes_at <= now)
    }

    /// Returns whether the user is an administrator who can log in.
    fn is_active_administrator(&self) -> bool {
        self.role == Role::Admin && !self.is_suspended() && self.deletes_at.is_none()
    }
}

impl Account {
    /// The time for which a mark of [`Account::step_down`] is good for the change that it was made
    /// for.
    const STEP: Duration = Duration::from_mins(1);
    /// The time after which such a mark counts as left behind. It is far longer than the mark is
    /// good for, so that clocks may differ.
    pub const ABANDONED_STEP: Duration = Duration::from_mins(10);

    /// Returns the time of a deletion that is requested now, given the operator's grace period.
    #[must_use]
    pub fn deletion_time(grace: Duration, now: Timestamp) -> Timestamp {
        now.plus(grace.max(MIN_GRACE))
    }

    /// Schedules the deletion, and ends everything by which the user, or another person, could use
    /// the account meanwhile. A login leads to the decision to keep it.
    pub fn schedule_deletion(&mut self, deletes_at: Timestamp, now: Timestamp) {
        let Some(user) = self.user_mut() else {
            return;
        };
        user.deletes_at = Some(deletes_at);
        user.end_sessions(EndReason::Deleted, now, |_| true);
        user.factors.trusted_browsers.clear();
        user.created_by = None;
        user.updated_at = now;
        self.void_codes();
    }

    /// Takes the deletion back.
    pub fn cancel_deletion(&mut self, now: Timestamp) {
        if let Some(user) = self.user_mut() {
            user.deletes_at = None;
            user.updated_at = now;
        }
    }

    /// Returns whether the user has the role of an administrator.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.user().is_some_and(|user| user.role == Role::Admin)
    }

    /// Marks an administrator as one whom no other change may count on from now on, because this
    /// one is about to end the role. Two administrators who step down at once both see the other's
    /// mark, or at least one does.
    pub fn step_down(&mut self, now: Timestamp) {
        let is_administrator = self.user().is_some_and(User::is_active_administrator);
        self.stepping_down_at = is_administrator.then_some(now);
    }

    /// Returns whether the user is an active administrator on whom others count: without a mark that
    /// is still good.
    #[must_use]
    pub fn is_counted_on(&self, now: Timestamp) -> bool {
        let is_marked = self
            .stepping_down_at
            .is_some_and(|at| now < at.plus(Self::STEP));
        !is_marked && self.user().is_some_and(User::is_active_administrator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AccountId, AccountState, Email, Gender, Name, PasswordHash, Profile, Rng, User,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn administrator() -> Account {
        let name = |text| Name::parse(text).unwrap();
        let profile = Profile {
            first_name: name("Ada"),
            last_name: name("Lovelace"),
            gender: Gender::Undisclosed,
        };
        let mut user = User::new(PasswordHash::new("x".to_owned()), profile, None, NOW);
        user.role = Role::Admin;
        let id = AccountId::new(NOW, &Rng::system());
        let email = Email::parse("ada@x.test").unwrap();
        Account::new(id, email, AccountState::Active(Box::new(user)))
    }

    #[test]
    fn deletion_without_grace_leaves_an_hour() {
        let hours = |hours| NOW.plus(Duration::from_hours(hours));
        assert_eq!(Account::deletion_time(Duration::ZERO, NOW), hours(1));
        let days = Duration::from_hours(14 * 24);
        assert_eq!(Account::deletion_time(days, NOW), hours(14 * 24));
    }

    #[test]
    fn account_is_closed_from_its_deletion_on() {
        let mut account = administrator();
        account.schedule_deletion(NOW.plus(MIN_GRACE), NOW);
        let user = account.user().unwrap();
        assert!(user.is_active(NOW) && !user.is_active(NOW.plus(MIN_GRACE)));
        account.cancel_deletion(NOW);
        assert!(account.user().unwrap().is_active(NOW.plus(MIN_GRACE)));
    }

    #[test]
    fn administrator_who_steps_down_is_not_counted_on() {
        let mut account = administrator();
        assert!(account.is_counted_on(NOW));
        account.step_down(NOW);
        assert!(!account.is_counted_on(NOW));
        assert!(account.is_counted_on(NOW.plus(Account::STEP)));
        for change in [
            |user: &mut User| user.suspended_at = Some(NOW),
            |user: &mut User| user.deletes_at = Some(NOW),
            |user: &mut User| user.role = Role::User,
        ] {
            let mut account = administrator();
            change(account.user_mut().unwrap());
            account.step_down(NOW);
            assert!(!account.is_counted_on(NOW));
            assert_eq!(account.stepping_down_at, None);
        }
    }
}
