//! A replica set of MongoDB servers, whose primary a test can take away.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::until;
use crate::mongod::Mongod;
use crate::replicas::{REPLICA_SET, initiate};

/// The longest that the servers may take until one of them is the primary.
pub const ELECTED: Duration = Duration::from_mins(1);

/// The longest that a member may take to answer a command.
const ANSWERED: Duration = Duration::from_secs(2);

/// The servers of a replica set.
pub struct ReplicaSet {
    pub members: Vec<Mongod>,
}

impl ReplicaSet {
    /// Starts a set of this many members, the first of which is the primary.
    pub fn start(members: usize) -> Self {
        let members: Vec<_> = (0..members)
            .map(|_| Mongod::started(&["--replSet", REPLICA_SET]))
            .collect();
        let all: Vec<_> = members.iter().collect();
        Runtime::new().unwrap().block_on(initiate(&all));
        Self { members }
    }

    /// Returns the URL of a database on it.
    pub fn url(&self) -> String {
        let addresses: Vec<_> = self.members.iter().map(Mongod::address).collect();
        let addresses = addresses.join(",");
        format!("mongodb://{addresses}/latchkey?replicaSet={REPLICA_SET}")
    }

    /// Waits for a primary among the members that are not excluded, and returns its place.
    pub fn primary(&self, excluded: Option<usize>) -> usize {
        until("a primary", ELECTED, || {
            (0..self.members.len())
                .filter(|place| Some(*place) != excluded)
                .find(|place| self.is_primary(*place))
        })
    }

    /// Makes the primary step down, and returns its place.
    pub fn step_down(&self, seconds: i32) -> usize {
        let primary = self.primary(None);
        let command = doc! { "replSetStepDown": seconds, "force": true };
        self.command(primary, command);
        primary
    }

    fn is_primary(&self, place: usize) -> bool {
        let hello = self.command(place, doc! { "hello": 1 });
        hello.is_some_and(|it| it.get_bool("isWritablePrimary").unwrap_or(false))
    }

    /// Runs a command on one member, whatever its part in the set.
    fn command(&self, place: usize, command: Document) -> Option<Document> {
        let options = "directConnection=true&serverSelectionTimeoutMS=2000";
        let url = format!("{}?{options}", self.members[place].url("admin"));
        let answer = async {
            let client = mongodb::Client::with_uri_str(url).await.expect("a URL");
            client.database("admin").run_command(command).await
        };
        // A member that is frozen gives no answer.
        let answer = async { timeout(ANSWERED, answer).await };
        Runtime::new().unwrap().block_on(answer).ok()?.ok()
    }
}
