//! A GraphQL client of a server.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

pub const PASSWORD: &str = "correct horse battery staple";

/// The time limit of a response.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client, with or without an access token.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    url: String,
    bearer: Option<String>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub text: String,
}

/// The tokens of a session.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Client {
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(TIMEOUT));
        Self {
            agent: config.build().into(),
            url: url.to_owned(),
            bearer: None,
        }
    }

    /// Returns the same client with an access token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Gets a path.
    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.try_get(path).unwrap()
    }

    /// Gets a path from a server that may not be running.
    pub fn try_get(&self, path: &str) -> Result<Reply, ureq::Error> {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("accept", "*/*, text/html")
            .call()?;
        Ok(Reply {
            status: response.status().as_u16(),
            text: response.body_mut().read_to_string()?,
        })
    }

    /// Posts a document with variables.
    pub fn try_post(&self, query: &str, variables: &Value) -> Result<Value, ureq::Error> {
        let mut request = self.agent.post(format!("{}/graphql", self.url));
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        request
            .send_json(json!({ "query": query, "variables": variables }))?
            .body_mut()
            .read_json()
    }

    /// Runs one operation with its `input` and returns the whole response.
    pub fn try_act(&self, operation: &str, input: &Value) -> Result<Value, ureq::Error> {
        self.try_post(&document(operation), &json!({ "input": input }))
    }

    /// Runs one operation with its `input` and returns the member of its result union.
    #[track_caller]
    pub fn act(&self, operation: &str, input: &Value) -> Value {
        let answer = self.try_act(operation, input).unwrap();
        assert_eq!(answer.get("errors"), None, "{operation}");
        answer["data"][operation].clone()
    }

    /// Returns the signed-in user, or the code of the error.
    #[track_caller]
    pub fn me(&self) -> Result<Value, String> {
        let query = "{ me { id email emailVerified role sessions { id current } } }";
        let answer = self.try_post(query, &json!({})).unwrap();
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => Err(code.to_owned()),
            None => Ok(answer["data"]["me"].clone()),
        }
    }

    /// Returns the id of the caller's own session, or the code of the error.
    #[track_caller]
    pub fn current_session(&self) -> Result<Value, String> {
        let me = self.me()?;
        let sessions = me["sessions"].as_array().unwrap();
        let current = sessions.iter().find(|session| session["current"] == true);
        Ok(current.unwrap()["id"].clone())
    }

    #[track_caller]
    pub fn sign_up(&self, email: &str) -> Tokens {
        tokens(&self.act("signup", &sign_up_input(email)))
    }

    #[track_caller]
    pub fn log_in(&self, email: &str, password: &str) -> Tokens {
        tokens(&self.act("login", &json!({ "email": email, "password": password })))
    }

    #[track_caller]
    pub fn refresh(&self, token: &str) -> Tokens {
        tokens(&self.act("refresh", &json!({ "refreshToken": token })))
    }

    /// Requests the email with the code that resets a password.
    #[track_caller]
    pub fn forget(&self, email: &str) {
        assert_eq!(
            kind(&self.act("forgotPassword", &json!({ "email": email }))),
            "CodeSent"
        );
    }

    /// Resets a password and returns the result.
    #[track_caller]
    pub fn reset(&self, email: &str, code: &str, password: &str) -> Value {
        self.act(
            "resetPassword",
            &json!({ "email": email, "code": code, "newPassword": password }),
        )
    }
}

pub fn sign_up_input(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" })
}

/// Returns the name of a union member.
pub fn kind(answer: &Value) -> &str {
    answer["__typename"].as_str().unwrap_or_default()
}

/// Returns the tokens of an `Authenticated`.
#[track_caller]
pub fn tokens(answer: &Value) -> Tokens {
    assert_eq!(kind(answer), "Authenticated", "{answer}");
    let token = |name: &str| answer["tokens"][name].as_str().unwrap().to_owned();
    Tokens {
        access: token("accessToken"),
        refresh: token("refreshToken"),
    }
}

fn document(operation: &str) -> String {
    let members = match operation {
        "signup" | "login" | "refresh" | "verifyEmail" => {
            "... on Authenticated { user { id email } tokens { accessToken refreshToken } }"
        }
        "logout" => "... on LoggedOut { endedSessions }",
        "revokeSession" => "... on SessionRevoked { sessionId }",
        _ => "",
    };
    let ticket = if operation == "signup" {
        "... on SignupAccepted { ticket }"
    } else {
        ""
    };
    let input = format!("{}{}Input", operation[..1].to_uppercase(), &operation[1..]);
    format!(
        "mutation M($input: {input}!) {{ {operation}(input: $input) {{ __typename {members} {ticket} }} }}"
    )
}
