//! The conformance suite: every case is named once, below, and runs on each store.
//!
//! `mongodb::…` runs on a real server (tests/support/mongod.rs says on which), `replica_set::…` on a set of one; both
//! fail where there is no mongod.

mod accounts;
mod arrange;
mod attempts;
mod outbox;
mod purge;
mod races;

#[cfg(feature = "mongodb")]
#[path = "../support/mongod.rs"]
mod mongod;
#[cfg(feature = "mongodb")]
mod mongodb_only;
#[cfg(feature = "sqlite")]
mod sqlite_only;
mod store;

/// Makes one test of every case, for every store.
macro_rules! on_each_store {
    ($($file:ident { $($case:ident)+ })+) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let store = crate::store::sqlite();
                    crate::$file::$case(store.repository()).await;
                }
            )+)+
        }

        #[cfg(feature = "mongodb")]
        mod mongodb {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let store = crate::store::mongodb().await;
                    crate::$file::$case(store.repository()).await;
                    store.remove().await;
                }
            )+)+
        }

        #[cfg(feature = "mongodb")]
        mod replica_set {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let store = crate::store::replica_set().await;
                    crate::$file::$case(store.repository()).await;
                    store.remove().await;
                }
            )+)+
        }
    };
}

on_each_store! {
    accounts {
        an_account_is_read_back_as_it_was
        a_pending_account_is_read_back_as_it_was
        a_saved_account_is_read_back_one_version_on
        an_unknown_id_or_address_is_none
        an_address_belongs_to_one_account
        a_number_belongs_to_one_account
        accounts_without_a_number_do_not_collide
        a_sign_up_does_not_hold_its_number
        who_takes_an_address_and_a_number_is_told_of_the_address
        a_save_on_a_version_that_moved_changes_nothing
        a_save_of_an_account_that_is_gone_is_moved
        a_save_cannot_take_what_another_account_has
        a_number_is_free_again_once_its_owner_drops_it
        a_pending_account_becomes_active_under_its_id
        the_store_answers_a_ping
    }
    outbox {
        due_emails_are_told_longest_due_first
        no_more_accounts_are_told_than_asked_for
        a_email_is_due_from_its_time_on
        a_parked_email_is_not_due
        a_email_that_was_sent_is_due_no_more
    }
    attempts {
        attempts_of_one_window_are_counted
        a_window_ends_at_its_time_and_the_next_attempt_opens_another
        each_key_is_counted_apart
        an_attempt_can_be_taken_back
        no_more_attempts_are_taken_back_than_were_counted
        nothing_is_taken_back_once_the_window_is_over
    }
    purge {
        counts_are_deleted_with_their_window
        an_address_is_free_again_once_all_its_sign_ups_have_expired
        an_active_account_is_never_deleted
        many_counts_are_deleted_at_once
    }
    races {
        of_200_inserts_of_one_address_one_wins
        of_200_inserts_of_one_number_one_wins
        of_200_spends_of_one_code_one_wins
        of_200_rotations_of_one_session_one_wins
        of_200_attempts_each_is_counted
        of_200_attempts_at_the_end_of_a_window_each_is_counted
        of_50_changes_of_one_account_none_is_lost
    }
}
