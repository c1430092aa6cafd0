//! The proofs of a sign-in, as they come to the gate.

use super::Client;
use crate::model::{Identity, Proven, SignInMethod, TrustedBrowserId};

/// The proofs of a sign-in so far, and the client that gave them.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) methods: Vec<SignInMethod>,
    pub(super) client: Client,
    pub(super) known_device: Option<String>,
    pub(super) trusted_browser: Option<TrustedBrowserId>,
    pub(super) is_sign_up: bool,
    pub(super) has_every_proof: bool,
    pub(super) identity: Option<Identity>,
}

impl Entry {
    pub(super) fn new(method: SignInMethod, client: &Client) -> Self {
        Self::resumed(
            Proven {
                methods: vec![method],
                known_device: None,
                is_sign_up: false,
                identity: None,
            },
            client,
        )
    }

    /// Creates the entry of a sign-in that a challenge resumes.
    pub(super) fn resumed(proven: Proven, client: &Client) -> Self {
        Self {
            methods: proven.methods,
            client: client.clone(),
            known_device: proven.known_device,
            trusted_browser: None,
            is_sign_up: proven.is_sign_up,
            has_every_proof: false,
            identity: proven.identity,
        }
    }

    /// Adds the proof of a second factor.
    pub(super) fn with_method(mut self, method: SignInMethod) -> Self {
        self.methods.push(method);
        self
    }

    /// Adds the name of a device that has signed in before: no email announces it as new.
    pub(super) fn on_known_device(mut self, device: Option<String>) -> Self {
        self.known_device = device;
        self
    }

    /// Adds a browser that may skip the second factor, according to its cookie.
    pub(super) const fn on_trusted_browser(mut self, browser: Option<TrustedBrowserId>) -> Self {
        self.trusted_browser = browser;
        self
    }

    /// Marks a sign-in whose challenge says that the gate has missed no proof.
    pub(super) const fn with_every_proof(mut self) -> Self {
        self.has_every_proof = true;
        self
    }

    /// Adds an account at a provider, which is linked once nothing is missing.
    pub(super) fn linking(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Returns the client that gave the proofs.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Returns whether the device has signed in to the account before.
    pub(super) const fn is_on_known_device(&self) -> bool {
        self.known_device.is_some()
    }

    /// Marks the first sign-in of a new account, whose device is not announced.
    pub(super) const fn of_sign_up(mut self) -> Self {
        self.is_sign_up = true;
        self
    }
}
