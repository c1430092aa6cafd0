//! Accounts at providers that wait for a proof before they are linked.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Flow, ProviderFlows};
use crate::accounts::account_store::AccountStore;
use crate::model::{AccountId, Code, Digest, Email, ProviderProfile, Sealed, Timestamp};
use crate::repository::StoreError;
use crate::token::Purpose;

/// The number of proofs that a ticket allows.
const TRIES: u32 = 5;

/// An account at a provider that waits to be linked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::accounts) struct LinkTicket {
    flow: String,
    pub(in crate::accounts) profile: ProviderProfile,
    pub(in crate::accounts) email: Email,
    /// The account whose owner's methods are asked for. `None` if the address itself is to be proven.
    pub(in crate::accounts) account: Option<AccountId>,
    pub(in crate::accounts) accepted_terms: Option<String>,
    expires_at: Timestamp,
}

impl LinkTicket {
    /// The time for the proof.
    pub(in crate::accounts) const LIFETIME: Duration = Duration::from_mins(10);
}

impl ProviderFlows {
    /// Returns a ticket for an account at a provider that waits to be linked.
    pub(in crate::accounts) fn ticket(
        &self,
        flow: &Flow,
        profile: &ProviderProfile,
        (email, account): (&Email, Option<AccountId>),
        now: Timestamp,
    ) -> SecretString {
        let ticket = LinkTicket {
            flow: flow.id.clone(),
            profile: profile.clone(),
            email: email.clone(),
            account,
            accepted_terms: flow.accepted_terms.clone(),
            expires_at: now.plus(LinkTicket::LIFETIME),
        };
        self.seal(Purpose::ProviderTicket, &ticket).into()
    }

    /// Opens a ticket, unless it has expired.
    pub(in crate::accounts) fn open_ticket(
        &self,
        text: &SecretString,
        now: Timestamp,
    ) -> Option<LinkTicket> {
        let ticket: LinkTicket = self.open(Purpose::ProviderTicket, text.expose_secret())?;
        (now < ticket.expires_at).then_some(ticket)
    }

    /// Returns the digest by which a sign-up with a ticket waits for its code.
    pub(in crate::accounts) fn ticket_digest(&self, ticket: &LinkTicket) -> Digest {
        self.digest("ticket", &ticket.flow, "")
    }

    /// Returns the code that proves the address of a ticket: each ticket has its own.
    pub(in crate::accounts) fn link_code(&self, ticket: &LinkTicket) -> SecretString {
        let key = self.derive("code", &ticket.flow, ticket.email.as_str());
        let bytes = digest(&SHA256, key.as_bytes());
        let (first, _) = bytes
            .as_ref()
            .split_first_chunk::<8>()
            .unwrap_or((&[0; 8], &[]));
        let modulus = 10_u64.pow(u32::try_from(Code::LENGTH).unwrap_or_default());
        let number = u64::from_be_bytes(*first) % modulus;
        format!("{number:0width$}", width = Code::LENGTH).into()
    }

    /// Returns a code for a queued email, encrypted.
    pub(in crate::accounts) fn sealed_code(&self, ticket: &LinkTicket) -> Sealed {
        self.secret
            .seal(self.link_code(ticket).expose_secret(), &self.rng)
    }

    /// Counts a proof with a ticket before it is looked at, and returns whether the ticket allows it.
    pub(in crate::accounts) async fn may_try(
        &self,
        store: &AccountStore,
        ticket: &LinkTicket,
    ) -> Result<bool, StoreError> {
        let tried = self.derive("try", &ticket.flow, "");
        Ok(store.count_use(&tried, LinkTicket::LIFETIME).await? <= TRIES)
    }

    /// Counts a right proof with a ticket, and returns whether it is the first one.
    pub(in crate::accounts) async fn is_first_proof(
        &self,
        store: &AccountStore,
        ticket: &LinkTicket,
    ) -> Result<bool, StoreError> {
        let used = self.derive("proof", &ticket.flow, "");
        Ok(store.count_use(&used, LinkTicket::LIFETIME).await? == 1)
    }
}
