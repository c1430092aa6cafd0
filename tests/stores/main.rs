//! The conformance suite: every case is named once, below, and runs on each store.
//!
//! `mongodb::…` runs on a real server (see tests/support/mongod.rs) and `replica_set::…` on a
//! replica set of one. Both fail without mongod.

mod accounts;
mod arrange;
mod attempts;
#[cfg(feature = "mongodb")]
mod change_streams;
mod changes;
mod deletions;
mod identities;
mod outbox;
#[path = "../support/passkey.rs"]
mod passkey;
mod passkeys;
mod purge;
mod races;
mod reserved;
mod second_factors;
mod secrets;
mod signups;

#[cfg(feature = "mongodb")]
#[path = "../support/mongod.rs"]
mod mongod;
#[cfg(feature = "mongodb")]
mod mongodb_errors;
#[cfg(feature = "mongodb")]
mod mongodb_indexes;
#[cfg(feature = "mongodb")]
mod mongodb_only;
#[cfg(feature = "mongodb")]
mod privileges;
#[cfg(feature = "mongodb")]
#[path = "../support/replicas.rs"]
mod replicas;
#[cfg(feature = "sqlite")]
mod sqlite_only;
mod store;
mod transfer;
mod versions;

/// Defines a test for each case on each store.
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
    secrets {
        secret_is_recorded_once_until_it_is_forgotten
    }
    changes {
        versions_are_read_for_accounts_that_exist
        save_elsewhere_is_reported_to_a_watcher
    }
    accounts {
        inserted_account_is_read_back_unchanged
        several_accounts_are_read_in_one_call
        pending_account_is_read_back_unchanged
        saved_account_is_read_back_with_next_version
        unknown_id_or_email_finds_no_account
        email_belongs_to_at_most_one_account
        mobile_number_belongs_to_at_most_one_account
        accounts_without_a_number_do_not_collide
        pending_signup_does_not_reserve_its_number
        taken_email_is_reported_before_taken_number
        save_with_outdated_version_changes_nothing
        save_of_purged_account_is_version_conflict
        save_cannot_take_another_accounts_email_or_number
        number_is_free_once_its_owner_drops_it
        pending_account_becomes_active_under_its_id
        probe_of_a_working_store_succeeds_each_time
    }
    reserved {
        former_address_is_refused_to_other_accounts
        account_may_return_to_its_former_address
        each_of_several_former_addresses_is_reserved
        reservation_ends_with_its_time
    }
    identities {
        account_is_found_by_each_of_its_identities
        identity_belongs_to_at_most_one_account
        taken_email_is_reported_before_taken_identity
        identity_is_free_once_its_owner_drops_it
        account_with_an_identity_may_change_otherwise
        purged_sign_up_leaves_no_identity
        concurrent_inserts_of_one_identity_have_one_winner
    }
    transfer {
        accounts_are_paged_by_id
        slowest_imported_hash_is_that_of_the_accounts_left
    }
    outbox {
        due_emails_are_returned_longest_overdue_first
        due_accounts_are_limited_to_requested_number
        email_is_due_from_its_due_time
        parked_email_is_never_returned_as_due
        sent_email_is_no_longer_due
        accounts_with_parked_emails_are_paged_by_id
        accounts_without_parked_emails_are_left_out
        waiting_emails_are_counted_with_the_oldest
    }
    attempts {
        attempts_within_one_window_are_counted
        attempt_after_window_end_opens_new_window
        attempts_are_counted_separately_per_key
        counted_attempt_can_be_taken_back
        decrement_never_takes_count_below_zero
        decrement_after_window_end_changes_nothing
    }
    purge {
        expired_counts_are_deleted_with_their_window
        email_is_free_once_all_its_signups_expire
        active_account_is_never_deleted_by_purge
        thousands_of_counts_are_purged_at_once
    }
    deletions {
        due_deletions_are_returned_longest_overdue_first
        cancelled_deletion_is_no_longer_due
        deleted_account_frees_its_addresses_and_number
        deletion_of_an_outdated_version_changes_nothing
        forgotten_counts_begin_anew
        only_active_administrators_are_counted_on
        concurrent_demotions_leave_one_administrator
        operator_deletes_a_user_at_once
    }
    races {
        concurrent_inserts_of_one_email_have_one_winner
        concurrent_inserts_of_one_number_have_one_winner
        concurrent_uses_of_one_code_have_one_winner
        concurrent_rotations_of_one_session_have_one_winner
        concurrent_attempts_are_each_counted_exactly_once
        concurrent_attempts_after_window_end_are_all_counted
        concurrent_saves_of_one_account_lose_no_change
    }
    signups {
        repeated_signup_signs_in_to_the_same_account
        concurrent_signups_with_one_attempt_leave_one_session
    }
    second_factors {
        concurrent_uses_of_one_recovery_code_have_one_winner
    }
    passkeys {
        passkey_is_added_renamed_and_used
        removed_passkey_is_not_known_again
        concurrent_answers_of_a_passkey_have_one_winner
    }
}
